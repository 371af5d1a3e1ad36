/* Passwords and sessions: signing in, the cookie, what is kept, what is slowed down. */
#include "identity/sessions.h"

#include "http/request.h"
#include "identity/password.h"
#include "store/q_person.h"
#include "store/q_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* ── A request that has nothing but a cookie ── */

static struct request *request_with(const char *cookie)
{
	struct request *req = g_new0(struct request, 1);
	req->fields = g_array_new(FALSE, TRUE, sizeof(struct request_field));
	req->chunk = g_string_chunk_new(256);
	struct request_field field = {"Cookie", g_string_chunk_insert(req->chunk, cookie)};
	g_array_append_val(req->fields, field);
	return req;
}

static void request_done(struct request *req)
{
	g_array_unref(req->fields);
	g_string_chunk_free(req->chunk);
	g_free(req);
}

/* ── An installation of one person ── */

struct fixture {
	struct store *store;
	struct sessions *sessions;
};

static char encoded[PASSWORD_ENCODED_MAX];

static int add_asa(struct db *db, void *arg)
{
	char login[] = "asa", name[] = "Åsa";
	struct person_row row = {
		.id = 7, .login = login, .name = name, .password = encoded, .admin = true};
	return person_row_add(db, &row);
}

static void open_up_with(struct fixture *f, const struct sessions_limits *limits)
{
	*f = (struct fixture){0};
	assert_int_equal(store_open(":memory:", &f->store), 0);
	assert_true(store_call(f->store, add_asa, NULL) >= 0);
	assert_int_equal(sessions_new(f->store, limits, &f->sessions), 0);
	assert_int_equal(store_start(f->store, NULL, STORE_QUEUE_MAX), 0);
}

static void open_up(struct fixture *f)
{
	open_up_with(f, NULL);
}

static void close_down(struct fixture *f)
{
	store_stop(f->store);
	sessions_free(&f->sessions);
	store_free(&f->store);
}

static const char *slug;
static char cookie[256];
static bool answered;

static void note(const struct problem *problem, const char *set_cookie, void *arg)
{
	slug = problem ? problem->slug : "";
	g_strlcpy(cookie, set_cookie ? set_cookie : "", sizeof cookie);
	answered = true;
}

static void sign_in(struct fixture *f, const char *login, const char *password, const char *from)
{
	struct addr addr;
	assert_int_equal(addr_parse(from, 1, &addr), 0);
	answered = false;
	sessions_sign_in(f->sessions, login, password, &addr, note, NULL);
	while (!answered)
		g_main_context_iteration(NULL, TRUE);
}

/* "__Host-ting=…" without its attributes, as a browser sends it back. */
static struct request *come_back(void)
{
	g_autofree char *pair = g_strndup(cookie, strcspn(cookie, ";"));
	return request_with(pair);
}

static void the_right_password_opens(void **state)
{
	struct fixture f;
	open_up(&f);
	sign_in(&f, "Asa", "hemligt lösenord", "192.0.2.1");
	assert_string_equal(slug, "");
	assert_true(g_str_has_prefix(cookie, "__Host-ting="));
	assert_non_null(strstr(cookie, "; Path=/; Secure; HttpOnly; SameSite=Lax"));
	struct request *req = come_back();
	const struct session *session = sessions_of(f.sessions, req);
	assert_non_null(session);
	assert_true(session->person == 7);
	assert_string_equal(session->name, "Åsa");
	assert_true(session->admin);
	/* out again */
	assert_non_null(strstr(sessions_sign_out(f.sessions, req), "Max-Age=0"));
	assert_null(sessions_of(f.sessions, req));
	request_done(req);
	close_down(&f);
}

static void others_do_not(void **state)
{
	struct fixture f;
	open_up(&f);
	sign_in(&f, "asa", "fel", "192.0.2.1");
	assert_string_equal(slug, "wrong-password");
	sign_in(&f, "bo", "hemligt lösenord", "192.0.2.1");
	assert_string_equal(slug, "wrong-password"); /* the same, known or not */
	sign_in(&f, "", "", "192.0.2.1");
	assert_string_equal(slug, "wrong-password");
	assert_string_equal(cookie, "");
	struct request *req = request_with("__Host-ting=made-up");
	assert_null(sessions_of(f.sessions, req));
	request_done(req);
	req = request_with("ting=x");
	assert_null(sessions_of(f.sessions, req));
	request_done(req);
	close_down(&f);
}

static void guessing_is_slowed_down(void **state)
{
	struct fixture f;
	open_up(&f);
	for (int i = 0; i < 10; i++)
		sign_in(&f, "asa", "fel", "192.0.2.1");
	assert_string_equal(slug, "wrong-password");
	sign_in(&f, "asa", "hemligt lösenord", "192.0.2.1");
	assert_string_equal(slug, "too-many");
	/* which does not lock her out at home */
	sign_in(&f, "asa", "hemligt lösenord", "192.0.2.2");
	assert_string_equal(slug, "");
	close_down(&f);
}

/* ── Many at once ── */

static int wrong, refused, right;

static void count(const struct problem *problem, const char *set_cookie, void *arg)
{
	if (!problem)
		right++;
	else if (strcmp(problem->slug, "too-many") == 0)
		refused++;
	else
		wrong++;
}

static void try_at_once(struct fixture *f, int tries, const char *login, const char *password)
{
	struct addr addr;
	assert_int_equal(addr_parse("192.0.2.1", 1, &addr), 0);
	wrong = refused = right = 0;
	for (int i = 0; i < tries; i++)
		sessions_sign_in(f->sessions, login, password, &addr, count, NULL);
	while (wrong + refused + right < tries)
		g_main_context_iteration(NULL, TRUE);
}

static const struct sessions_limits few = {
	.addr_burst = 6,
	.addr_every_ms = 3600 * 1000,
	.pair_burst = 3,
	.pair_every_ms = 3600 * 1000,
	.login_burst = 5,
	.login_every_ms = 3600 * 1000,
};

/* A try counts while its password is being looked at: sixteen at once are sixteen. */
static void guesses_at_once_are_as_few_as_one_by_one(void **state)
{
	struct fixture f;
	open_up_with(&f, &few);
	try_at_once(&f, 16, "asa", "fel");
	assert_int_equal(wrong, 3);
	assert_int_equal(refused, 13);
	close_down(&f);
}

static void many_logins_from_one_address_are_counted_together(void **state)
{
	struct fixture f;
	open_up_with(&f, &few);
	try_at_once(&f, 3, "bo", "fel");
	try_at_once(&f, 3, "cia", "fel");
	assert_int_equal(wrong, 3);
	try_at_once(&f, 3, "asa", "fel");
	assert_int_equal(refused, 3);
	close_down(&f);
}

static void what_was_right_does_not_count(void **state)
{
	struct fixture f;
	open_up_with(&f, &few);
	for (int i = 0; i < 8; i++) {
		sign_in(&f, "asa", "hemligt lösenord", "192.0.2.1");
		assert_string_equal(slug, "");
	}
	try_at_once(&f, 3, "asa", "hemligt lösenord");
	assert_int_equal(right, 3);
	close_down(&f);
}

/* Strangers from many places guess at a login for as long as they like: its owner comes in from
 * where she has signed in before. */
static void nobody_is_locked_out_by_strangers(void **state)
{
	struct fixture f;
	open_up_with(&f, &few);
	sign_in(&f, "asa", "hemligt lösenord", "2001:db8::1");
	for (int i = 1; i <= 5; i++) {
		g_autofree char *from = g_strdup_printf("198.51.100.%d", i);
		sign_in(&f, "asa", "fel", from);
		assert_string_equal(slug, "wrong-password");
	}
	/* from now on guesses are refused wherever they come from */
	sign_in(&f, "asa", "fel", "198.51.100.6");
	assert_string_equal(slug, "too-many");
	for (int i = 0; i < 5; i++) {
		sign_in(&f, "ASA", "hemligt lösenord", "2001:db8::2"); /* the same house */
		assert_string_equal(slug, "");
	}
	/* which is no way to guess from there */
	for (int i = 0; i < 3; i++)
		sign_in(&f, "asa", "fel", "2001:db8::1");
	sign_in(&f, "asa", "hemligt lösenord", "2001:db8::1");
	assert_string_equal(slug, "too-many");
	/* and others are not concerned */
	sign_in(&f, "bo", "fel", "198.51.100.1");
	assert_string_equal(slug, "wrong-password");
	close_down(&f);
}

static int signed_in_rows(struct db *db, void *arg)
{
	struct db_query *q = db_query(db, "SELECT COUNT(*), MIN(token) FROM session");
	int result = db_next(q);
	if (result == 1) {
		result = (int)db_int(q, 0);
		g_strlcpy(arg, db_text(q, 1), 100);
	}
	db_done(q);
	return result;
}

static int new_password(struct db *db, void *arg)
{
	return person_row_set_password(db, "asa", encoded);
}

static void sessions_are_kept_as_hashes(void **state)
{
	struct fixture f;
	open_up(&f);
	sign_in(&f, "asa", "hemligt lösenord", "192.0.2.1");
	store_stop(f.store);
	char kept[100];
	assert_int_equal(store_call(f.store, signed_in_rows, kept), 1);
	assert_int_equal(strlen(kept), 64);
	assert_null(strstr(cookie, kept));
	/* another process reads them */
	sessions_free(&f.sessions);
	assert_int_equal(sessions_new(f.store, NULL, &f.sessions), 0);
	struct request *req = come_back();
	assert_non_null(sessions_of(f.sessions, req));
	/* a new password signs out everywhere */
	assert_true(store_call(f.store, new_password, NULL) >= 0);
	assert_int_equal(store_call(f.store, signed_in_rows, kept), 0);
	sessions_forget(f.sessions, "asa");
	assert_null(sessions_of(f.sessions, req));
	request_done(req);
	close_down(&f);
}

static void passwords_have_a_length(void **state)
{
	assert_false(password_is_acceptable("kort"));
	assert_false(password_is_acceptable("123456789"));
	assert_true(password_is_acceptable("åäöåäöåäöå"));
	assert_true(password_verify(encoded, "hemligt lösenord"));
	assert_false(password_verify(encoded, "hemligt losenord"));
	assert_false(password_verify("", ""));
	assert_false(password_verify("nonsense", "nonsense"));
	assert_true(g_str_has_prefix(encoded, "$argon2id$"));
}

static int add_short(struct db *db, void *arg)
{
	char hash[] = "0", empty[] = "";
	struct session_row row = {.token = hash, .person = 7, .login = empty, .name = empty,
		.expires = clock_wall() / USEC_PER_MS + 100};
	return session_row_add(db, &row);
}

/* A server that runs for months forgets the sessions of last week. */
static void what_has_expired_leaves_memory(void **state)
{
	struct fixture f = {0};
	assert_int_equal(store_open(":memory:", &f.store), 0);
	assert_true(store_call(f.store, add_asa, NULL) >= 0);
	assert_true(store_call(f.store, add_short, NULL) >= 0);
	assert_int_equal(sessions_new(f.store, NULL, &f.sessions), 0);
	assert_int_equal(store_start(f.store, NULL, STORE_QUEUE_MAX), 0);
	assert_int_equal(sessions_count(f.sessions), 1);
	usec end = clock_wall() + 101 * USEC_PER_MS;
	while (clock_wall() <= end)
		g_usleep(1000);
	sign_in(&f, "asa", "hemligt lösenord", "192.0.2.1");
	assert_int_equal(sessions_count(f.sessions), 1);
	close_down(&f);
}

int main(void)
{
	if (password_hash("hemligt lösenord", encoded) < 0)
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_password_opens),
		cmocka_unit_test(others_do_not),
		cmocka_unit_test(guessing_is_slowed_down),
		cmocka_unit_test(guesses_at_once_are_as_few_as_one_by_one),
		cmocka_unit_test(many_logins_from_one_address_are_counted_together),
		cmocka_unit_test(what_was_right_does_not_count),
		cmocka_unit_test(nobody_is_locked_out_by_strangers),
		cmocka_unit_test(sessions_are_kept_as_hashes),
		cmocka_unit_test(passwords_have_a_length),
		cmocka_unit_test(what_has_expired_leaves_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
