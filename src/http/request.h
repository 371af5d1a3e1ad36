/* One request and its answer.
 *
 * A route gets a request whose body is complete and answers it exactly once with a reply_
 * function, before it returns or later from the same thread (after a job of another thread has
 * come back, say). Until then the pointer stays valid, also when the client has gone or the server
 * was freed: the answer is then dropped. Answering gives the request back: the route must not
 * touch it after it has returned and answered (inside the route function it stays readable).
 *
 * Text is UTF-8. Everything read from a request is borrowed from it. */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "http/problem.h"
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

	/* ── Owned; use the functions below ── */
	struct routes_match match;
	GArray *fields; /* struct request_field */
	struct exchange *exchange;
	GStringChunk *chunk; /* every string above */
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

/* ── Answering: each answers, once ── */

/* Adds a header field to the answer to come; before the reply function. Name and value are copied;
 * a value with control characters is our own mistake. Replaces nothing: Content-Type, CSP and the
 * like are set by the reply functions, reply_csp changes the policy. */
void reply_header(struct request *req, const char *name, const char *value);

/* Another Content-Security-Policy for this answer. policy: a static string. */
void reply_csp(struct request *req, const char *policy);

/* body: takes (g_bytes_unref when sent). type: with charset, "text/html; charset=utf-8". */
void reply_bytes(struct request *req, int status, const char *type, GBytes *body);

/* text: borrowed, copied. */
void reply_text(struct request *req, int status, const char *type, const char *text);

/* json: takes. With Cache-Control: no-store, as all answers that are not assets. */
void reply_json(struct request *req, int status, json_t *json);

/* Only a status: 204, 304 and the like. */
void reply_empty(struct request *req, int status);

/* location: borrowed; a path of this server or an absolute URL that the caller trusts. */
void reply_redirect(struct request *req, int status, const char *location);

/* len bytes of a file from its start. fd: takes. */
void reply_file(struct request *req, int status, const char *type, int fd, size_t len);

/* problem: static; detail: borrowed, may be NULL, already in the reader's language, never anything
 * internal. */
void reply_problem(struct request *req, const struct problem *problem, const char *detail);

/* The same with further members. extra: takes; an object, may be NULL. */
void reply_problem_with(
	struct request *req, const struct problem *problem, const char *detail, json_t *extra);

/* An embedded file: ETag, 304, gzip, caching. 404 when there is none. */
void reply_asset(struct request *req, const char *path);

#endif
