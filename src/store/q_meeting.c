/* Meetings: one row each; and the tokens that lead into them. */
#include "store/q_meeting.h"

#include <string.h>

static const char *const grant_names[] = {
	[INVITE_HOST] = "host",
	[INVITE_PUBLISH] = "publish",
	[INVITE_WATCH] = "watch",
};

void meeting_row_done(struct meeting_row *row)
{
	g_free(row->code);
	g_free(row->number);
	g_free(row->title);
	*row = (struct meeting_row){0};
}

static void bind_owner(struct db_query *q, int n, int64_t owner)
{
	if (owner)
		db_bind_int(q, n, owner);
	else
		db_bind_text(q, n, NULL);
}

int meeting_row_add(struct db *db, const struct meeting_row *row)
{
	struct db_query *q = db_query(db,
		"INSERT INTO meeting (id, code, number, title, owner, hosting, lobby, locked,"
		" created, started, emptied, ended, members)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
	db_bind_int(q, 1, row->id);
	db_bind_text(q, 2, row->code);
	db_bind_text(q, 3, row->number);
	db_bind_text(q, 4, row->title);
	bind_owner(q, 5, row->owner);
	db_bind_int(q, 6, row->hosting);
	db_bind_int(q, 7, row->lobby);
	db_bind_int(q, 8, row->locked);
	db_bind_int(q, 9, row->created);
	db_bind_int(q, 10, row->started);
	db_bind_int(q, 11, row->emptied);
	db_bind_int(q, 12, row->ended);
	db_bind_int(q, 13, row->members);
	return db_run(q);
}

int meeting_row_put(struct db *db, const struct meeting_row *row)
{
	struct db_query *q = db_query(db,
		"UPDATE meeting SET title = $2, owner = $3, hosting = $4, lobby = $5, locked = $6,"
		" started = $7, emptied = $8, ended = $9,"
		" members = CASE WHEN members > $10 THEN members ELSE $10 END"
		" WHERE id = $1");
	db_bind_int(q, 1, row->id);
	db_bind_text(q, 2, row->title);
	bind_owner(q, 3, row->owner);
	db_bind_int(q, 4, row->hosting);
	db_bind_int(q, 5, row->lobby);
	db_bind_int(q, 6, row->locked);
	db_bind_int(q, 7, row->started);
	db_bind_int(q, 8, row->emptied);
	db_bind_int(q, 9, row->ended);
	db_bind_int(q, 10, row->members);
	int touched = db_run(q);
	return touched == 0 ? -ERR_NOTFOUND : touched;
}

static int read_one(struct db_query *q, struct meeting_row *ret_row)
{
	int result = db_next(q);
	if (result == 1) {
		*ret_row = (struct meeting_row){
			.id = db_int(q, 0),
			.code = g_strdup(db_text(q, 1)),
			.number = g_strdup(db_text(q, 2)),
			.title = g_strdup(db_text(q, 3)),
			.owner = db_int(q, 4),
			.hosting = (int)db_int(q, 5),
			.lobby = db_int(q, 6) != 0,
			.locked = db_int(q, 7) != 0,
			.created = db_int(q, 8),
			.started = db_int(q, 9),
			.emptied = db_int(q, 10),
			.ended = db_int(q, 11),
			.members = db_int(q, 12),
		};
	}
	db_done(q);
	if (result == 0)
		return -ERR_NOTFOUND;
	return result < 0 ? result : 0;
}

#define COLUMNS                                                                                    \
	"id, code, number, title, owner, hosting, lobby, locked, created, started, emptied, ended,"    \
	" members"

int meeting_row_get(struct db *db, const char *code, struct meeting_row *ret_row)
{
	struct db_query *q = db_query(db, "SELECT " COLUMNS " FROM meeting WHERE code = $1");
	db_bind_text(q, 1, code);
	return read_one(q, ret_row);
}

int meeting_row_get_number(struct db *db, const char *number, struct meeting_row *ret_row)
{
	struct db_query *q = db_query(db, "SELECT " COLUMNS " FROM meeting WHERE number = $1");
	db_bind_text(q, 1, number);
	return read_one(q, ret_row);
}

int meeting_row_count(struct db *db)
{
	struct db_query *q = db_query(db, "SELECT COUNT(*) FROM meeting WHERE ended = 0");
	int result = db_next(q);
	if (result == 1)
		result = (int)db_int(q, 0);
	db_done(q);
	return result;
}

int meeting_row_sweep(struct db *db, int64_t now)
{
	struct db_query *q = db_query(db,
		"UPDATE meeting SET emptied = $1 WHERE emptied = 0 AND started > 0 AND ended = 0");
	db_bind_int(q, 1, now);
	return db_run(q);
}

int meeting_row_expire(
	struct db *db, int64_t now, int64_t emptied_before, int64_t made_before)
{
	struct db_query *q = db_query(db,
		"UPDATE meeting SET ended = $1 WHERE ended = 0 AND code <> 'demo'"
		" AND ((emptied > 0 AND emptied < $2) OR (started = 0 AND created < $3))");
	db_bind_int(q, 1, now);
	db_bind_int(q, 2, emptied_before);
	db_bind_int(q, 3, made_before);
	return db_run(q);
}

#define OLD                                                                                        \
	"(SELECT id FROM meeting WHERE ended > 0 AND ended < $1 ORDER BY ended, id LIMIT $2)"

int meeting_row_purge(struct db *db, int64_t ended_before, int max)
{
	static const char *const steps[] = {
		"DELETE FROM invite WHERE meeting IN " OLD,
		"DELETE FROM chat WHERE meeting IN " OLD,
		"DELETE FROM rating WHERE meeting IN " OLD,
		"DELETE FROM ban WHERE meeting IN " OLD,
		"DELETE FROM member WHERE meeting IN " OLD,
		"DELETE FROM meeting WHERE id IN " OLD,
	};
	int result = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(steps) && result >= 0; i++) {
		struct db_query *q = db_query(db, steps[i]);
		db_bind_int(q, 1, ended_before);
		db_bind_int(q, 2, max);
		result = db_run(q);
	}
	return result;
}

static int del_bans(struct db *db, int64_t meeting)
{
	struct db_query *q = db_query(db, "DELETE FROM ban WHERE meeting = $1");
	db_bind_int(q, 1, meeting);
	return db_run(q);
}

int meeting_row_reset(struct db *db, const struct meeting_row *row)
{
	struct db_query *q = db_query(db, "DELETE FROM chat WHERE meeting = $1");
	db_bind_int(q, 1, row->id);
	int err = db_run(q);
	if (err < 0)
		return err;
	q = db_query(db, "DELETE FROM member WHERE meeting = $1");
	db_bind_int(q, 1, row->id);
	err = db_run(q);
	if (err >= 0)
		err = del_bans(db, row->id);
	if (err < 0)
		return err;
	q = db_query(db, "UPDATE meeting SET chats = 0 WHERE id = $1");
	db_bind_int(q, 1, row->id);
	err = db_run(q);
	return err < 0 ? err : meeting_row_put(db, row);
}

int ban_put(struct db *db, int64_t meeting, const GPtrArray *whos)
{
	int err = del_bans(db, meeting);
	for (guint i = 0; i < whos->len && err >= 0; i++) {
		struct db_query *q =
			db_query(db, "INSERT INTO ban (meeting, who, place) VALUES ($1, $2, $3)");
		db_bind_int(q, 1, meeting);
		db_bind_text(q, 2, g_ptr_array_index(whos, i));
		db_bind_int(q, 3, i);
		err = db_run(q);
	}
	return err;
}

int ban_list(struct db *db, int64_t meeting, GPtrArray **ret_whos)
{
	GPtrArray *whos = g_ptr_array_new_with_free_func(g_free);
	struct db_query *q = db_query(db, "SELECT who FROM ban WHERE meeting = $1 ORDER BY place");
	db_bind_int(q, 1, meeting);
	int result;
	while ((result = db_next(q)) == 1)
		g_ptr_array_add(whos, g_strdup(db_text(q, 0)));
	db_done(q);
	if (result < 0) {
		g_ptr_array_unref(whos);
		return result;
	}
	*ret_whos = whos;
	return 0;
}

int invite_add(struct db *db, int64_t meeting, const char *hash, enum invite_grant grant)
{
	struct db_query *q =
		db_query(db, "INSERT INTO invite (token, meeting, grants) VALUES ($1, $2, $3)");
	db_bind_text(q, 1, hash);
	db_bind_int(q, 2, meeting);
	db_bind_text(q, 3, grant_names[grant]);
	return db_run(q);
}

static int grant_parse(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(grant_names); i++)
		if (strcmp(name, grant_names[i]) == 0)
			return (int)i;
	return -1;
}

int invite_each(struct db *db, int64_t meeting,
	void (*fn)(const char *hash, enum invite_grant grant, void *arg), void *arg)
{
	struct db_query *q = db_query(db, "SELECT token, grants FROM invite WHERE meeting = $1");
	db_bind_int(q, 1, meeting);
	int result;
	while ((result = db_next(q)) == 1) {
		int grant = grant_parse(db_text(q, 1));
		if (grant >= 0)
			fn(db_text(q, 0), (enum invite_grant)grant, arg);
	}
	db_done(q);
	return result;
}
