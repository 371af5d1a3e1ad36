/* A meeting as a story: people come, say things, hear things; time passes when the story says so;
 * the media half is played by a note of who was told what. The database is a real one. */
#ifndef TESTS_MEETING_STORY_H
#define TESTS_MEETING_STORY_H

#include "meeting/create.h"
#include "meeting/link.h"
#include "meeting/rooms.h"

#include <glib.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { STORY_TRANSPORTS = 64 };

/* What the media half has been told of a transport. */
struct transport {
	bool open;
	uint64_t group;
	uint32_t member;
	bool echo, hears;
	int lines;
	bool gate[MEDIA_KINDS];
	GHashTable *slots; /* mid to source */
	GHashTable *heights;
};

struct story {
	struct store *store;
	struct rooms *rooms;
	struct rooms_limits limits;
	char *dir;  /* owned; of the database; NULL: in memory */
	char *path;
	GPtrArray *clients;
	struct transport transport[STORY_TRANSPORTS];
	int transports;
	int answer_err; /* what the next offer gets */
	uint64_t stats_token;
};

struct client {
	struct story *story;
	struct link *link; /* NULL: gone */
	GPtrArray *heard;  /* json_t: all that was received */
	int64_t last_id;
	int closed;        /* code; 0: open */
	uint32_t number;   /* as joined */
	char resume[64];
	char offer[2048];
};

/* on_disk: survives story_restart. */
struct story *story_new(bool on_disk);
struct story *story_new_with(bool on_disk, void (*tune)(struct rooms_limits *limits));
void story_free(struct story *story);
/* The process dies and another one takes up the database. All clients are cut off. */
void story_restart(struct story *story);

/* Runs until the database has answered everything, and lets closed links go. */
void story_settle(struct story *story);
/* Time passes, with a look at the clock five times a second. */
void story_pass(struct story *story, int ms);
void story_pass_hours(struct story *story, int hours);

/* A new meeting: gives code and the host's link in c. */
void story_meeting(struct story *story, struct create *c, bool lobby, enum room_hosting hosting);
void story_demo(struct story *story);

/* ── People ── */
struct client *client_new(struct story *story);
struct client *client_from(struct story *story, const char *addr);
struct client *client_person(struct story *story, int64_t person);
/* The connection breaks. */
void client_cut(struct client *c);

/* Says something, written with ' for ". The id is added. Returns the reply, borrowed; NULL: none
 * came. */
const json_t *client_ask(struct client *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Says it as it is, and waits for nothing. */
void client_say(struct client *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Joins, and remembers number and token. Returns the reply. */
const json_t *client_join(struct client *c, const char *code, const char *name);
const json_t *client_join_host(struct client *c, const struct create *m, const char *name);
const json_t *client_resume(struct client *c, const char *code, const char *token);

/* The last event of that name since client_forget; NULL: none. */
const json_t *client_event(const struct client *c, const char *name);
int client_events(const struct client *c, const char *name);
void client_forget(struct client *c);

/* Offers with these lines, "mic:mic 1:slot-audio …", asserts an answer, returns the transport. */
struct transport *client_offer(struct client *c, const char *lines);
struct transport *client_offer_usual(struct client *c);
/* What stands in its slot; 0: nothing. */
uint32_t transport_slot(const struct transport *t, const char *mid);

/* ── Reading answers ── */
const char *problem_of(const json_t *reply); /* slug; NULL: none */
const json_t *member_in(const json_t *members, uint32_t number);
const char *text_of(const json_t *obj, const char *name);
int64_t int_of(const json_t *obj, const char *name);
bool true_of(const json_t *obj, const char *name);

#define assert_fine(reply)            assert_null(problem_of(reply))
#define assert_problem(reply, slug)                                                                \
	do {                                                                                           \
		const char *problem_ = problem_of(reply);                                                  \
		assert_non_null(problem_);                                                                 \
		assert_string_equal(problem_, slug);                                                       \
	} while (0)

/* The media half reports. */
void story_source(
	struct story *story, struct client *c, enum media_kind kind, bool arriving, int to);
void story_speaking(struct story *story, struct client *c, uint32_t dominant);
void story_state(struct story *story, struct transport *t, enum media_state state);

#endif
