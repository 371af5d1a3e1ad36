/* The protocol's verbs as a table: name, shape, function. Who may use one stands in policy/roles.
 *
 * A verb's function is called when the message has the right shape and the member's role allows
 * it. It changes the room, and says no by returning a problem. */
#ifndef MEETING_VERBS_H
#define MEETING_VERBS_H

#include "meeting/room.h"
#include "meeting/schema.h"

#include <jansson.h>

struct link;

/* One message being acted on. */
struct call {
	struct rooms *rooms;
	struct link *link;
	struct room *room;    /* NULL for join */
	struct member *self;  /* likewise; may be gone after leave and end */
	int64_t id;           /* 0: wants no reply */
	json_t *message;      /* borrowed; of the right shape */
	json_t *reply;        /* what the reply holds; given by the verb; NULL: just yes */
	const char *detail;   /* of a problem: which member of the message, static */
	bool later;           /* the verb has replied, or will */
};

/* NULL: done. */
typedef const struct problem *verb_fn(struct call *call);

enum verb_flag {
	VERB_STRANGER = 1 << 0, /* before joining, and only then */
	VERB_LOBBY = 1 << 1,    /* while waiting, too */
};

struct verb {
	const char *name;
	verb_fn *fn;
	const struct field *fields;
	size_t field_count;
	unsigned flags;
};

/* Acts on a message and replies. False: the client's mistake, and a problem was sent. */
bool verbs_run(struct link *link, int64_t id, json_t *message);

/* NULL: no such verb. */
const struct verb *verbs_find(const char *name);
/* All, in order; for the tests. */
const struct verb *verbs_all(size_t *ret_count);

/* ── Reading a message ── */
bool call_has(const struct call *call, const char *name);
bool call_bool(const struct call *call, const char *name);
int64_t call_int(const struct call *call, const char *name);
const char *call_text(const struct call *call, const char *name); /* NULL: not there */
/* The member that the message names and that is in the meeting; NULL: none. */
struct member *call_member(const struct call *call);

/* One more of what is written down? */
bool call_may_write(const struct call *call);

/* ── The verbs, by file ── */
verb_fn verb_join, verb_leave, verb_rename;                  /* verb_join.c */
verb_fn verb_offer, verb_view, verb_media, verb_stats;       /* verb_media.c */
verb_fn verb_admit, verb_refuse, verb_lobby, verb_lock;      /* verb_lobby.c */
verb_fn verb_role, verb_mute, verb_remove, verb_end, verb_audience; /* verb_lead.c */
verb_fn verb_hand, verb_floor, verb_pin_interpreter;         /* verb_floor.c */
verb_fn verb_chat, verb_reaction, verb_rtt, verb_caption;    /* verb_text.c */

#endif
