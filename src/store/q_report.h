/* Queries about reports of barriers: what somebody could not use. All run inside a job
 * (store.h). */
#ifndef STORE_Q_REPORT_H
#define STORE_Q_REPORT_H

#include "store/db.h"

struct report_row {
	int64_t id;
	int64_t at;
	char *page, *text, *contact; /* owned */
};

void report_row_done(struct report_row *row);

/* -ERR_FULL: `max` are there already. */
NODISCARD int report_row_add(struct db *db, const struct report_row *row, int max);

#endif
