/* Reports of barriers. */
#include "store/q_report.h"

void report_row_done(struct report_row *row)
{
	g_free(row->page);
	g_free(row->text);
	g_free(row->contact);
	*row = (struct report_row){0};
}

static int count(struct db *db)
{
	struct db_query *q = db_query(db, "SELECT COUNT(*) FROM report");
	int result = db_next(q);
	if (result == 1)
		result = (int)db_int(q, 0);
	db_done(q);
	return result;
}

int report_row_add(struct db *db, const struct report_row *row, int max)
{
	int there = count(db);
	if (there < 0)
		return there;
	if (there >= max)
		return -ERR_FULL;
	struct db_query *q = db_query(
		db, "INSERT INTO report (id, at, page, body, contact) VALUES ($1, $2, $3, $4, $5)");
	db_bind_int(q, 1, row->id);
	db_bind_int(q, 2, row->at);
	db_bind_text(q, 3, row->page);
	db_bind_text(q, 4, row->text);
	db_bind_text(q, 5, row->contact);
	return db_run(q);
}

static void clear_row(void *row)
{
	report_row_done(row);
}

int report_row_list(struct db *db, int max, GArray **ret_rows)
{
	int there = count(db);
	if (there < 0)
		return there;
	GArray *rows = g_array_new(FALSE, TRUE, sizeof(struct report_row));
	g_array_set_clear_func(rows, clear_row);
	struct db_query *q =
		db_query(db, "SELECT id, at, page, body, contact FROM report ORDER BY at, id LIMIT $1");
	db_bind_int(q, 1, max);
	int result;
	while ((result = db_next(q)) == 1) {
		struct report_row row = {
			.id = db_int(q, 0),
			.at = db_int(q, 1),
			.page = g_strdup(db_text(q, 2)),
			.text = g_strdup(db_text(q, 3)),
			.contact = g_strdup(db_text(q, 4)),
		};
		g_array_append_val(rows, row);
	}
	db_done(q);
	if (result < 0) {
		g_array_unref(rows);
		return result;
	}
	*ret_rows = rows;
	return there;
}

int report_row_del(struct db *db, int64_t id)
{
	struct db_query *q = db_query(db, "DELETE FROM report WHERE id = $1");
	db_bind_int(q, 1, id);
	return db_run(q);
}
