/* Queries about who is and was in a meeting. All run inside a job (store.h). */
#ifndef STORE_Q_MEMBER_H
#define STORE_Q_MEMBER_H

#include "store/db.h"

#include <glib.h>

struct member_row {
	int64_t meeting;
	int64_t number;
	char *name; /* owned */
	char *role, *state;     /* owned; words, which meeting/ knows */
	bool admitted;          /* has been let in, or needed not to be */
	int64_t person;         /* 0: a stranger */
	int64_t hand;           /* when it was raised; 0: is not */
	bool pinned;
	bool led;               /* has been host by right */
	int64_t since;
	char *resume;           /* owned; SHA-256 of the token in hexadecimal; "": none */
	char *resume_before;    /* owned; of the token before; "" */
	int64_t resumed;
};

void member_row_done(struct member_row *row);

/* Adds or replaces. The meeting's highest number grows with it. */
NODISCARD int member_row_put(struct db *db, const struct member_row *row);

/* Forgets one; there need not be one. */
NODISCARD int member_row_del(struct db *db, int64_t meeting, int64_t number);

/* All of a meeting, by number: gives an array of struct member_row. */
NODISCARD int member_row_list(struct db *db, int64_t meeting, GArray **ret_rows);

#endif
