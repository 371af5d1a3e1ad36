/* People: accounts of this installation. */
#include "store/q_person.h"

#include "store/q_session.h"

void person_row_done(struct person_row *row)
{
	g_free(row->login);
	g_free(row->name);
	g_free(row->password);
	*row = (struct person_row){0};
}

int person_row_add(struct db *db, const struct person_row *row)
{
	struct db_query *q = db_query(db,
		"INSERT INTO person (id, login, name, password, admin, created)"
		" VALUES ($1, $2, $3, $4, $5, $6)");
	db_bind_int(q, 1, row->id);
	db_bind_text(q, 2, row->login);
	db_bind_text(q, 3, row->name);
	db_bind_text(q, 4, row->password);
	db_bind_int(q, 5, row->admin);
	db_bind_int(q, 6, row->created);
	return db_run(q);
}

int person_row_get(struct db *db, const char *login, struct person_row *ret_row)
{
	struct db_query *q = db_query(db,
		"SELECT id, login, name, password, admin, created FROM person WHERE login = $1");
	db_bind_text(q, 1, login);
	int result = db_next(q);
	if (result == 1)
		*ret_row = (struct person_row){
			.id = db_int(q, 0),
			.login = g_strdup(db_text(q, 1)),
			.name = g_strdup(db_text(q, 2)),
			.password = g_strdup(db_text(q, 3)),
			.admin = db_int(q, 4) != 0,
			.created = db_int(q, 5),
		};
	db_done(q);
	if (result == 0)
		return -ERR_NOTFOUND;
	return result < 0 ? result : 0;
}

int person_row_set_password(struct db *db, const char *login, const char *password)
{
	struct person_row row = {0};
	int err = person_row_get(db, login, &row);
	if (err)
		return err;
	int64_t id = row.id;
	person_row_done(&row);
	struct db_query *q = db_query(db, "UPDATE person SET password = $2 WHERE id = $1");
	db_bind_int(q, 1, id);
	db_bind_text(q, 2, password);
	err = db_run(q);
	return err < 0 ? err : session_row_del_person(db, id);
}

int person_row_del(struct db *db, const char *login)
{
	struct person_row row = {0};
	int err = person_row_get(db, login, &row);
	if (err)
		return err;
	int64_t id = row.id;
	person_row_done(&row);
	err = session_row_del_person(db, id);
	if (err < 0)
		return err;
	struct db_query *q = db_query(db, "DELETE FROM person WHERE id = $1");
	db_bind_int(q, 1, id);
	return db_run(q);
}

static void clear_row(void *row)
{
	person_row_done(row);
}

int person_row_list(struct db *db, GArray **ret_rows)
{
	GArray *rows = g_array_new(FALSE, TRUE, sizeof(struct person_row));
	g_array_set_clear_func(rows, clear_row);
	struct db_query *q =
		db_query(db, "SELECT id, login, name, admin, created FROM person ORDER BY login");
	int result;
	while ((result = db_next(q)) == 1) {
		struct person_row row = {
			.id = db_int(q, 0),
			.login = g_strdup(db_text(q, 1)),
			.name = g_strdup(db_text(q, 2)),
			.admin = db_int(q, 3) != 0,
			.created = db_int(q, 4),
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
