/* Queries about people who can sign in. All run inside a job (store.h). */
#ifndef STORE_Q_PERSON_H
#define STORE_Q_PERSON_H

#include "store/db.h"

#include <glib.h>

struct person_row {
	int64_t id;
	char *login;    /* owned; lower case, unique */
	char *name;     /* owned; as shown to others */
	char *password; /* owned; argon2id, encoded; "": can't sign in */
	bool admin;
	int64_t created;
};

void person_row_done(struct person_row *row);

/* -ERR_EXISTS: the login is taken. */
NODISCARD int person_row_add(struct db *db, const struct person_row *row);

/* ret_row: gives. -ERR_NOTFOUND. */
NODISCARD int person_row_get(struct db *db, const char *login, struct person_row *ret_row);

/* Takes the account away, and signs it out. -ERR_NOTFOUND. */
NODISCARD int person_row_del(struct db *db, const char *login);

/* A new password; everyone signed in as this person is signed out. -ERR_NOTFOUND. */
NODISCARD int person_row_set_password(struct db *db, const char *login, const char *password);

/* All, by login: gives an array of struct person_row, passwords left out. */
NODISCARD int person_row_list(struct db *db, GArray **ret_rows);

#endif
