/* New meetings: their code, their number, the links that open them. Runs as a job of the store, so
 * that the API, a command through the socket and a command on its own all do the same. */
#ifndef MEETING_CREATE_H
#define MEETING_CREATE_H

#include "identity/token.h"
#include "meeting/room.h"
#include "store/db.h"

enum { CREATE_NUMBER_LEN = 10 };

struct create {
	/* ── Given ── */
	const char *title; /* borrowed; cleaned already; "" is fine */
	bool lobby;
	enum room_hosting hosting;
	int64_t owner;     /* person; 0: none */
	int64_t now;       /* ms */
	unsigned meetings_max;

	/* ── Made ── */
	char code[RANDOM_CODE_LEN + 1];
	char number[CREATE_NUMBER_LEN + 1];
	struct token host, publish, watch; /* texts go to whoever asked, once */
};

/* A db_fn over a struct create. -ERR_FULL: too many meetings. */
int create_meeting(struct db *db, void *create);

/* The demo's meeting, code "demo", open to all, when it isn't there; arg: const char *, its
 * title. */
int create_demo(struct db *db, void *title);

/* At start, when nobody is anywhere. now: int64_t, ms. */
int create_sweep(struct db *db, void *now);

/* Has it ended, or been empty for so long that it counts as ended? */
bool create_is_over(const struct meeting_row *row, int64_t now, unsigned empty_hours);

#endif
