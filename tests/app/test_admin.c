/* Commands on an installation: the questions, alone and through the socket of a running server. */
#include "app/admin.h"

#include "app/control_socket.h"
#include "identity/password.h"
#include "store/q_meeting.h"
#include "store/q_rating.h"
#include "store/q_report.h"

#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	char *dir;
	struct conf conf;
	struct store *store;
	struct sessions *sessions;
	struct control_socket *socket;
};

static void open_up(struct fixture *f)
{
	*f = (struct fixture){.dir = g_dir_make_tmp("ting-admin-XXXXXX", NULL)};
	assert_int_equal(settings_init(&conf_table, &f->conf), 0);
	g_free(f->conf.data);
	f->conf.data = strdup(f->dir);
}

static void serve(struct fixture *f)
{
	g_autofree char *path = g_build_filename(f->dir, "ting.db", NULL);
	assert_int_equal(store_open(path, &f->store), 0);
	assert_int_equal(sessions_new(f->store, NULL, &f->sessions), 0);
	assert_int_equal(store_start(f->store, NULL, STORE_QUEUE_MAX), 0);
	struct control_socket_conf conf = {.data = f->dir,
		.origin = "https://meet.example.org",
		.meetings_max = 100,
		.store = f->store,
		.sessions = f->sessions};
	assert_int_equal(control_socket_new(&conf, &f->socket), 0);
}

static void close_down(struct fixture *f)
{
	if (f->store) {
		store_stop(f->store);
		control_socket_free(&f->socket);
		sessions_free(&f->sessions);
		store_free(&f->store);
	}
	GDir *entries = g_dir_open(f->dir, 0, NULL);
	for (const char *name; (name = g_dir_read_name(entries));) {
		g_autofree char *path = g_build_filename(f->dir, name, NULL);
		g_unlink(path);
	}
	g_dir_close(entries);
	assert_int_equal(g_rmdir(f->dir), 0);
	g_free(f->dir);
	settings_done(&conf_table, &f->conf);
}

/* The command is another process; here a thread, while this one serves. */
struct asking {
	struct fixture *f;
	json_t *question, *answer;
	bool done;
};

static void *ask_thread(void *arg)
{
	struct asking *a = arg;
	a->answer = control_socket_ask(&a->f->conf, a->question);
	__atomic_store_n(&a->done, true, __ATOMIC_RELEASE);
	g_main_context_wakeup(NULL);
	return NULL;
}

/* takes question, gives the answer */
static json_t *ask(struct fixture *f, json_t *question)
{
	struct asking a = {.f = f, .question = question};
	if (!f->store) {
		ask_thread(&a);
		return a.answer;
	}
	GThread *thread = g_thread_new("command", ask_thread, &a);
	while (!__atomic_load_n(&a.done, __ATOMIC_ACQUIRE))
		g_main_context_iteration(NULL, TRUE);
	g_thread_join(thread);
	return a.answer;
}

static const char *text(const json_t *json, const char *name)
{
	const char *value = json_string_value(json_object_get(json, name));
	return value ? value : "";
}

static json_t *user_add(const char *login)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:b}", "do", "user-add", "login", login, "name",
		"Åsa Öberg", "password", "$argon2id$", "admin", 1);
}

static void check_questions(struct fixture *f, const char *origin)
{
	json_t *m = ask(f, json_pack("{s:s, s:s}", "do", "meeting-new", "title", " Nämnden "));
	g_autofree char *url = g_strdup_printf("%s/m/%s", origin, text(m, "code"));
	assert_int_equal(strlen(text(m, "code")), 26);
	assert_int_equal(strlen(text(m, "number")), 10);
	assert_string_equal(text(m, "url"), url);
	assert_int_equal(strlen(text(m, "token")), 43);
	assert_int_equal(strlen(text(m, "host_invite")), 43);
	g_autofree char *host = g_strdup_printf("%s/%s", url, text(m, "host_invite"));
	assert_string_equal(text(m, "host_url"), host);
	json_decref(m);
	m = ask(f, json_pack("{s:s, s:s}", "do", "meeting-new", "title", "\x01"));
	assert_true(text(m, "error")[0] != '\0');
	json_decref(m);

	json_t *answer = ask(f, user_add("Asa"));
	assert_string_equal(text(answer, "error"), "");
	json_decref(answer);
	answer = ask(f, user_add("ASA"));
	assert_string_equal(text(answer, "error"), "there is somebody with this login");
	json_decref(answer);
	answer = ask(f, user_add("a b"));
	assert_true(text(answer, "error")[0] != '\0');
	json_decref(answer);
	answer = ask(f, json_pack("{s:s, s:s, s:s}", "do", "user-password", "login", "asa",
						"password", "$argon2id$2"));
	assert_string_equal(text(answer, "signed_out"), "asa");
	json_decref(answer);
	answer = ask(f, json_pack("{s:s, s:s, s:s}", "do", "user-password", "login", "bo", "password",
						"$argon2id$2"));
	assert_string_equal(text(answer, "error"), "there is nobody with this login");
	json_decref(answer);
	answer = ask(f, json_pack("{s:s}", "do", "user-list"));
	const json_t *users = json_object_get(answer, "users");
	assert_int_equal(json_array_size(users), 1);
	assert_string_equal(text(json_array_get(users, 0), "login"), "asa");
	assert_null(json_object_get(json_array_get(users, 0), "password"));
	json_decref(answer);
	answer = ask(f, json_pack("{s:s, s:s}", "do", "user-remove", "login", "ASA"));
	assert_string_equal(text(answer, "signed_out"), "asa");
	json_decref(answer);
	answer = ask(f, json_pack("{s:s, s:s}", "do", "user-remove", "login", "asa"));
	assert_string_equal(text(answer, "error"), "there is nobody with this login");
	json_decref(answer);
	answer = ask(f, json_pack("{s:s}", "do", "format-disk"));
	assert_string_equal(text(answer, "error"), "this server does not know that");
	json_decref(answer);
}

static void alone_a_command_opens_the_database(void **state)
{
	struct fixture f;
	open_up(&f);
	check_questions(&f, "https://localhost:8443");
	close_down(&f);
}

static void beside_a_server_it_asks_the_server(void **state)
{
	struct fixture f;
	open_up(&f);
	serve(&f);
	check_questions(&f, "https://meet.example.org");
	close_down(&f);
}

/* More than a socket's buffer holds. */
static int add_reports(struct db *db, void *arg)
{
	g_autofree char *long_text = g_strnfill(5000, 'x');
	char page[] = "/m/", contact[] = "asa@example.org";
	for (int i = 1; i <= 250; i++) {
		struct report_row row = {
			.id = i, .at = 1000 + i, .page = page, .text = long_text, .contact = contact};
		int err = report_row_add(db, &row, 1000);
		if (err < 0)
			return err;
	}
	return 0;
}

static void reports_are_read_and_removed(void **state)
{
	struct fixture f;
	open_up(&f);
	serve(&f);
	assert_int_equal(store_run(f.store, add_reports, NULL, NULL), 0);
	json_t *answer = ask(&f, json_pack("{s:s}", "do", "report-list"));
	const json_t *reports = json_object_get(answer, "reports");
	assert_int_equal(json_array_size(reports), 200);
	assert_int_equal(json_integer_value(json_object_get(answer, "more")), 50);
	assert_int_equal(strlen(text(json_array_get(reports, 0), "text")), 5000);
	const char *id = text(json_array_get(reports, 0), "id");
	for (int i = 0; i < 2; i++) {
		json_t *gone = ask(&f, json_pack("{s:s, s:s}", "do", "report-remove", "id", id));
		assert_string_equal(
			text(gone, "error"), i ? "there is no report with this id" : "");
		json_decref(gone);
	}
	json_decref(answer);
	close_down(&f);
}

static int add_ratings(struct db *db, void *arg)
{
	struct meeting_row meeting = {.id = 5, .code = (char *)"kod", .number = (char *)"1234567890",
		.title = (char *)"Nämnden", .started = 1000};
	int err = meeting_row_add(db, &meeting);
	struct rating_row one = {5, "a", RATING_POOR, RATING_PICTURE, 1};
	struct rating_row two = {5, "b", RATING_GOOD, RATING_WRONG_NONE, 1};
	if (err >= 0)
		err = rating_row_put(db, &one, 0, 10);
	return err < 0 ? err : rating_row_put(db, &two, 0, 10);
}

static int number(const json_t *json, const char *name)
{
	return (int)json_integer_value(json_object_get(json, name));
}

static void ratings_are_read_in_sums(void **state)
{
	struct fixture f;
	open_up(&f);
	serve(&f);
	assert_int_equal(store_run(f.store, add_ratings, NULL, NULL), 0);
	json_t *answer = ask(&f, json_pack("{s:s}", "do", "rating-list"));
	const json_t *meeting = json_array_get(json_object_get(answer, "meetings"), 0);
	assert_string_equal(text(meeting, "title"), "Nämnden");
	assert_int_equal(number(meeting, "started"), 1000);
	assert_int_equal(number(meeting, "good"), 1);
	assert_int_equal(number(meeting, "fair"), 0);
	assert_int_equal(number(meeting, "poor"), 1);
	assert_int_equal(number(meeting, "picture"), 1);
	assert_int_equal(number(meeting, "sound"), 0);
	assert_int_equal(number(answer, "more"), 0);
	json_decref(answer);
	close_down(&f);
}

static void the_socket_is_private(void **state)
{
	struct fixture f;
	open_up(&f);
	serve(&f);
	g_autofree char *path = g_build_filename(f.dir, "control.sock", NULL);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	close_down(&f);
	assert_int_not_equal(stat(path, &st), 0);
}

/* Half a line, nonsense, silence: the server goes on. */
static void bad_questions_hurt_nobody(void **state)
{
	static const char *const lines[] = {"", "{", "nonsense\n", "[]\n", "{}\n"};
	struct fixture f;
	open_up(&f);
	serve(&f);
	g_autofree char *path = g_build_filename(f.dir, "control.sock", NULL);
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	g_strlcpy(addr.sun_path, path, sizeof addr.sun_path);
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof addr), 0);
		assert_int_equal(send(fd, lines[i], strlen(lines[i]), 0), strlen(lines[i]));
		for (int turn = 0; turn < 10; turn++)
			g_main_context_iteration(NULL, FALSE);
		close(fd);
	}
	json_t *answer = ask(&f, json_pack("{s:s}", "do", "user-list"));
	assert_non_null(json_object_get(answer, "users"));
	json_decref(answer);
	close_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alone_a_command_opens_the_database),
		cmocka_unit_test(beside_a_server_it_asks_the_server),
		cmocka_unit_test(reports_are_read_and_removed),
		cmocka_unit_test(ratings_are_read_in_sums),
		cmocka_unit_test(the_socket_is_private),
		cmocka_unit_test(bad_questions_hurt_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
