/* Who is signed in. Sessions are kept in memory, so that a request is answered without waiting, and
 * in the database, so that they outlive the server; both hold only hashes of the tokens. */
#ifndef IDENTITY_SESSIONS_H
#define IDENTITY_SESSIONS_H

#include "base/addr.h"
#include "http/problem.h"
#include "store/store.h"

struct request;
struct sessions;

enum {
	SESSIONS_DAYS = 7,        /* life of one */
	SESSIONS_MAX = 100000,    /* in all */
	SESSIONS_PERSON_MAX = 50, /* of one person: the oldest goes */
};

#define SESSIONS_COOKIE "__Host-ting"

/* Somebody who is signed in. */
struct session {
	int64_t person;
	char *login, *name; /* owned */
	bool admin;
	int64_t created, expires; /* ms */
};

/* How often somebody may try to sign in: so many at once, then one each. A try counts from its
 * beginning, and not at all once it was right. */
struct sessions_limits {
	unsigned addr_burst, addr_every_ms;   /* from one address */
	unsigned pair_burst, pair_every_ms;   /* as one login from one address */
	unsigned login_burst, login_every_ms; /* as one login, from where it has never been right */
};
void sessions_limits_init(struct sessions_limits *ret_limits);

/* store: borrowed, opened and not started: sessions are read here. limits: NULL: the usual.
 * Errors as store_call. */
NODISCARD int sessions_new(struct store *store, const struct sessions_limits *limits,
	struct sessions **ret_sessions);
/* After store_stop. */
void sessions_free(struct sessions **sessions);

/* Who sent the request; NULL: nobody signed in. Borrowed until the loop turns. */
const struct session *sessions_of(struct sessions *sessions, struct request *req);

/* Signs in. done once, now or later: problem NULL: cookie is a whole Set-Cookie value.
 * login, password  borrowed
 * addr             whose try it is */
typedef void sessions_done(const struct problem *problem, const char *cookie, void *arg);
void sessions_sign_in(struct sessions *sessions, const char *login, const char *password,
	const struct addr *addr, sessions_done *done, void *arg);

/* Signs out whoever sent the request. Returns the Set-Cookie value that clears it; static. */
const char *sessions_sign_out(struct sessions *sessions, struct request *req);

/* How many there are. */
unsigned sessions_count(const struct sessions *sessions);

/* Signs a person out everywhere, in memory: the password has changed (the database has done it). */
void sessions_forget(struct sessions *sessions, const char *login);

#endif
