/* The answer to a request: each reply_ function but reply_header and reply_csp answers, once.
 *
 * Every answer carries the security headers of headers.h. Answers that are not assets carry
 * Cache-Control: no-store unless the route set the field itself. To HEAD the body is left out. */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include "http/problem.h"

#include <glib.h>
#include <jansson.h>
#include <stddef.h>

struct request;

/* Adds a header field to the answer to come; before the reply function. Name and value are copied;
 * a value with control characters is our own mistake. Not for Content-Type, which the reply
 * functions take, nor for the policy, see reply_csp. */
void reply_header(struct request *req, const char *name, const char *value);

/* Another Content-Security-Policy for this answer. policy: a static string. */
void reply_csp(struct request *req, const char *policy);

/* body: takes (g_bytes_unref when sent). type: with charset, "text/html; charset=utf-8". */
void reply_bytes(struct request *req, int status, const char *type, GBytes *body);

/* text: borrowed, copied. */
void reply_text(struct request *req, int status, const char *type, const char *text);

/* json: takes. */
void reply_json(struct request *req, int status, json_t *json);

/* Only a status: 204 and the like. */
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
