/* Signing in goes: throttle → the account's row → the password, on its thread → the session's row
 * → the cookie. An unknown login takes the same way and the same time as a wrong password. */
#include "identity/sessions.h"

#include "http/request.h"
#include "identity/known.h"
#include "identity/password.h"
#include "identity/throttle.h"
#include "identity/token.h"
#include "store/q_person.h"
#include "store/q_session.h"

#include <string.h>

enum {
	WAITING_MAX = 64, /* passwords that wait to be checked: some seconds of work */
	SLOTS = 4096, PAIR_SLOTS = 16384,
	LOGIN_MAX = 200, /* bytes */
};

#define MS_PER_DAY ((int64_t)24 * 3600 * 1000)

static const struct problem problem_wrong_password = {.slug = "wrong-password",
	.status = 401,
	.title = {"Fel användarnamn eller lösenord", "Wrong user name or password"},
	.todo = {"Försök igen, eller be den som sköter servern om ett nytt lösenord.",
		"Try again, or ask whoever runs the server for a new password."}};

struct sessions {
	struct store *store; /* borrowed */
	struct passwords *passwords;
	GHashTable *by_hash; /* hash to struct session; owned */
	struct throttle *addrs, *pairs, *logins;
	struct known *known; /* pairs that have been right */
};

void sessions_limits_init(struct sessions_limits *ret_limits)
{
	/* A house behind one address may come to work at the same minute. Strangers with a thousand
	 * addresses are held to some nine thousand guesses a day, of a password that is long. */
	*ret_limits = (struct sessions_limits){
		.addr_burst = 20,
		.addr_every_ms = 10 * 1000,
		.pair_burst = 10,
		.pair_every_ms = 60 * 1000,
		.login_burst = 100,
		.login_every_ms = 10 * 1000,
	};
}

static int64_t now_ms(void)
{
	return clock_wall() / USEC_PER_MS;
}

static void session_free(void *arg)
{
	struct session *session = arg;
	g_free(session->login);
	g_free(session->name);
	g_free(session);
}

static int read_all(struct db *db, void *arg)
{
	int err = session_row_del_expired(db, now_ms());
	return err < 0 ? err : session_row_list(db, now_ms(), arg);
}

static void add(struct sessions *sessions, const struct session_row *row)
{
	struct session *session = g_new0(struct session, 1);
	*session = (struct session){.person = row->person,
		.login = g_strdup(row->login),
		.name = g_strdup(row->name),
		.admin = row->admin,
		.created = row->created,
		.expires = row->expires};
	g_hash_table_insert(sessions->by_hash, g_strdup(row->token), session);
}

static struct throttle *throttle(unsigned slots, unsigned burst, unsigned every_ms)
{
	return throttle_new(slots, burst, every_ms * USEC_PER_MS);
}

int sessions_new(struct store *store, const struct sessions_limits *limits,
	struct sessions **ret_sessions)
{
	struct sessions_limits usual;
	sessions_limits_init(&usual);
	const struct sessions_limits *l = limits ? limits : &usual;
	GArray *rows = NULL;
	int err = store_call(store, read_all, &rows);
	if (err < 0)
		return err;
	struct sessions *sessions = g_new0(struct sessions, 1);
	sessions->store = store;
	sessions->passwords = passwords_new(WAITING_MAX, NULL);
	sessions->by_hash = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, session_free);
	sessions->addrs = throttle(SLOTS, l->addr_burst, l->addr_every_ms);
	sessions->pairs = throttle(PAIR_SLOTS, l->pair_burst, l->pair_every_ms);
	sessions->logins = throttle(SLOTS, l->login_burst, l->login_every_ms);
	sessions->known = known_new(SLOTS);
	for (guint i = 0; i < rows->len; i++)
		add(sessions, &g_array_index(rows, struct session_row, i));
	g_array_unref(rows);
	*ret_sessions = sessions;
	return 0;
}

void sessions_free(struct sessions **sessionsp)
{
	struct sessions *sessions = *sessionsp;
	if (!sessions)
		return;
	*sessionsp = NULL;
	passwords_free(&sessions->passwords);
	g_hash_table_unref(sessions->by_hash);
	throttle_free(&sessions->addrs);
	throttle_free(&sessions->pairs);
	throttle_free(&sessions->logins);
	known_free(&sessions->known);
	g_free(sessions);
}

/* ── Who is it? ── */

static bool hash_of(struct request *req, char ret_hash[TOKEN_HASH_LEN + 1])
{
	const char *cookie = request_cookie(req, SESSIONS_COOKIE);
	if (!cookie || !*cookie)
		return false;
	token_hash(cookie, ret_hash);
	return true;
}

const struct session *sessions_of(struct sessions *sessions, struct request *req)
{
	char hash[TOKEN_HASH_LEN + 1];
	if (!hash_of(req, hash))
		return NULL;
	const struct session *session = g_hash_table_lookup(sessions->by_hash, hash);
	return session && session->expires > now_ms() ? session : NULL;
}

/* ── Out ── */

static int del_one(struct db *db, void *hash)
{
	return session_row_del(db, hash);
}

static void free_hash(int result, void *hash)
{
	g_free(hash);
}

static void del(struct sessions *sessions, const char *hash)
{
	char *copy = g_strdup(hash);
	g_hash_table_remove(sessions->by_hash, copy);
	if (store_run(sessions->store, del_one, copy, free_hash) < 0)
		g_free(copy);
}

const char *sessions_sign_out(struct sessions *sessions, struct request *req)
{
	char hash[TOKEN_HASH_LEN + 1];
	if (hash_of(req, hash) && g_hash_table_contains(sessions->by_hash, hash))
		del(sessions, hash);
	return SESSIONS_COOKIE "=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0";
}

static gboolean is_of_login(void *hash, void *session, void *login)
{
	return strcmp(((struct session *)session)->login, login) == 0;
}

void sessions_forget(struct sessions *sessions, const char *login)
{
	g_hash_table_foreach_remove(sessions->by_hash, is_of_login, (void *)login);
}

/* ── In ── */

struct signing_in {
	struct sessions *sessions;
	char *login;    /* owned; lower case */
	char *password; /* owned; wiped */
	struct addr addr;
	char *pair;     /* owned; login and address */
	bool counted, is_known; /* against the throttles; the last of them not when known */
	struct person_row person;
	struct token token;
	struct session_row row;
	sessions_done *done;
	void *arg;
};

static void signing_in_free(struct signing_in *s)
{
	g_free(s->login);
	g_free(s->pair);
	if (s->password)
		explicit_bzero(s->password, strlen(s->password));
	g_free(s->password);
	person_row_done(&s->person);
	session_row_done(&s->row);
	explicit_bzero(&s->token, sizeof s->token);
	g_free(s);
}

/* ── How often ── */

/* An IPv6 host stands for its /64, as in the throttle. */
static char *pair_of(const char *login, const struct addr *addr)
{
	struct addr host = {.family = addr->family};
	memcpy(host.host, addr->host, addr->family == 6 ? 8 : 4);
	char text[ADDR_TEXT_MAX];
	return g_strdup_printf("%s %s", addr_host_text(&host, text), login);
}

/* Counts the try before anything is done for it, so that many at once are many. Who has signed in
 * from here before is not kept out by what others do elsewhere. */
static bool may_try(struct signing_in *s)
{
	struct sessions *sessions = s->sessions;
	usec now = clock_mono();
	s->is_known = known_has(sessions->known, s->pair);
	if (!throttle_has_room_addr(sessions->addrs, &s->addr, now) ||
		!throttle_has_room(sessions->pairs, s->pair, now) ||
		(!s->is_known && !throttle_has_room(sessions->logins, s->login, now)))
		return false;
	s->counted = throttle_try_addr(sessions->addrs, &s->addr, now) &&
				 throttle_try(sessions->pairs, s->pair, now) &&
				 (s->is_known || throttle_try(sessions->logins, s->login, now));
	return s->counted;
}

/* It was no guess: right, or not looked at. */
static void give_back(struct signing_in *s)
{
	usec now = clock_mono();
	if (!s->counted)
		return;
	s->counted = false;
	throttle_give_addr(s->sessions->addrs, &s->addr, now);
	throttle_give(s->sessions->pairs, s->pair, now);
	if (!s->is_known)
		throttle_give(s->sessions->logins, s->login, now);
}

static void end(struct signing_in *s, const struct problem *problem, const char *cookie)
{
	if (problem != &problem_wrong_password)
		give_back(s);
	s->done(problem, cookie, s->arg);
	signing_in_free(s);
}

static void session_stored(int result, void *arg)
{
	struct signing_in *s = arg;
	if (result < 0) {
		end(s, &problem_internal, NULL);
		return;
	}
	add(s->sessions, &s->row);
	g_autofree char *cookie = g_strdup_printf(
		SESSIONS_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=%lld",
		s->token.text, (long long)(SESSIONS_DAYS * MS_PER_DAY / 1000));
	end(s, NULL, cookie);
}

static int add_session(struct db *db, void *arg)
{
	struct signing_in *s = arg;
	int err = session_row_del_expired(db, now_ms());
	return err < 0 ? err : session_row_add(db, &s->row);
}

static gboolean is_expired(void *hash, void *session, void *now)
{
	return ((struct session *)session)->expires <= *(int64_t *)now;
}

unsigned sessions_count(const struct sessions *sessions)
{
	return g_hash_table_size(sessions->by_hash);
}

static const char *oldest(struct sessions *sessions, int64_t person, unsigned *ret_count)
{
	GHashTableIter iter;
	void *hash, *value;
	const char *found = NULL;
	int64_t created = INT64_MAX;
	*ret_count = 0;
	g_hash_table_iter_init(&iter, sessions->by_hash);
	while (g_hash_table_iter_next(&iter, &hash, &value)) {
		const struct session *session = value;
		if (session->person != person)
			continue;
		++*ret_count;
		if (session->created < created) {
			created = session->created;
			found = hash;
		}
	}
	return found;
}

static void begin_session(struct signing_in *s)
{
	unsigned count;
	int64_t now = now_ms();
	g_hash_table_foreach_remove(s->sessions->by_hash, is_expired, &now);
	const char *hash = oldest(s->sessions, s->person.id, &count);
	if (count >= SESSIONS_PERSON_MAX)
		del(s->sessions, hash);
	if (g_hash_table_size(s->sessions->by_hash) >= SESSIONS_MAX) {
		end(s, &problem_full, NULL);
		return;
	}
	token_new(&s->token);
	s->row = (struct session_row){.token = g_strdup(s->token.hash),
		.person = s->person.id,
		.login = g_strdup(s->person.login),
		.name = g_strdup(s->person.name),
		.admin = s->person.admin,
		.created = now,
		.expires = now + SESSIONS_DAYS * MS_PER_DAY};
	if (store_run(s->sessions->store, add_session, s, session_stored) < 0)
		end(s, &problem_full, NULL);
}

static void checked(bool is_right, void *arg)
{
	struct signing_in *s = arg;
	if (!is_right) {
		end(s, &problem_wrong_password, NULL);
		return;
	}
	known_add(s->sessions->known, s->pair);
	begin_session(s);
}

static int get_person(struct db *db, void *arg)
{
	struct signing_in *s = arg;
	int err = person_row_get(db, s->login, &s->person);
	return err == -ERR_NOTFOUND ? 0 : err;
}

static void person_read(int result, void *arg)
{
	struct signing_in *s = arg;
	const char *encoded = s->person.password ? s->person.password : "";
	if (result < 0)
		end(s, &problem_internal, NULL);
	else if (passwords_check(s->sessions->passwords, encoded, s->password, checked, s) < 0)
		end(s, &problem_full, NULL);
}

void sessions_sign_in(struct sessions *sessions, const char *login, const char *password,
	const struct addr *addr, sessions_done *done, void *arg)
{
	struct signing_in *s = g_new0(struct signing_in, 1);
	*s = (struct signing_in){.sessions = sessions,
		.login = g_utf8_strdown(login, -1),
		.password = g_strdup(password),
		.addr = *addr,
		.done = done,
		.arg = arg};
	s->pair = pair_of(s->login, addr);
	if (strlen(login) > LOGIN_MAX || strlen(password) > PASSWORD_MAX)
		end(s, &problem_wrong_password, NULL);
	else if (!may_try(s))
		end(s, &problem_too_many, NULL);
	else if (store_run(sessions->store, get_person, s, person_read) < 0)
		end(s, &problem_full, NULL);
}
