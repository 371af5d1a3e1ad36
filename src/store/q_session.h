/* Queries about who is signed in. All run inside a job (store.h). */
#ifndef STORE_Q_SESSION_H
#define STORE_Q_SESSION_H

#include "store/db.h"

#include <glib.h>

struct session_row {
	char *token;    /* owned; SHA-256 of the cookie's value in hexadecimal */
	int64_t person;
	char *login, *name; /* owned; of the person: read only */
	bool admin;         /* likewise */
	int64_t created, expires;
};

void session_row_done(struct session_row *row);

NODISCARD int session_row_add(struct db *db, const struct session_row *row);
NODISCARD int session_row_del(struct db *db, const char *token);
NODISCARD int session_row_del_person(struct db *db, int64_t person);
NODISCARD int session_row_del_expired(struct db *db, int64_t now);

/* All that have not expired: gives an array of struct session_row. */
NODISCARD int session_row_list(struct db *db, int64_t now, GArray **ret_rows);

#endif
