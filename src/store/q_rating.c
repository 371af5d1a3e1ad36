/* Ratings: one row a giver, read only in sums. */
#include "store/q_rating.h"

#include <string.h>

static const char *const grade_names[RATING_GRADES] = {
	[RATING_NONE] = "",
	[RATING_GOOD] = "good",
	[RATING_FAIR] = "fair",
	[RATING_POOR] = "poor",
};
static const char *const wrong_names[RATING_WRONGS] = {
	[RATING_WRONG_NONE] = "",
	[RATING_SOUND] = "sound",
	[RATING_PICTURE] = "picture",
	[RATING_OTHER] = "other",
};

const char *rating_grade_name(enum rating_grade grade)
{
	return grade_names[grade];
}

const char *rating_wrong_name(enum rating_wrong wrong)
{
	return wrong_names[wrong];
}

static int find(const char *const *names, int count, const char *name)
{
	for (int i = 1; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

int rating_grade_parse(const char *name)
{
	return find(grade_names, RATING_GRADES, name);
}

int rating_wrong_parse(const char *name)
{
	return find(wrong_names, RATING_WRONGS, name);
}

/* ── One ── */

/* 1 with the row read, 0 none; or an error. */
static int read_before(
	struct db *db, const struct rating_row *row, enum rating_grade *ret_grade, int64_t *ret_at)
{
	struct db_query *q =
		db_query(db, "SELECT grade, at FROM rating WHERE meeting = $1 AND who = $2");
	db_bind_int(q, 1, row->meeting);
	db_bind_text(q, 2, row->who);
	int result = db_next(q);
	if (result == 1) {
		int grade = rating_grade_parse(db_text(q, 0));
		*ret_grade = grade < 0 ? RATING_NONE : (enum rating_grade)grade;
		*ret_at = db_int(q, 1);
	}
	db_done(q);
	return result;
}

static int take_back(struct db *db, const struct rating_row *row)
{
	struct db_query *q = db_query(db, "DELETE FROM rating WHERE meeting = $1 AND who = $2");
	db_bind_int(q, 1, row->meeting);
	db_bind_text(q, 2, row->who);
	return db_run(q);
}

static int change(struct db *db, const struct rating_row *row)
{
	struct db_query *q = db_query(
		db, "UPDATE rating SET grade = $3, wrong = $4 WHERE meeting = $1 AND who = $2");
	db_bind_int(q, 1, row->meeting);
	db_bind_text(q, 2, row->who);
	db_bind_text(q, 3, grade_names[row->grade]);
	db_bind_text(q, 4, wrong_names[row->wrong]);
	return db_run(q);
}

/* How many there are of the meeting; -ERR_NOTFOUND: no such meeting. */
static int count_of(struct db *db, int64_t meeting)
{
	struct db_query *q = db_query(db,
		"SELECT (SELECT COUNT(*) FROM rating WHERE meeting = $1) FROM meeting WHERE id = $1");
	db_bind_int(q, 1, meeting);
	int result = db_next(q);
	if (result == 1)
		result = (int)db_int(q, 0);
	else if (result == 0)
		result = -ERR_NOTFOUND;
	db_done(q);
	return result;
}

static int give(struct db *db, const struct rating_row *row, int max)
{
	int there = count_of(db, row->meeting);
	if (there < 0)
		return there;
	if (there >= max)
		return -ERR_FULL;
	struct db_query *q = db_query(db,
		"INSERT INTO rating (meeting, who, grade, wrong, at) VALUES ($1, $2, $3, $4, $5)");
	db_bind_int(q, 1, row->meeting);
	db_bind_text(q, 2, row->who);
	db_bind_text(q, 3, grade_names[row->grade]);
	db_bind_text(q, 4, wrong_names[row->wrong]);
	db_bind_int(q, 5, row->at);
	return db_run(q);
}

int rating_row_put(struct db *db, const struct rating_row *row, int64_t since, int max)
{
	enum rating_grade before = RATING_NONE;
	int64_t at = 0;
	int there = read_before(db, row, &before, &at);
	if (there < 0)
		return there;
	if (there && at < since)
		return -ERR_PHASE;
	int err = 0;
	if (row->grade == RATING_NONE)
		err = there ? take_back(db, row) : 0;
	else
		err = there ? change(db, row) : give(db, row, max);
	return err < 0 ? err : (int)before;
}

/* ── Sums ── */

static void clear_count(void *arg)
{
	struct rating_count *count = arg;
	g_free(count->title);
	g_free(count->number);
}

static int meetings(struct db *db)
{
	struct db_query *q = db_query(db, "SELECT COUNT(DISTINCT meeting) FROM rating");
	int result = db_next(q);
	if (result == 1)
		result = (int)db_int(q, 0);
	db_done(q);
	return result;
}

#define SUM(column, name) " SUM(CASE WHEN r." column " = '" name "' THEN 1 ELSE 0 END)"

int rating_count_list(struct db *db, int max, GArray **ret_counts)
{
	int there = meetings(db);
	if (there < 0)
		return there;
	GArray *counts = g_array_new(FALSE, TRUE, sizeof(struct rating_count));
	g_array_set_clear_func(counts, clear_count);
	struct db_query *q = db_query(db,
		"SELECT m.title, m.number, m.started," SUM("grade", "good") "," SUM("grade", "fair") ","
		SUM("grade", "poor") "," SUM("wrong", "sound") "," SUM("wrong", "picture") ","
		SUM("wrong", "other")
		" FROM rating r JOIN meeting m ON m.id = r.meeting"
		" GROUP BY m.id, m.title, m.number, m.started ORDER BY m.started DESC, m.id LIMIT $1");
	db_bind_int(q, 1, max);
	int result;
	while ((result = db_next(q)) == 1) {
		struct rating_count count = {
			.title = g_strdup(db_text(q, 0)),
			.number = g_strdup(db_text(q, 1)),
			.started = db_int(q, 2),
		};
		for (int i = 1; i < RATING_GRADES; i++)
			count.grades[i] = (int)db_int(q, 2 + i);
		for (int i = 1; i < RATING_WRONGS; i++)
			count.wrongs[i] = (int)db_int(q, 2 + RATING_GRADES - 1 + i);
		g_array_append_val(counts, count);
	}
	db_done(q);
	if (result < 0) {
		g_array_unref(counts);
		return result;
	}
	*ret_counts = counts;
	return there;
}
