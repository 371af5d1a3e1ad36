/* Sessions: hashes of tokens, so that a stolen database signs nobody in. */
#include "store/q_session.h"

void session_row_done(struct session_row *row)
{
	g_free(row->token);
	g_free(row->login);
	g_free(row->name);
	*row = (struct session_row){0};
}

int session_row_add(struct db *db, const struct session_row *row)
{
	struct db_query *q = db_query(db,
		"INSERT INTO session (token, person, created, expires) VALUES ($1, $2, $3, $4)");
	db_bind_text(q, 1, row->token);
	db_bind_int(q, 2, row->person);
	db_bind_int(q, 3, row->created);
	db_bind_int(q, 4, row->expires);
	return db_run(q);
}

int session_row_del(struct db *db, const char *token)
{
	struct db_query *q = db_query(db, "DELETE FROM session WHERE token = $1");
	db_bind_text(q, 1, token);
	return db_run(q);
}

int session_row_del_person(struct db *db, int64_t person)
{
	struct db_query *q = db_query(db, "DELETE FROM session WHERE person = $1");
	db_bind_int(q, 1, person);
	return db_run(q);
}

int session_row_del_expired(struct db *db, int64_t now)
{
	struct db_query *q = db_query(db, "DELETE FROM session WHERE expires <= $1");
	db_bind_int(q, 1, now);
	return db_run(q);
}

static void clear_row(void *row)
{
	session_row_done(row);
}

int session_row_list(struct db *db, int64_t now, GArray **ret_rows)
{
	GArray *rows = g_array_new(FALSE, TRUE, sizeof(struct session_row));
	g_array_set_clear_func(rows, clear_row);
	struct db_query *q = db_query(db,
		"SELECT s.token, s.person, p.login, p.name, p.admin, s.created, s.expires"
		" FROM session s JOIN person p ON p.id = s.person WHERE s.expires > $1");
	db_bind_int(q, 1, now);
	int result;
	while ((result = db_next(q)) == 1) {
		struct session_row row = {
			.token = g_strdup(db_text(q, 0)),
			.person = db_int(q, 1),
			.login = g_strdup(db_text(q, 2)),
			.name = g_strdup(db_text(q, 3)),
			.admin = db_int(q, 4) != 0,
			.created = db_int(q, 5),
			.expires = db_int(q, 6),
		};
		g_array_append_val(rows, row);
	}
	db_done(q);
	if (result < 0) {
		g_array_unref(rows);
		return result;
	}
	*ret_rows = rows;
	return 0;
}
