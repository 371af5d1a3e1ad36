/* The settings table. Its order is that of the default file: what everybody sets comes first. */
#include "app/conf.h"

#include <stddef.h>

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
	INT("limits.meeting.people", meeting_people, 2, 5000, "300", "People in one meeting."),
	INT("limits.meeting.waiting", meeting_waiting, 1, 5000, "100", "People waiting in one lobby."),
	INT("limits.connections", connections, 10, 100000, "4000", "HTTPS connections in all."),
	INT("limits.connections.host", connections_host, 1, 100000, "200",
		"HTTPS connections from one address (IPv6: one /64)."),
	INT("limits.messages", messages_second, 5, 1000, "40",
		"Signalling messages a second from one participant."),
	INT("limits.chat.length", chat_length, 100, 4000, "4000", "Characters in one chat message."),
	INT("limits.transports", transports, 1, 100000, "4000",
		"Participants with media on one worker."),
	INT("limits.packet_cache.mb", packet_cache_mb, 4, 4096, "64",
		"Memory for packets on each worker, from which lost ones are sent again, in MB."),

	/* ── Texts ── */
	TEXT("accessibility.sv", accessibility_sv, 20000, "",
		 "The organisation's own part of the accessibility statement, in Swedish."),
	TEXT("accessibility.en", accessibility_en, 20000, "", "The same in English."),
	TEXT("accessibility.contact", accessibility_contact, 200, "",
		 "An e-mail address or telephone number for accessibility problems."),

	TEXT("log.level", log_level, 5, "info", "What is logged: debug, info, warn or error."),
};

const struct settings_table conf_table = {rows, sizeof rows / sizeof rows[0]};
