/* The SQLite side of db.h. Read db_open first, then how a query lives: db_query takes a prepared
 * statement out of the cache (or prepares one), db_done puts it back. */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct db_query {
	struct db *db;
	sqlite3_stmt *stmt; /* NULL: could not be prepared, err says why */
	const char *sql;
	int err;     /* the first thing that went wrong */
	bool cached; /* lives in the cache */
	bool busy;   /* between db_query and db_done */
	uint8_t index[DB_PARAMS_MAX + 1]; /* SQLite's place of $n; 0: not used in the text */
};

struct db {
	sqlite3 *sqlite;
	GHashTable *cache; /* the text's address to struct db_query */
};

static int error_of(struct db *db, int rc, const char *sql)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_CONSTRAINT:
		return -ERR_EXISTS;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -ERR_AGAIN;
	case SQLITE_NOMEM:
		return -ERR_NOMEM;
	case SQLITE_ERROR:
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
		fprintf(stderr, "ting: database: %s in: %s\n", sqlite3_errmsg(db->sqlite), sql);
		return -ERR_INVALID;
	default:
		return -ERR_IO;
	}
}

static void query_free(void *arg)
{
	struct db_query *q = arg;
	sqlite3_finalize(q->stmt);
	g_free(q);
}

/* The file is made by us, so that it is never readable for others, not even for a moment; the
 * journal files take their mode from it. */
static int make_private(const char *path)
{
	if (strcmp(path, ":memory:") == 0)
		return 0;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -ERR_IO;
	close(fd);
	return 0;
}

int db_open(const char *path, struct db **ret_db)
{
	int err = make_private(path);
	if (err)
		return err;
	struct db *db = g_new0(struct db, 1);
	db->cache = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, query_free);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	if (sqlite3_open_v2(path, &db->sqlite, flags, NULL) != SQLITE_OK) {
		db_close(&db);
		return -ERR_IO;
	}
	sqlite3_extended_result_codes(db->sqlite, 1);
	sqlite3_busy_timeout(db->sqlite, 5000);
	/* FULL: in WAL mode NORMAL may lose the last commits when power is lost. */
	err = db_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
					  "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;");
	if (err) {
		db_close(&db);
		return -ERR_IO;
	}
	*ret_db = db;
	return 0;
}

void db_close(struct db **dbp)
{
	struct db *db = *dbp;
	if (!db)
		return;
	*dbp = NULL;
	g_hash_table_unref(db->cache);
	sqlite3_close(db->sqlite);
	g_free(db);
}

int db_exec(struct db *db, const char *sql)
{
	return error_of(db, sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL), sql);
}

/* SQLite numbers "$1", "$2" by their first place in the text, PostgreSQL by their number. */
static void map_params(struct db_query *q)
{
	for (int n = 1; n <= DB_PARAMS_MAX; n++) {
		char name[16];
		snprintf(name, sizeof name, "$%d", n);
		q->index[n] = (uint8_t)sqlite3_bind_parameter_index(q->stmt, name);
	}
}

static struct db_query *prepare(struct db *db, const char *sql)
{
	struct db_query *q = g_new0(struct db_query, 1);
	q->db = db;
	q->sql = sql;
	int rc = sqlite3_prepare_v3(
		db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &q->stmt, NULL);
	q->err = error_of(db, rc, sql);
	if (!q->err)
		map_params(q);
	return q;
}

struct db_query *db_query(struct db *db, const char *sql)
{
	struct db_query *q = g_hash_table_lookup(db->cache, sql);
	if (q && !q->busy) {
		q->busy = true;
		q->err = 0;
		return q;
	}
	bool in_use = q != NULL;
	q = prepare(db, sql);
	q->busy = true;
	if (!in_use && !q->err && g_hash_table_size(db->cache) < DB_CACHE_MAX) {
		q->cached = true;
		g_hash_table_insert(db->cache, (void *)sql, q);
	}
	return q;
}

static int place(struct db_query *q, int n)
{
	if (q->err)
		return 0;
	if (n < 1 || n > DB_PARAMS_MAX || q->index[n] == 0) {
		fprintf(stderr, "ting: database: no $%d in: %s\n", n, q->sql);
		q->err = -ERR_INVALID;
		return 0;
	}
	return q->index[n];
}

static void note(struct db_query *q, int rc)
{
	if (!q->err)
		q->err = error_of(q->db, rc, q->sql);
}

void db_bind_int(struct db_query *q, int n, int64_t value)
{
	int at = place(q, n);
	if (at)
		note(q, sqlite3_bind_int64(q->stmt, at, value));
}

void db_bind_text(struct db_query *q, int n, const char *text)
{
	int at = place(q, n);
	if (!at)
		return;
	if (text)
		note(q, sqlite3_bind_text(q->stmt, at, text, -1, SQLITE_TRANSIENT));
	else
		note(q, sqlite3_bind_null(q->stmt, at));
}

int db_next(struct db_query *q)
{
	if (q->err)
		return q->err;
	int rc = sqlite3_step(q->stmt);
	if (rc == SQLITE_ROW)
		return 1;
	note(q, rc);
	return q->err;
}

int64_t db_int(struct db_query *q, int column)
{
	return q->stmt ? sqlite3_column_int64(q->stmt, column) : 0;
}

const char *db_text(struct db_query *q, int column)
{
	const unsigned char *text = q->stmt ? sqlite3_column_text(q->stmt, column) : NULL;
	return text ? (const char *)text : "";
}

void db_done(struct db_query *q)
{
	if (!q->cached) {
		query_free(q);
		return;
	}
	sqlite3_reset(q->stmt);
	sqlite3_clear_bindings(q->stmt);
	q->busy = false;
}

int db_run(struct db_query *q)
{
	int result = db_next(q);
	if (result >= 0)
		result = sqlite3_changes(q->db->sqlite);
	db_done(q);
	return result;
}

int db_begin(struct db *db)
{
	/* IMMEDIATE: a transaction that begins by reading could not become a writing one later when
	 * someone else has written meanwhile. */
	return db_exec(db, "BEGIN IMMEDIATE");
}

int db_commit(struct db *db)
{
	return db_exec(db, "COMMIT");
}

void db_rollback(struct db *db)
{
	/* Some errors have rolled back already. */
	if (!sqlite3_get_autocommit(db->sqlite) && db_exec(db, "ROLLBACK") < 0)
		fprintf(stderr, "ting: database: rollback failed: %s\n", sqlite3_errmsg(db->sqlite));
}

int db_transaction(struct db *db, db_fn *fn, void *arg)
{
	int err = db_begin(db);
	if (err)
		return err;
	int result = fn(db, arg);
	err = result < 0 ? result : db_commit(db);
	if (err) {
		db_rollback(db);
		return err;
	}
	return result;
}
