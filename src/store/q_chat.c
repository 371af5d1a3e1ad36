/* The chat, kept before it is acknowledged. */
#include "store/q_chat.h"

void chat_row_done(struct chat_row *row)
{
	g_free(row->name);
	g_free(row->text);
	g_free(row->key);
	*row = (struct chat_row){0};
}

static void read_row(struct db_query *q, int64_t meeting, struct chat_row *ret_row)
{
	*ret_row = (struct chat_row){
		.meeting = meeting,
		.number = db_int(q, 0),
		.member = db_int(q, 1),
		.name = g_strdup(db_text(q, 2)),
		.to_hosts = db_text(q, 3)[0] == 'h',
		.text = g_strdup(db_text(q, 4)),
		.at = db_int(q, 5),
		.key = db_text(q, 6)[0] ? g_strdup(db_text(q, 6)) : NULL,
	};
}

#define COLUMNS "number, member, name, audience, body, at, client_key"

static int find_key(struct db *db, struct chat_row *row)
{
	struct db_query *q = db_query(db,
		"SELECT " COLUMNS " FROM chat WHERE meeting = $1 AND member = $2 AND client_key = $3");
	db_bind_int(q, 1, row->meeting);
	db_bind_int(q, 2, row->member);
	db_bind_text(q, 3, row->key);
	int result = db_next(q);
	if (result == 1) {
		int64_t meeting = row->meeting;
		chat_row_done(row);
		read_row(q, meeting, row);
	}
	db_done(q);
	return result;
}

/* -ERR_NOTFOUND: no such meeting. */
static int64_t next_number(struct db *db, int64_t meeting)
{
	struct db_query *q =
		db_query(db, "UPDATE meeting SET chats = chats + 1 WHERE id = $1 RETURNING chats");
	db_bind_int(q, 1, meeting);
	int64_t result = db_next(q);
	if (result == 1)
		result = db_int(q, 0);
	else if (result == 0)
		result = -ERR_NOTFOUND;
	db_done(q);
	return result;
}

/* The oldest that is there; 0: none is. Those between it and the newest are as good as all there:
 * what is deleted is deleted by age. */
static int64_t first_number(struct db *db, int64_t meeting)
{
	struct db_query *q =
		db_query(db, "SELECT COALESCE(MIN(number), 0) FROM chat WHERE meeting = $1");
	db_bind_int(q, 1, meeting);
	int64_t result = db_next(q);
	if (result == 1)
		result = db_int(q, 0);
	db_done(q);
	return result;
}

int chat_row_add(struct db *db, struct chat_row *row, int64_t max)
{
	if (row->key) {
		int found = find_key(db, row);
		if (found != 0)
			return found;
	}
	int64_t number = next_number(db, row->meeting);
	int64_t first = number < 0 ? number : first_number(db, row->meeting);
	if (first < 0)
		return (int)first;
	if (first && number - first >= max)
		return -ERR_FULL;
	struct db_query *q = db_query(db,
		"INSERT INTO chat (meeting, number, member, name, audience, body, at, client_key)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
	db_bind_int(q, 1, row->meeting);
	db_bind_int(q, 2, number);
	db_bind_int(q, 3, row->member);
	db_bind_text(q, 4, row->name);
	db_bind_text(q, 5, row->to_hosts ? "hosts" : "all");
	db_bind_text(q, 6, row->text);
	db_bind_int(q, 7, row->at);
	db_bind_text(q, 8, row->key);
	int err = db_run(q);
	if (err < 0)
		return err;
	row->number = number;
	return 0;
}

int chat_row_purge(struct db *db, int64_t before, int max)
{
	struct db_query *q = db_query(db,
		"DELETE FROM chat WHERE (meeting, number) IN"
		" (SELECT meeting, number FROM chat WHERE at < $1 ORDER BY at LIMIT $2)");
	db_bind_int(q, 1, before);
	db_bind_int(q, 2, max);
	return db_run(q);
}

static void clear_row(void *row)
{
	chat_row_done(row);
}

int chat_row_list(struct db *db, int64_t meeting, int count, GArray **ret_rows)
{
	GArray *rows = g_array_new(FALSE, TRUE, sizeof(struct chat_row));
	g_array_set_clear_func(rows, clear_row);
	struct db_query *q = db_query(db,
		"SELECT " COLUMNS " FROM (SELECT " COLUMNS " FROM chat WHERE meeting = $1"
		" ORDER BY number DESC LIMIT $2) AS last ORDER BY number");
	db_bind_int(q, 1, meeting);
	db_bind_int(q, 2, count);
	int result;
	while ((result = db_next(q)) == 1) {
		struct chat_row row;
		read_row(q, meeting, &row);
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
