/* One request under way: from the library's callbacks to a route and back. Internal to http/.
 *
 * The library calls exchange_begin when it has the request line, exchange_step when the header is
 * whole, for each piece of the body, at the body's end, and after a resume; and exchange_end. A
 * route sees only `struct request`. Two sides hold the exchange: the library, until exchange_end,
 * and a route, from the call of its function until its answer. */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "http/request.h"

#include <stdbool.h>
#include <sys/types.h>

struct conn;
struct server;
struct upgrade;
struct watch_set;
struct server_stats;

/* ── Upgrades: how websocket.c gets a connection ── */

struct upgrade_calls {
	/* The connection is up. early: bytes that came behind the header, borrowed for the call. */
	void (*open)(struct upgrade *up, struct request *req, struct span early, void *arg);
	/* The client left before; instead of open. */
	void (*failed)(void *arg);
	/* The server ends: close now. */
	void (*gone)(void *arg);
};

/* What the server has for an upgraded connection. */
struct upgrade {
	int fd; /* to watch, not to read */
	struct watch_set *watches;
	struct server_stats *stats;
	/* Internal. */
	struct server *server;
	struct conn *conn;
	void *handle;
	void *session;
	size_t begun; /* bytes of a record that the socket has not taken whole */
	const struct upgrade_calls *calls;
	void *arg;
	GList link;
};

/* Answers 101 with the fields set by reply_header; see upgrade_calls. calls: static. */
void reply_upgrade(struct request *req, const struct upgrade_calls *calls, void *arg);

enum { UPGRADE_READ_MAX = 16384 };

/* At most UPGRADE_READ_MAX bytes into buf, which has room for them. Bytes, at least 1; -ERR_AGAIN:
 * none now; -ERR_CLOSED. */
NODISCARD ssize_t upgrade_read(struct upgrade *up, uint8_t *buf);

/* Bytes taken; -ERR_AGAIN: call again with the same data, or more behind it; -ERR_CLOSED. */
NODISCARD ssize_t upgrade_write(struct upgrade *up, struct span data);

/* All has been written: the peer sees the end, and may still be read until it has closed too. */
void upgrade_finish(struct upgrade *up);

/* Closes. fd must not be watched any more. */
void upgrade_close(struct upgrade **up);

/* ── The answer, filled by reply.c and sent by exchange.c ── */
struct answer {
	bool done;
	int status;
	const char *type; /* in the request's chunk; NULL: none */
	const char *csp;
	GArray *fields; /* struct request_field; NULL: none */
	GBytes *bytes;  /* owned */
	int fd;         /* owned; -1: none */
	size_t fd_len;
	const struct upgrade_calls *upgrade; /* NULL: an ordinary answer */
	void *upgrade_arg;
};

enum exchange_state {
	EXCHANGE_HEADER, /* the header is coming */
	EXCHANGE_BODY,
	EXCHANGE_ROUTE, /* inside the route's function */
	EXCHANGE_WAIT,  /* the route will answer later; the library is suspended */
	EXCHANGE_SENT,  /* the answer is the library's */
};

struct exchange {
	struct request req; /* first: a request is its exchange */

	/* ── Borrowed ── */
	struct server *server; /* NULL: the library has let go */
	struct conn *conn;
	void *mhd;

	/* ── State ── */
	enum exchange_state state;
	unsigned refs;
	bool routed;   /* a route holds it: has been called, and has not answered */
	bool late;     /* the route is not waited for any longer */
	bool has_body; /* one is announced */
	bool counted;  /* in the statistics */
	bool upgraded;
	GList waiting; /* in server->waiting while in EXCHANGE_WAIT */
	const struct problem *bad_target;
	uint64_t body_len; /* announced; 0: none, or in chunks */
	size_t body_max;
	size_t body_dropped; /* bytes of a refused body that were read and thrown away */
	GByteArray *body;
	struct answer answer;
	int sent_status;
	size_t sent_len; /* of the answer's body */
};

/* The request's target has been read. Gives; NULL: close the connection. */
struct exchange *exchange_begin(struct conn *conn, void *mhd, const char *target);

/* False: close the connection. len: bytes at data, 0: no more; all are taken. */
bool exchange_step(
	struct exchange *ex, const char *method, const char *data, size_t len);

/* The library has finished with it. complete: the whole answer was sent. */
void exchange_end(struct exchange *ex, bool complete);

/* answer_ms has passed: answers for the route, if it is still waited for. False: it is not. */
bool exchange_expire(struct exchange *ex);

/* A request was refused for its Origin. */
void exchange_count_origin(struct exchange *ex);

/* The answer of a route is complete (reply.c). */
void exchange_answered(struct exchange *ex);

#endif
