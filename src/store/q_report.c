/* Reports of barriers. */
#include "store/q_report.h"

#include <glib.h>

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
