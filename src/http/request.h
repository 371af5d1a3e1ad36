/* One request, as a route reads it.
 *
 * A route gets a request whose body is complete and answers it exactly once with a function of
 * reply.h, before it returns or later from the same thread (after a job of another thread has come
 * back, say). Until then the pointer stays valid, also when the client has gone or the server was
 * freed: the answer is then dropped. Answering gives the request back: inside the route function it
 * stays readable, later it must not be touched again.
 *
 * Everything read from a request is borrowed from it. */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/routes.h"

#include <glib.h>
#include <jansson.h>

struct exchange;

enum { REQUEST_TRACE_LEN = 16 };

struct request_field {
	const char *name;
	const char *value;
};

struct request {
	/* ── As sent ── */
	const char *method;
	const char *path;   /* percent-encoded, without the query */
	const char *query;  /* percent-encoded, without '?'; "" when there is none */
	const char *host;   /* host[:port] in lower case; "" in HTTP/1.0 without one */
	struct span body;   /* whole; at most the route's limit */
	struct addr peer;   /* the other end of the TCP connection */

	/* ── Made of it ── */
	const struct route *route; /* NULL in no route function */
	const char *origin;        /* this server as the client named it: "https://host[:port]" */
	enum lang lang;            /* by cookie `lang`, else Accept-Language, else Swedish */
	char trace[REQUEST_TRACE_LEN + 1]; /* random, for logs and problem documents */
	usec began;                /* clock_mono at the end of the header */

	/* ── The app's ── */
	void *user; /* what authorise found out, say */
	GDestroyNotify user_free; /* called with user at the end; NULL: nothing to free */

	/* ── Owned; use the functions below ── */
	struct routes_match match;
	GArray *fields; /* struct request_field */
	GStringChunk *chunk; /* every string above */
	struct exchange *exchange; /* what carries it */
};

/* ── Reading ── */

/* A parameter of the route's pattern, decoded. name without ':'. NULL: the pattern has none. */
const char *request_param(const struct request *req, const char *name);

/* A header field; the name in any case. Several of one name: the first. NULL: not sent. */
const char *request_header(const struct request *req, const char *name);

/* A query parameter, decoded ('+' is a space). Lives with the request. NULL: not there, or not
 * UTF-8. The first of several. */
const char *request_query(struct request *req, const char *name);

/* A cookie's value as sent. The first of several; NULL: not there. */
const char *request_cookie(struct request *req, const char *name);

/* The token of "Authorization: Bearer …"; NULL: none. */
const char *request_bearer(const struct request *req);

/* The body as a JSON object or array; gives a reference. Needs Content-Type application/json.
 * NULL: it is not; the problem has been answered, so just return. */
json_t *request_json(struct request *req);

/* Is Origin exactly this server's own origin, or one that is configured? Missing: no. */
bool request_is_same_origin(const struct request *req);

/* Lets a request go on to its route after server_conf.authorise has looked at it. */
void request_allow(struct request *req);

#endif
