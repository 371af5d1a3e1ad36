/* Queries about meetings and the links that lead into them. All run inside a job (store.h). */
#ifndef STORE_Q_MEETING_H
#define STORE_Q_MEETING_H

#include "store/db.h"

#include <glib.h>

/* Times are milliseconds since 1970, 0: never. */
struct meeting_row {
	int64_t id;
	char *code;    /* owned; secret: whoever has it gets in */
	char *number;  /* owned; ten digits */
	char *title;   /* owned */
	int64_t owner; /* person; 0: none */
	int hosting;   /* enum room_hosting */
	bool lobby, locked;
	int64_t created, started, emptied, ended;
	int64_t members; /* highest number given to a member */
};

void meeting_row_done(struct meeting_row *row);

/* -ERR_EXISTS: id, code or number is taken. */
NODISCARD int meeting_row_add(struct db *db, const struct meeting_row *row);

/* Writes what may change: title, owner, flags and times. members only grows. -ERR_NOTFOUND. */
NODISCARD int meeting_row_put(struct db *db, const struct meeting_row *row);

/* ret_row: gives; untouched unless 0. -ERR_NOTFOUND. */
NODISCARD int meeting_row_get(struct db *db, const char *code, struct meeting_row *ret_row);
NODISCARD int meeting_row_get_number(
	struct db *db, const char *number, struct meeting_row *ret_row);

/* How many have not ended; or -ERR_*. */
NODISCARD int meeting_row_count(struct db *db);

/* At start: nobody is anywhere. Meetings in which somebody was are empty since now. */
NODISCARD int meeting_row_sweep(struct db *db, int64_t now);

/* Ends what has been empty since before `emptied_before`, or was made before `made_before` and
 * never begun; not the demo. Returns how many. */
NODISCARD int meeting_row_expire(
	struct db *db, int64_t now, int64_t emptied_before, int64_t made_before);

/* Deletes meetings that ended before `ended_before`, with all that belongs to them, at most `max`.
 * Returns how many. */
NODISCARD int meeting_row_purge(struct db *db, int64_t ended_before, int max);

/* Forgets all that was said and who was there, and takes the flags and times of row: the demo's
 * meeting, which begins anew. */
NODISCARD int meeting_row_reset(struct db *db, const struct meeting_row *row);

/* From where people were removed, as digests that only their writer understands, the oldest first.
 * Put: takes the place of what was there. List: gives an array of char *. */
NODISCARD int ban_put(struct db *db, int64_t meeting, const GPtrArray *whos);
NODISCARD int ban_list(struct db *db, int64_t meeting, GPtrArray **ret_whos);

/* A link or token of a meeting. hash: SHA-256 in hexadecimal. */
enum invite_grant { INVITE_HOST, INVITE_PUBLISH, INVITE_WATCH };

NODISCARD int invite_add(
	struct db *db, int64_t meeting, const char *hash, enum invite_grant grant);

/* All of a meeting. Calls fn for each. */
NODISCARD int invite_each(struct db *db, int64_t meeting,
	void (*fn)(const char *hash, enum invite_grant grant, void *arg), void *arg);

#endif
