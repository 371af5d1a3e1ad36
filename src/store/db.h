/* One connection to a database, as narrow as our queries need it: prepare, bind, step, read.
 *
 * The SQL texts are written for SQLite and PostgreSQL alike: parameters are $1, $2 …, types are
 * BIGINT, SMALLINT and TEXT, truth is 0 or 1, hashes are hexadecimal text, ids are ours. What
 * differs between the two (how a transaction begins, what an error means) stands in db.c alone.
 *
 * A statement's errors are sticky: bind what there is to bind, and ask once, at db_next or db_run.
 * Texts are static strings: their address is the key of the statement cache. One thread at a
 * time. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct db;
struct db_query;

enum {
	DB_CACHE_MAX = 128, /* prepared statements kept */
	DB_PARAMS_MAX = 32,
};

/* path  of a file, made with mode 0600 when it isn't there; ":memory:" for tests
 * ret_db gives. -ERR_IO: can't be opened, or is no database of ours. */
NODISCARD int db_open(const char *path, struct db **ret_db);
void db_close(struct db **db);

/* One or more statements without parameters and rows. Errors as db_run. */
NODISCARD int db_exec(struct db *db, const char *sql);

/* A statement ready for its parameters; never NULL. Ends with db_run or db_done.
 * sql  static: its address names it */
struct db_query *db_query(struct db *db, const char *sql);

/* Parameters, from 1. text: copied; NULL: SQL's NULL. */
void db_bind_int(struct db_query *q, int n, int64_t value);
void db_bind_text(struct db_query *q, int n, const char *text);

/* The next row: 1 a row, 0 no more, or an error as of db_run. */
NODISCARD int db_next(struct db_query *q);

/* Columns of the row, from 0. NULL reads as 0 and "". The text is borrowed until the next
 * db_next or db_done. */
int64_t db_int(struct db_query *q, int column);
const char *db_text(struct db_query *q, int column);

void db_done(struct db_query *q);

/* Runs a statement that gives no rows, and ends it. Returns the number of rows touched.
 * -ERR_EXISTS: a key is taken; -ERR_AGAIN: locked by someone else; -ERR_IO: disk full or broken;
 * -ERR_NOMEM; -ERR_INVALID: our own mistake, told on stderr. */
NODISCARD int db_run(struct db_query *q);

/* A unit of work that happens as a whole or not at all.
 * fn  returns 0 or more to keep it, -ERR_* to undo it. What it returned is returned, unless the
 *     commit failed. */
typedef int db_fn(struct db *db, void *arg);
NODISCARD int db_transaction(struct db *db, db_fn *fn, void *arg);

/* The parts of a transaction, for the store's batches. */
NODISCARD int db_begin(struct db *db);
NODISCARD int db_commit(struct db *db);
void db_rollback(struct db *db);

#endif
