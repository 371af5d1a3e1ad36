/* Problem documents (RFC 9457): how every error reaches a person or a program.
 *
 * A problem is a constant: a stable slug, a status, and in both languages what it is and what to
 * do about it. Modules define their own beside the ones here. The same object goes out as
 * application/problem+json and over WebSocket:
 *
 *     {"type": "/problem/not-found", "status": 404, "title": "…", "todo": "…", "detail": "…",
 *      "titles": {"sv": "…", "en": "…"}, "trace": "…"}
 *
 * title and todo in the negotiated language; detail and trace only when there are any. */
#ifndef HTTP_PROBLEM_H
#define HTTP_PROBLEM_H

#include <jansson.h>

enum lang { LANG_SV, LANG_EN };

struct problem {
	const char *slug; /* never changes once released */
	int status;       /* HTTP status */
	const char *title[2]; /* by enum lang */
	const char *todo[2];  /* what to do; "" when there is nothing to say */
};

extern const struct problem problem_bad_request;      /* 400 */
extern const struct problem problem_bad_json;         /* 400: body is not the JSON asked for */
extern const struct problem problem_bad_value;        /* 422: a member is missing or not allowed */
extern const struct problem problem_unauthenticated;  /* 401 */
extern const struct problem problem_forbidden;        /* 403 */
extern const struct problem problem_origin;           /* 403: called from a foreign page */
extern const struct problem problem_not_found;        /* 404 */
extern const struct problem problem_method;           /* 405 */
extern const struct problem problem_conflict;         /* 409 */
extern const struct problem problem_gone;             /* 410 */
extern const struct problem problem_length_required;  /* 411 */
extern const struct problem problem_too_large;        /* 413 */
extern const struct problem problem_target_too_long;  /* 414 */
extern const struct problem problem_media_type;       /* 415 */
extern const struct problem problem_upgrade;          /* 426: only over WebSocket */
extern const struct problem problem_too_many;         /* 429 */
extern const struct problem problem_header_too_large; /* 431 */
extern const struct problem problem_internal;         /* 500 */
extern const struct problem problem_full;             /* 503: a limit of the server is reached */
extern const struct problem problem_timeout;          /* 503: no answer in time */

/* The object above; gives a reference. detail, trace: borrowed, NULL: left out. */
json_t *problem_json(
	const struct problem *problem, enum lang lang, const char *detail, const char *trace);

/* "sv" or "en". */
const char *lang_name(enum lang lang);

#endif
