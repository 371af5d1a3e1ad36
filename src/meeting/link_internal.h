/* What the files of this folder share of `struct link`. */
#ifndef MEETING_LINK_INTERNAL_H
#define MEETING_LINK_INTERNAL_H

#include "meeting/link.h"
#include "meeting/rooms.h"

#include <glib.h>

enum link_state {
	LINK_NEW,      /* nothing has been said */
	LINK_ENTERING, /* a join is on its way: what comes waits */
	LINK_IN,       /* has a room and a member, in or in the lobby */
	LINK_CLOSED,   /* closing: nothing is taken or sent any more */
};

/* A token bucket: when it will be full again. */
struct link_bucket {
	usec full_at;
};

struct link {
	/* ── Given ── */
	struct rooms *rooms;
	struct link_conf conf;
	uint64_t serial; /* names it across jobs, never used twice */
	usec opened;

	/* ── State ── */
	enum link_state state;
	struct room *room;     /* borrowed, with LINK_IN */
	struct member *member; /* borrowed, with LINK_IN */
	usec joined;           /* when the reply to the join was sent */
	GQueue waiting;        /* GBytes, behind a join */
	size_t waiting_len;    /* bytes of them */

	/* ── Limits ── */
	struct link_bucket verbs, writes, signs, texts, offers, strikes;
};

/* Takes one out of a bucket that holds `burst` and gains one each every_ms. False: empty. */
bool link_take(struct link *link, struct link_bucket *bucket, unsigned burst, unsigned every_ms);

/* text: borrowed, one JSON object. */
void link_send_text(struct link *link, const char *text, size_t len);
/* json: takes. */
void link_send(struct link *link, json_t *json);
/* The reply to a verb; id 0: wants none. json: takes, NULL: nothing to say but yes. */
void link_reply(struct link *link, int64_t id, json_t *json);
/* The same for no. id 0: sent all the same, with null for the number. detail: may be NULL. */
void link_problem(
	struct link *link, int64_t id, const struct problem *problem, const char *detail);

/* The client's mistake was counted; too many close the link. */
void link_strike(struct link *link);

/* Begins to close. The member, if any, has been let go of by the caller or becomes lost. */
void link_close(struct link *link, int code, const char *reason);

/* A join is on its way; an offer may be right behind it. */
void link_entering(struct link *link);
/* The join has led somewhere. */
void link_attach(struct link *link, struct room *room, struct member *member);
/* And has been answered: takes up what waited. */
void link_joined(struct link *link);
/* The join has failed: another may be tried. */
void link_unjoin(struct link *link);
/* The room lets go of the link. */
void link_detach(struct link *link);

void link_tick(struct link *link, usec now);

#endif
