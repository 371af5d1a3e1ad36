/* Queries about reports of barriers: what somebody could not use. All run inside a job
 * (store.h). */
#ifndef STORE_Q_REPORT_H
#define STORE_Q_REPORT_H

#include "store/db.h"

#include <glib.h>

struct report_row {
	int64_t id;
	int64_t at;
	char *page, *text, *contact; /* owned */
};

void report_row_done(struct report_row *row);

/* -ERR_FULL: `max` are there already. */
NODISCARD int report_row_add(struct db *db, const struct report_row *row, int max);

/* The first `max`, oldest first: gives an array of struct report_row. Returns how many there are
 * in all. */
NODISCARD int report_row_list(struct db *db, int max, GArray **ret_rows);

/* Returns how many: 0 or 1. */
NODISCARD int report_row_del(struct db *db, int64_t id);

#endif
