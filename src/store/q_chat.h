/* Queries about what was written in a meeting. All run inside a job (store.h). */
#ifndef STORE_Q_CHAT_H
#define STORE_Q_CHAT_H

#include "store/db.h"

#include <glib.h>

struct chat_row {
	int64_t meeting;
	int64_t number;  /* in the meeting, from 1 */
	int64_t member;
	char *name;      /* owned; the writer's, as it was then */
	bool to_hosts;   /* for hosts and co-hosts only */
	char *text;      /* owned */
	int64_t at;
	char *key;       /* owned; the client's own against doubles; NULL: none */
};

void chat_row_done(struct chat_row *row);

/* Adds one and gives it its number, one more than the last. When the member has sent the same key
 * before, nothing is added and row becomes the one that is there.
 * max  messages of a meeting: -ERR_FULL when so many are there
 * row->number, and then the rest, are written. 1: was there already. */
NODISCARD int chat_row_add(struct db *db, struct chat_row *row, int64_t max);

/* Deletes what was written before `before`, at most `max` of it. Returns how much. */
NODISCARD int chat_row_purge(struct db *db, int64_t before, int max);

/* The last `count` of a meeting, oldest first: gives an array of struct chat_row. */
NODISCARD int chat_row_list(struct db *db, int64_t meeting, int count, GArray **ret_rows);

#endif
