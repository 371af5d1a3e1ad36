/* What an installation can set, and what a command line can: one table (conf.c) makes the parser,
 * the commented default file and the manual. */
#ifndef APP_CONF_H
#define APP_CONF_H

#include "base/settings.h"

struct conf {
	/* Where */
	char *data;
	char *listen;
	int media_port;
	int media_workers;
	char *media_announce;
	bool media_https;

	/* Identity */
	char *organisation;
	char *origin;
	char *tls_certificate;
	char *tls_key;
	int hsts_days;

	/* Relay */
	char *turn_uris;
	char *turn_secret;
	int turn_hours;

	/* Limits */
	int meetings;
	int meeting_people;
	int meeting_waiting;
	int connections;
	int connections_host;
	int messages_second;
	int chat_length;
	int transports;
	int packet_cache_mb;

	/* Texts */
	char *accessibility_sv;
	char *accessibility_en;
	char *accessibility_contact;

	char *log_level;

	/* From the command line alone */
	bool demo;
};

extern const struct settings_table conf_table;

#endif
