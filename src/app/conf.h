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
	int meetings_kept;
	int meetings_made;
	int meeting_people;
	int meeting_waiting;
	int meeting_messages;
	int meeting_hours;
	int tests;
	int connections;
	int connections_host;
	int joins_host;
	int guesses_host;
	int messages_second;
	int message_kb;
	int chat_length;
	int transports;
	int packet_cache_mb;

	/* For how long things are kept */
	int meeting_days;
	int chat_days;

	/* Texts */
	char *accessibility_sv;
	char *accessibility_en;
	char *accessibility_contact;

	char *log_level;

	/* From the command line alone */
	bool demo;
};

extern const struct settings_table conf_table;

struct rooms_limits;

/* What of it concerns meetings. */
void conf_limits(const struct conf *conf, struct rooms_limits *ret_limits);

/* What is wrong though each value fits its row: a sentence, static; NULL: nothing. */
const char *conf_wrong(const struct conf *conf);

#endif
