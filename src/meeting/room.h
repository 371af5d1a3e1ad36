/* A live meeting: who is there, what they may hear and see of each other.
 *
 * This header is for the files of this folder: the door is rooms.h. Verbs change a room through the
 * functions below, which keep three things together: memory, database and what everybody is
 * told. */
#ifndef MEETING_ROOM_H
#define MEETING_ROOM_H

#include "identity/throttle.h"
#include "meeting/member.h"
#include "meeting/rooms.h"
#include "store/q_chat.h"
#include "store/q_meeting.h"

#include <glib.h>
#include <jansson.h>

/* Who becomes host. Kept in the database: never renumber. */
enum room_hosting {
	ROOM_HOSTING_INVITED = 0,   /* whoever has the host's link, or owns the meeting */
	ROOM_HOSTING_INHERITED = 1, /* and, the last host gone, who has been there longest */
	ROOM_HOSTING_FIRST = 2,     /* and the first who comes */
};

enum {
	ROOM_TICK_MS = 200,       /* between two looks at the clock */
	ROOM_BANNED_MAX = 16,     /* places remembered from which people were removed */
	ROOM_AUDIENCE_MS = 2000,  /* between two counts of the audience told */
	ROOM_HEARD_MS = 1500,     /* a source may take this long to arrive before it is said */
};

struct room {
	struct rooms *rooms; /* borrowed: the owner */

	/* ── What is kept ── */
	struct meeting_row row;
	GHashTable *invites; /* hash to enum invite_grant; owned */
	bool echo;           /* the test page: one member, own sources come back, nothing is kept */
	bool dirty;          /* the row must be written again */
	bool reset;          /* and what was kept of the demo must be forgotten first */
	usec save_at;        /* mono, when to try that */
	unsigned saving;     /* jobs on their way: no eviction meanwhile */

	/* ── Who ── */
	GPtrArray *members;  /* struct member, by number; owned */
	GPtrArray *banned;   /* char *: from where people were removed, join.h; owned */
	bool bans_dirty;     /* they must be written with the row */

	/* ── What is said ── */
	GArray *chat;        /* struct chat_row, the last of them */
	size_t chat_len;     /* bytes of their texts */
	uint32_t floor;      /* member; 0: nobody */
	bool floor_taken;    /* by oneself, not given by a host */

	/* ── Media ── */
	uint64_t group;
	uint32_t speaking[MEDIA_SPEAKING_MAX];
	int speaking_count;
	uint32_t dominant;
	bool speaking_changed;
	usec speaking_told;

	/* ── Time ── */
	usec opened;         /* mono, when it came into memory */
	usec empty_since;    /* mono; 0: somebody is here */
	unsigned audience_told;
	usec audience_at;
};

/* row: taken, and emptied. */
struct room *room_new(struct rooms *rooms, struct meeting_row *row);
void room_free(struct room *room);

/* ── Finding ── */
/* NULL: no such number, or only on its way in. */
struct member *room_find(const struct room *room, uint32_t number);
#define room_each(room, m)                                                                         \
	for (guint i_##m = 0; i_##m < (room)->members->len &&                                          \
						  ((m) = g_ptr_array_index((room)->members, i_##m), true);                 \
		 i_##m++)
/* The same, also one on its way in. */
struct member *room_find_coming(const struct room *room, uint32_t number);
unsigned room_count(const struct room *room, enum member_state state);
/* How many are in it without being listed. */
unsigned room_audience(const struct room *room);
/* A host is in it, or on the way in. */
bool room_has_host(const struct room *room);
/* In the meeting, connected, as a person (no encoder, no player). */
bool room_is_here(const struct member *m);

/* ── Telling; all take json ── */
void room_send(struct member *m, json_t *json);
/* To all in the meeting but one (NULL: to all). */
void room_send_all(struct room *room, json_t *json, const struct member *but);
void room_send_leaders(struct room *room, json_t *json);
/* How m is now, to all who list it but one. */
void room_tell_member(struct room *room, struct member *m, const struct member *but);
/* "event" and what belongs to it. */
json_t *room_event(const char *name);

/* ── The room as seen ── */
json_t *room_json(const struct room *room);
/* Adds "members", "chat", "floor" and, for leaders, "waiting" to obj as m may see them. */
void room_snapshot(const struct room *room, const struct member *m, json_t *obj);
json_t *room_chat_json(const struct chat_row *row);
bool room_may_read(const struct chat_row *row, const struct member *m);
/* Adds to the chat in memory, which is what newcomers are shown, and drops the oldest beyond what
 * may be kept: its size is that of every answer to a join. row: taken, and emptied. */
void room_remember(struct room *room, struct chat_row *row);
/* Forgets what was written before that time, ms. */
void room_forget_chat(struct room *room, int64_t before);

/* ── Changing ── */
/* A new member: MEMBER_NEW, with the next number. name: takes. */
struct member *room_add(struct room *room, enum member_kind kind, enum role role, char *name);
/* Somebody is here: the meeting has started, and is not empty. */
void room_begin(struct room *room);
/* m never came; it is freed. */
void room_forget(struct room *room, struct member *m);
/* m is in from now on; told to the others. The caller looks after the host then. */
void room_enter(struct room *room, struct member *m);
/* m, who waits, is let in, and told so. */
void room_admit(struct room *room, struct member *m);
/* All who wait, as many as there is room for. */
void room_admit_all(struct room *room);
/* m waits from now on; told to the leaders. */
void room_wait(struct room *room, struct member *m);
/* m is no longer in or waiting; state says how. why: "left", "removed", "lost". Its media is
 * closed; its link, if any, is let go of. */
void room_leave(struct room *room, struct member *m, enum member_state state, const char *why);
/* m's connection broke: others are told when it does not come back soon. */
void room_lost(struct room *room, struct member *m);
/* It is back, or an encoder has connected. */
void room_found(struct room *room, struct member *m);
/* Something that others see of m has changed: tells it, and keeps it. */
void room_changed(struct room *room, struct member *m);
void room_set_role(struct room *room, struct member *m, enum role role);
void room_tell_waiting(struct room *room);
void room_tell_meeting(struct room *room);
void room_set_floor(struct room *room, uint32_t number, bool taken, const char *why);
/* The meeting is over for everybody. */
void room_end(struct room *room);
/* A small meeting never stands without a host: see enum room_hosting. */
void room_mind_host(struct room *room);

/* Everything that time brings. False: nobody is here and nothing is under way; may be evicted. */
bool room_tick(struct room *room, usec now);

#endif
