/* The questions, one function each, found in a table. */
#include "app/admin.h"

#include "base/clock.h"
#include "base/random.h"
#include "meeting/create.h"
#include "meeting/words.h"
#include "store/q_person.h"
#include "store/q_rating.h"
#include "store/q_report.h"

#include <glib.h>
#include <string.h>

enum { TITLE_CHARS = 200, NAME_CHARS = 80, LOGIN_CHARS = 100, REPORTS_SHOWN = 200 };

static const char *text(const struct admin_job *job, const char *name)
{
	const char *value = json_string_value(json_object_get(job->ask, name));
	return value ? value : "";
}

static int refuse(struct admin_job *job, int err, const char *why)
{
	job->answer = json_pack("{s:s}", "error", why);
	return err;
}

/* ── Meetings ── */

static json_t *meeting_json(const struct admin_job *job, const struct create *m)
{
	g_autofree char *url = g_strdup_printf("%s/m/%s", job->origin, m->code);
	g_autofree char *host = g_strdup_printf("%s/%s", url, m->host.text);
	g_autofree char *whip = g_strdup_printf("%s/whip/%s", job->origin, m->code);
	g_autofree char *whep = g_strdup_printf("%s/whep/%s", job->origin, m->code);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "code", m->code, "url", url,
		"number", m->number, "host_invite", m->host.text, "host_url", host, "whip", whip, "whep",
		whep, "token", m->publish.text);
}

static int meeting_new(struct db *db, struct admin_job *job)
{
	const char *given = text(job, "title");
	g_autofree char *title = *given ? words_name(given, TITLE_CHARS) : g_strdup("");
	if (!title)
		return refuse(job, -ERR_INVALID, "the title is too long, or holds signs that it may not");
	bool lobby = json_is_true(json_object_get(job->ask, "lobby"));
	struct create m = {.title = title,
		.lobby = lobby,
		.hosting = lobby ? ROOM_HOSTING_INVITED : ROOM_HOSTING_INHERITED,
		.now = clock_wall() / USEC_PER_MS,
		.meetings_max = job->meetings_max};
	int err = create_meeting(db, &m);
	if (err < 0)
		return refuse(job, err, err == -ERR_FULL
									? "there are as many meetings as limits.meetings.kept allows"
									: "the meeting could not be written");
	job->answer = meeting_json(job, &m);
	return 0;
}

/* ── People ── */

/* Letters, digits and what stands in addresses; in lower case. NULL: something else. Gives. */
static char *clean_login(const char *login)
{
	g_autofree char *lower = g_utf8_strdown(login, -1);
	g_autofree char *clean = words_name(lower, LOGIN_CHARS);
	if (!clean || strchr(clean, ' '))
		return NULL;
	return g_steal_pointer(&clean);
}

static int user_add(struct db *db, struct admin_job *job)
{
	g_autofree char *login = clean_login(text(job, "login"));
	g_autofree char *name = words_name(text(job, "name"), NAME_CHARS);
	if (!login || !name)
		return refuse(job, -ERR_INVALID, login ? "the name is empty or too long"
											   : "the login is empty, too long, or has spaces");
	struct person_row row = {.id = (int64_t)(random_u64() >> 2) | 1,
		.login = login,
		.name = name,
		.password = (char *)text(job, "password"),
		.admin = json_is_true(json_object_get(job->ask, "admin")),
		.created = clock_wall() / USEC_PER_MS};
	int err = person_row_add(db, &row);
	if (err < 0)
		return refuse(job, err, err == -ERR_EXISTS ? "there is somebody with this login"
												   : "it could not be written");
	job->answer = json_object();
	return 0;
}

static int user_password(struct db *db, struct admin_job *job)
{
	g_autofree char *login = clean_login(text(job, "login"));
	int err = login ? person_row_set_password(db, login, text(job, "password")) : -ERR_NOTFOUND;
	if (err < 0)
		return refuse(job, err, err == -ERR_NOTFOUND ? "there is nobody with this login"
													 : "it could not be written");
	job->answer = json_pack("{s:s}", "signed_out", login);
	return 0;
}

static int user_remove(struct db *db, struct admin_job *job)
{
	g_autofree char *login = clean_login(text(job, "login"));
	int err = login ? person_row_del(db, login) : -ERR_NOTFOUND;
	if (err < 0)
		return refuse(job, err, err == -ERR_NOTFOUND ? "there is nobody with this login"
													 : "it could not be written");
	job->answer = json_pack("{s:s}", "signed_out", login);
	return 0;
}

static int user_list(struct db *db, struct admin_job *job)
{
	GArray *rows;
	int err = person_row_list(db, &rows);
	if (err < 0)
		return refuse(job, err, "the list could not be read");
	json_t *users = json_array();
	for (guint i = 0; i < rows->len; i++) {
		const struct person_row *row = &g_array_index(rows, struct person_row, i);
		json_array_append_new(users, json_pack("{s:s, s:s, s:b}", "login", row->login, "name",
										 row->name, "admin", row->admin));
	}
	g_array_unref(rows);
	job->answer = json_pack("{s:o}", "users", users);
	return 0;
}

/* ── Reports of barriers ── */

static int report_list(struct db *db, struct admin_job *job)
{
	GArray *rows;
	int there = report_row_list(db, REPORTS_SHOWN, &rows);
	if (there < 0)
		return refuse(job, there, "the list could not be read");
	int more = there - (int)rows->len;
	json_t *reports = json_array();
	for (guint i = 0; i < rows->len; i++) {
		const struct report_row *row = &g_array_index(rows, struct report_row, i);
		g_autofree char *id = g_strdup_printf("%llx", (unsigned long long)row->id);
		json_array_append_new(reports,
			json_pack("{s:s, s:I, s:s, s:s, s:s}", "id", id, "at", (json_int_t)row->at, "page",
				row->page, "text", row->text, "contact", row->contact));
	}
	g_array_unref(rows);
	job->answer = json_pack("{s:o, s:i}", "reports", reports, "more", more);
	return 0;
}

static int report_remove(struct db *db, struct admin_job *job)
{
	int64_t id = (int64_t)g_ascii_strtoull(text(job, "id"), NULL, 16);
	int err = report_row_del(db, id);
	if (err <= 0)
		return refuse(job, err ? err : -ERR_NOTFOUND,
			err ? "it could not be written" : "there is no report with this id");
	job->answer = json_object();
	return 0;
}

/* ── How people found their meetings ── */

static json_t *count_json(const struct rating_count *count)
{
	json_t *json = json_pack("{s:s, s:s, s:I}", "title", count->title, "number", count->number,
		"started", (json_int_t)count->started);
	for (int i = 1; i < RATING_GRADES; i++)
		json_object_set_new(json, rating_grade_name(i), json_integer(count->grades[i]));
	for (int i = 1; i < RATING_WRONGS; i++)
		json_object_set_new(json, rating_wrong_name(i), json_integer(count->wrongs[i]));
	return json;
}

static int rating_list(struct db *db, struct admin_job *job)
{
	GArray *counts;
	int there = rating_count_list(db, REPORTS_SHOWN, &counts);
	if (there < 0)
		return refuse(job, there, "the list could not be read");
	json_t *meetings = json_array();
	for (guint i = 0; i < counts->len; i++)
		json_array_append_new(meetings, count_json(&g_array_index(counts, struct rating_count, i)));
	job->answer = json_pack("{s:o, s:i}", "meetings", meetings, "more", there - (int)counts->len);
	g_array_unref(counts);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct db *db, struct admin_job *job);
} table[] = {
	{"meeting-new", meeting_new},
	{"user-add", user_add},
	{"user-password", user_password},
	{"user-remove", user_remove},
	{"user-list", user_list},
	{"rating-list", rating_list},
	{"report-list", report_list},
	{"report-remove", report_remove},
};

int admin_run(struct db *db, void *arg)
{
	struct admin_job *job = arg;
	const char *name = text(job, "do");
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (strcmp(name, table[i].name) == 0)
			return table[i].run(db, job);
	return refuse(job, -ERR_UNSUPP, "this server does not know that");
}

json_t *admin_take_answer(struct admin_job *job, int result)
{
	bool told = json_object_get(job->answer, "error") != NULL;
	if (result < 0 && !told) {
		json_decref(job->answer);
		job->answer = json_pack("{s:s}", "error", "it could not be written");
	}
	return g_steal_pointer(&job->answer);
}

void admin_job_done(struct admin_job *job)
{
	json_decref(job->ask);
	json_decref(job->answer);
	*job = (struct admin_job){0};
}
