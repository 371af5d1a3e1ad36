/* The settings table. Its order is that of the default file: what everybody sets comes first. */
#include "app/conf.h"

#include "meeting/rooms.h"

#include <stddef.h>
#include <string.h>

#define TEXT(name_, member_, max_, preset_, help_)                                                 \
	{                                                                                              \
		.name = name_, .type = SETTING_TEXT, .offset = offsetof(struct conf, member_), .min = 0,   \
		.max = max_, .preset = preset_, .help = help_                                              \
	}
#define INT(name_, member_, min_, max_, preset_, help_)                                            \
	{                                                                                              \
		.name = name_, .type = SETTING_INT, .offset = offsetof(struct conf, member_),              \
		.min = min_, .max = max_, .preset = preset_, .help = help_                                 \
	}
#define BOOL(name_, member_, preset_, help_)                                                       \
	{                                                                                              \
		.name = name_, .type = SETTING_BOOL, .offset = offsetof(struct conf, member_),             \
		.preset = preset_, .help = help_                                                           \
	}

static const struct setting rows[] = {
	/* ── Where ── */
	TEXT("organisation", organisation, 100, "Ting",
		 "The organisation's name, as the page shows it."),
	TEXT("data", data, 1000, "var", "The folder for the database and what else must be kept."),
	TEXT("listen", listen, 500, "[::]:8443",
		 "Addresses and ports for HTTPS, with spaces between.\n"
		 "In production: [::]:443. [::] takes IPv4 too."),
	INT("media.port", media_port, 0, 65000, "10000",
		"The first UDP and TCP port for media; each worker takes one.\n0: any free one."),
	INT("media.workers", media_workers, 0, 64, "0",
		"How many threads forward media. 0: one a processor core."),
	TEXT("media.announce", media_announce, 500, "",
		 "Addresses that clients reach this server's media by, with spaces between, when it\n"
		 "stands behind a NAT. Nothing: the addresses of its interfaces."),
	BOOL("media.https", media_https, "yes",
		 "Offer media over the HTTPS port too, for networks that let nothing else through."),

	/* ── Identity ── */
	TEXT("origin", origin, 200, "",
		 "The address people use, as https://meet.example.org, when it is not the one that the\n"
		 "browser asks for (behind a proxy). Nothing: taken from each request."),
	TEXT("tls.certificate", tls_certificate, 1000, "",
		 "A PEM file with the certificate and its chain. Nothing: a certificate of a local\n"
		 "authority is made in the data folder, which browsers warn about."),
	TEXT("tls.key", tls_key, 1000, "", "A PEM file with the certificate's key."),
	INT("tls.hsts_days", hsts_days, 0, 3650, "0",
		"For how many days browsers shall insist on HTTPS. 0: not at all."),

	/* ── Relay ── */
	TEXT("turn.uris", turn_uris, 1000, "",
		 "TURN servers for networks that block both UDP and direct TCP, with spaces between:\n"
		 "turn:relay.example.org:3478 turns:relay.example.org:443?transport=tcp"),
	TEXT("turn.secret", turn_secret, 200, "",
		 "The secret shared with the TURN server (coturn: use-auth-secret, static-auth-secret)."),
	INT("turn.hours", turn_hours, 1, 240, "12", "How long credentials for it are good."),

	/* ── Limits ── */
	INT("limits.meetings", meetings, 1, 100000, "1000", "Meetings going on at a time."),
	INT("limits.meetings.kept", meetings_kept, 1, 10000000, "100000",
		"Meetings that have been made and have not ended."),
	INT("limits.meetings.made", meetings_made, 1, 100000, "240",
		"Meetings made in an hour by one person or, in a demo, from one address."),
	INT("limits.meeting.people", meeting_people, 2, 5000, "300", "People in one meeting."),
	INT("limits.meeting.waiting", meeting_waiting, 1, 5000, "100", "People waiting in one lobby."),
	INT("limits.meeting.messages", meeting_messages, 1, 1000000, "20000",
		"Chat messages in one meeting."),
	INT("limits.meeting.hours", meeting_hours, 1, 100000, "24",
		"For how many hours a meeting may stand empty before it has ended."),
	INT("limits.tests", tests, 1, 100000, "100", "Tests of devices and line at a time (/test)."),
	INT("limits.connections", connections, 10, 100000, "10000", "HTTPS connections in all."),
	INT("limits.connections.host", connections_host, 1, 100000, "2000",
		"HTTPS connections from one address (IPv6: one /64). An office behind one address\n"
		"needs about seven for each of its people; behind a proxy all come from one."),
	INT("limits.joins.host", joins_host, 1, 60000, "1000",
		"Joins a minute from one address, coming back included."),
	INT("limits.guesses.host", guesses_host, 1, 60000, "300",
		"Links a minute from one address that lead nowhere; then it has to wait."),
	INT("limits.messages", messages_second, 5, 1000, "40",
		"Signalling messages a second from one participant."),
	INT("limits.message.kb", message_kb, 128, 16384, "512",
		"The longest signalling message, in kB; a browser's offer takes about 100."),
	INT("limits.chat.length", chat_length, 100, 4000, "4000", "Characters in one chat message."),
	INT("limits.transports", transports, 1, 100000, "4000",
		"Participants with media on one worker."),
	INT("limits.packet_cache.mb", packet_cache_mb, 4, 4096, "64",
		"Memory for packets on each worker, from which lost ones are sent again, in MB."),

	/* ── For how long things are kept ── */
	INT("retention.meeting.days", meeting_days, 0, 3650, "30",
		"For how many days a meeting that has ended is kept: its title, who was there, what was\n"
		"written, how people found it. Then it is deleted. 0: for ever."),
	INT("retention.chat.days", chat_days, 0, 3650, "30",
		"For how many days a chat message is kept, also in a meeting that goes on.\n"
		"0: as long as its meeting."),

	/* ── Texts ── */
	TEXT("accessibility.sv", accessibility_sv, 20000, "",
		 "The organisation's own part of the accessibility statement, in Swedish."),
	TEXT("accessibility.en", accessibility_en, 20000, "", "The same in English."),
	TEXT("accessibility.contact", accessibility_contact, 200, "",
		 "An e-mail address or telephone number for accessibility problems."),

	TEXT("log.level", log_level, 5, "info", "What is logged: debug, info, warn or error."),
};

const struct settings_table conf_table = {rows, sizeof rows / sizeof rows[0]};

enum { MS_PER_MINUTE = 60 * 1000, KB = 1024 };

void conf_limits(const struct conf *c, struct rooms_limits *ret_limits)
{
	struct rooms_limits *l = ret_limits;
	rooms_limits_init(l);
	l->rooms_max = (unsigned)c->meetings;
	l->meetings_max = (unsigned)c->meetings_kept;
	l->members_max = (unsigned)c->meeting_people;
	l->waiting_max = (unsigned)c->meeting_waiting;
	l->chat_total = (unsigned)c->meeting_messages;
	l->empty_hours = (unsigned)c->meeting_hours;
	l->meeting_days = (unsigned)c->meeting_days;
	l->chat_days = (unsigned)c->chat_days;
	l->tests_max = (unsigned)c->tests;
	l->links_max = (unsigned)c->connections;
	l->chat_max = (unsigned)c->chat_length;
	l->message_max = (unsigned)c->message_kb * KB;
	l->verbs_burst = (unsigned)c->messages_second * 2;
	l->verbs_every_ms = (unsigned)(1000 / c->messages_second);
	l->joins_burst = (unsigned)c->joins_host;
	l->joins_every_ms = (unsigned)(MS_PER_MINUTE / c->joins_host);
	l->misses_burst = (unsigned)c->guesses_host;
	l->misses_every_ms = (unsigned)(MS_PER_MINUTE / c->guesses_host);
}

static bool is_origin(const char *text)
{
	static const char scheme[] = "https://";
	size_t len = sizeof scheme - 1;
	return strncmp(text, scheme, len) == 0 && text[len] && !strpbrk(text + len, "/?# ");
}

const char *conf_wrong(const struct conf *conf)
{
	for (size_t i = 0; i < conf_table.count; i++) {
		const struct setting *row = &conf_table.rows[i];
		if (row->type != SETTING_TEXT)
			continue;
		const char *text = *(char *const *)((const char *)conf + row->offset);
		if (!g_utf8_validate(text, -1, NULL))
			return "the settings hold signs that are not UTF-8: save the file as UTF-8";
	}
	if (conf->origin[0] && !is_origin(conf->origin))
		return "origin must be https:// and a name, and nothing behind it";
	return NULL;
}
