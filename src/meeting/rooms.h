/* All live meetings of this server: the door of this folder.
 *
 * The app makes one `struct rooms`, gives it the store and the media half (as a table of
 * functions, so that tests can play their part), makes a `struct link` (link.h) for each WebSocket
 * on /ws, and passes on what the media half reports. A room is loaded from the database when the
 * first person comes, and leaves memory when the last has gone. One thread: the control thread. */
#ifndef MEETING_ROOMS_H
#define MEETING_ROOMS_H

#include "base/addr.h"
#include "base/clock.h"
#include "base/random.h"
#include "media/media.h"
#include "meeting/problems.h"
#include "store/q_rating.h"
#include "store/store.h"

#include <glib.h>

struct room;
struct rooms;

/* The media half, as meetings use it: media.h with its first parameter bound. */
struct rooms_media {
	int (*answer)(void *media, transport_id id, const struct media_offer *offer,
		struct media_answer *ret_answer);
	void (*close)(void *media, transport_id id);
	void (*assign)(
		void *media, transport_id id, const char *mid, uint32_t source, int height);
	void (*gate)(void *media, transport_id id, enum media_kind kind, bool open);
	void (*stats)(void *media, transport_id id, uint64_t token);
};

/* What a stranger can raise, and how far. Each is a setting. */
struct rooms_limits {
	unsigned rooms_max;     /* meetings in memory */
	unsigned tests_max;     /* meetings of one, beside them */
	unsigned meetings_max;  /* meetings that have not ended */
	unsigned links_max;     /* WebSockets */
	unsigned members_max;   /* people in a meeting, at once */
	unsigned waiting_max;   /* people in a lobby */
	unsigned gone_max;      /* people remembered who have left a meeting */
	unsigned name_max;      /* characters of a name */
	unsigned title_max;     /* characters of a title */
	unsigned message_max;   /* bytes of a text from one who has joined */
	unsigned chat_max;      /* characters of a chat message */
	unsigned chat_total;    /* messages of a meeting */
	unsigned rtt_max;       /* characters of a line of real-time text */
	unsigned chat_kept;     /* messages that a newcomer is shown … */
	unsigned chat_kept_len; /* … and bytes of their texts */
	unsigned chat_unstored; /* messages of one member on their way to the database */
	unsigned verbs_burst, verbs_every_ms;     /* messages of a link: so many, then one each */
	unsigned writes_burst, writes_every_ms;   /* chat, names and hands: what is kept */
	unsigned signs_burst, signs_every_ms;     /* reactions */
	unsigned texts_burst, texts_every_ms;     /* real-time text and captions */
	unsigned offers_burst, offers_every_ms;   /* offers */
	unsigned strikes_max;   /* bad or refused messages before the link is closed */
	unsigned queued_max;    /* messages behind a join that is on its way */
	unsigned misses_burst, misses_every_ms;   /* codes that don't exist, of one address */
	unsigned joins_burst, joins_every_ms;     /* joins of one address */
	unsigned join_ms;       /* from open to the first verb */
	unsigned away_ms;       /* from lost to away */
	unsigned left_ms;       /* from lost to left */
	unsigned test_ms;       /* life of a meeting of one */
	unsigned evict_ms;      /* from empty to out of memory */
	unsigned empty_hours;   /* from empty to ended */
	unsigned meeting_days;  /* from ended to deleted; 0: never */
	unsigned chat_days;     /* from written to deleted; 0: with its meeting */
};

void rooms_limits_init(struct rooms_limits *ret_limits);

struct rooms_conf {
	struct rooms_limits limits;
	struct store *store;             /* borrowed, started; outlives the rooms */
	const struct rooms_media *calls; /* borrowed, static */
	void *media;                     /* borrowed, given to calls */
	char key[RANDOM_TOKEN_LEN + 1];  /* rooms_key: what no other installation knows */
	usec (*mono)(void);              /* clocks; NULL: those of base/clock.h */
	usec (*wall)(void);
	bool manual; /* no timer: the owner calls rooms_tick, at least five times a second */
};

/* A db_fn: reads the key of this installation, or makes it. key: char[RANDOM_TOKEN_LEN + 1]. */
int rooms_key(struct db *db, void *key);

struct rooms *rooms_new(const struct rooms_conf *conf);

/* As given to rooms_new. */
void rooms_limits_of(const struct rooms *rooms, struct rooms_limits *ret_limits);

/* Tells everybody that the server goes down, and closes their links; nobody gets in any more. What
 * is to be kept is on its way to the store: stop the store next, then free. */
void rooms_restarting(struct rooms *rooms);
void rooms_free(struct rooms **rooms);

/* Everything that time brings. */
void rooms_tick(struct rooms *rooms);

/* What the media half reports (media_drain). */
void rooms_media_event(struct rooms *rooms, const struct media_event *ev);

/* Finds a meeting, in memory or in the database, and calls done once, now or later.
 * code  borrowed
 * done  room NULL: problem says why. The room is borrowed for the call
 * addr  whose attempt it is: unknown codes are counted against it */
typedef void rooms_found(struct room *room, const struct problem *problem, void *arg);
void rooms_find(struct rooms *rooms, const char *code, const struct addr *addr,
	rooms_found *done, void *arg);

/* For the figures. */
struct rooms_stats {
	unsigned rooms, tests, links; /* tests are not among the rooms */
	unsigned members, waiting;
	uint64_t ratings[RATING_GRADES];      /* given since the start, by grade */
	uint64_t ratings_back[RATING_GRADES]; /* and changed or taken back */
};
void rooms_stats(const struct rooms *rooms, struct rooms_stats *ret_stats);

#endif
