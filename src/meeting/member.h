/* One participant of a meeting: who they are, what they mean to send, and the line to them.
 *
 * A member outlives its connection: the WebSocket may break and come back (link NULL meanwhile),
 * the page may be reloaded, the server restarted. Owned by the room. */
#ifndef MEETING_MEMBER_H
#define MEETING_MEMBER_H

#include "base/addr.h"
#include "base/clock.h"
#include "identity/token.h"
#include "media/media.h"
#include "meeting/slots.h"
#include "policy/roles.h"

#include <jansson.h>

struct link;

enum member_kind { MEMBER_BROWSER, MEMBER_WHIP, MEMBER_WHEP };

enum member_state {
	MEMBER_NEW,     /* a number and a name, not in the database yet, known to nobody */
	MEMBER_WAITING, /* in the lobby */
	MEMBER_IN,
	MEMBER_LEFT,    /* may come back with the token */
	MEMBER_REMOVED, /* may not */
	MEMBER_REFUSED, /* was not let in; may not */
};

/* What is known of one of the member's own streams. */
struct member_heard {
	bool arriving;
	uint32_t to; /* how many it goes to */
};

struct member {
	/* ── Who ── */
	uint32_t number; /* in the meeting, from 1, never used twice */
	enum member_kind kind;
	enum member_state state;
	enum member_state coming; /* with MEMBER_NEW: what it will be */
	bool admitted; /* has been let in, or needed not to be */
	enum role role;
	char *name;     /* owned */
	int64_t person; /* account; 0: a stranger */
	struct addr peer; /* where the last connection came from */
	int64_t since;  /* ms, first came in */
	int64_t hand;   /* ms, when it was raised; 0: is not */
	bool pinned;    /* an interpreter whom nobody loses */
	bool led;       /* has been host by right: a link, or the meeting is theirs */
	bool lost;      /* with MEMBER_LEFT: by a line that broke; not known after a restart */
	bool shown;     /* not listed, but leaders have been told: of a raised hand */

	/* ── Means to send ── */
	bool mic, camera, screen;

	/* ── Coming back ── */
	char resume[TOKEN_HASH_LEN + 1];        /* hash of the token; "": none */
	char resume_before[TOKEN_HASH_LEN + 1]; /* of the one before, see resume.h */
	int64_t resumed;     /* ms, when the token was last changed */
	char etag[17];       /* of an encoder's or a player's resource */
	uint64_t resumed_by; /* serial of the link that was given it; 0: before this process */
	bool confirmed;      /* that link has shown that it has it */

	/* ── The line ── */
	struct link *link; /* borrowed; NULL: away */
	usec lost_at;      /* mono, when the link was lost; 0: is there */
	bool away;         /* the others have been told */

	/* ── Media ── */
	transport_id transport;  /* 0: none */
	uint64_t offer_session;  /* names the client's PeerConnection */
	unsigned lines;          /* bits by enum media_kind: has an m-line for it */
	unsigned gates;          /* likewise: open in the media half */
	struct slots slots;
	struct member_heard heard[MEDIA_KINDS];
	usec heard_due;          /* mono, when to tell; 0: nothing to tell */
	int quality;             /* 3 good … 0 lost */
	bool quality_changed;
	uint64_t stats_token;    /* of the request under way; 0: none */
	int64_t stats_id;        /* the verb's id */

	/* ── Chat ── */
	unsigned chats_under_way; /* not in the database yet */

	/* ── The database ── */
	bool dirty; /* must be written again */
};

/* name: takes. */
struct member *member_new(uint32_t number, enum member_kind kind, enum role role, char *name);
void member_free(struct member *m);

/* In the meeting, here or away for a moment. */
bool member_is_in(const struct member *m);
/* In the meeting, and shown to others one by one. */
bool member_is_listed(const struct member *m);

/* The number of one of its streams. */
uint32_t member_source(const struct member *m, enum media_kind kind);

/* Has said so, and the role allows it, whether or not there is a line for it. */
bool member_means(const struct member *m, enum media_kind kind);
/* The same, and has a line. */
bool member_sends(const struct member *m, enum media_kind kind);

/* {member} of docs/protocol.md; gives. */
json_t *member_json(const struct member *m);

/* Words for the database. */
const char *member_state_name(enum member_state state);
/* Negative: no such word. */
int member_state_parse(const char *name);

#endif
