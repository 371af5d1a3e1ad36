/* Routes: which function answers which method and path.
 *
 * A module states its routes as a table and the app registers it:
 *
 *     static const struct route routes[] = {
 *         {"GET", "/api/v1/meetings/:code", get_meeting, ROUTE_AUTH, 0},
 *         {"POST", "/api/v1/meetings", post_meeting, ROUTE_AUTH | ROUTE_SAME_ORIGIN, 64 << 10},
 *         {"PROPFIND", "/dav/:user", propfind_user, ROUTE_AUTH, 1 << 20},
 *     };
 *     server_add_routes(server, routes, G_N_ELEMENTS(routes), module);
 *
 * Pattern: segments after slashes; ":name" takes one segment that is not empty, "*name" (last
 * only) the rest of the path, which may be empty. A literal segment wins over ":name", which wins
 * over "*name", from left to right. Method is any token, in capitals; GET answers HEAD too, unless
 * HEAD has a route of its own. A path that is known with another method gets 405 and Allow;
 * OPTIONS on a known path gets 204 and Allow, unless it has a route. */
#ifndef HTTP_ROUTES_H
#define HTTP_ROUTES_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct request;
struct routes;

enum { ROUTES_MAX_SEGMENTS = 16, ROUTES_MAX_PARAMS = 8 };

/* Answers a request with one of the reply functions of request.h, now or later: the request stays
 * valid until it has been answered. Must answer exactly once. arg: as registered. */
typedef void route_fn(struct request *req, void *arg);

enum route_flag {
	ROUTE_AUTH = 1 << 0,        /* ask server_conf.authorise first */
	ROUTE_SAME_ORIGIN = 1 << 1, /* 403 unless Origin is this server's own or a configured one */
	ROUTE_BODY = 1 << 2,        /* 411 or 400 without a body */
};

struct route {
	const char *method;
	const char *pattern;
	route_fn *fn;
	unsigned flags;        /* enum route_flag */
	uint32_t body_len_max; /* bytes; more is 413. 0: server_conf.body_len_max */
};

/* One parameter of a pattern: name from the pattern (without ':'), the value decoded. */
struct route_param {
	const char *name; /* borrowed from the pattern */
	char *value;      /* percent-decoded; UTF-8 without NUL and control characters */
};

struct routes_match {
	const struct route *route; /* NULL: see allow */
	void *arg;
	struct route_param params[ROUTES_MAX_PARAMS]; /* values owned by the match */
	size_t param_count;
	char *allow; /* owned; the methods the path knows, "GET, HEAD, OPTIONS"; NULL: path unknown */
};

struct routes *routes_new(void);
void routes_free(struct routes **routes);

/* -ERR_EXISTS: method and pattern are taken; -ERR_INVALID: not a pattern, or no function. On an
 * error none of the list is added. */
NODISCARD int routes_add(struct routes *routes, const struct route *list, size_t count, void *arg);

/* Finds what answers method on path (as sent: percent-encoded, without the query).
 * 0 found, ret_match->route set; -ERR_NOTFOUND: no such path; -ERR_UNSUPP: another method, allow
 * set; -ERR_INVALID: a segment is "." or "..", or decodes to what no parameter may hold. */
NODISCARD int routes_find(const struct routes *routes, const char *method, const char *path,
	struct routes_match *ret_match);
void routes_match_done(struct routes_match *match);

#endif
