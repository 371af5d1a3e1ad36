/* What we read out of a request's header ourselves: small pure functions over NUL-terminated text
 * that a stranger wrote. The HTTP library has framed it; nothing here trusts that. */
#ifndef HTTP_PARSE_H
#define HTTP_PARSE_H

#include "base/bytes.h"
#include "base/err.h"
#include "http/problem.h"

#include <glib.h>

enum { PARSE_HOST_MAX = 255, PARSE_WS_KEY_LEN = 24 };

/* The parts of a request target (RFC 9112 3.2), spans into it. */
struct parse_target {
	struct span authority; /* of the absolute form; empty otherwise */
	struct span path;      /* begins with '/', or is "*" */
	struct span query;     /* without '?' */
};

/* Origin form, absolute form with http or https, or "*". -ERR_PROTO: none of them, a fragment, or a
 * byte outside visible ASCII. */
NODISCARD int parse_target(const char *target, struct parse_target *ret_target);

/* host[:port] as Host and origins carry it, in lower case and without ":443".
 * -ERR_PROTO: not a name, IPv4 or bracketed IPv6 address, or a port outside 1…65535. */
NODISCARD int parse_host(struct span host, char ret_host[PARSE_HOST_MAX + 1]);

/* Is an Origin field exactly https://<host>? host: from parse_host. */
bool parse_is_origin_of(const char *origin, const char *host);

/* Percent-decoding; plus: '+' is a space, as forms write it. Gives a string (g_free), or NULL when
 * an escape is broken or the result is not UTF-8 or holds a control character. */
char *parse_decode(struct span text, bool plus);

/* The first value of a name in a query, decoded; gives, or NULL: not there or not decodable. */
char *parse_query(const char *query, const char *name);

/* The first value of a name in a Cookie field: a span into it, without quotes; ptr NULL: none. */
struct span parse_cookie(const char *field, const char *name);

/* The language to speak (RFC 9110 12.5.4): the better liked of Swedish and English, Swedish when
 * neither is named, also for Norwegian and Danish readers. field NULL: none sent. */
enum lang parse_lang(const char *field);

/* Does Accept-Encoding take gzip (RFC 9110 12.5.3)? NULL: no. */
bool parse_takes_gzip(const char *field);

/* Does If-None-Match name this entity tag (with its quotes), or "*"? Weak comparison. */
bool parse_has_etag(const char *field, const char *etag);

/* Does a comma-separated list hold the token, in any case? NULL: no. */
bool parse_has_token(const char *list, const char *token);

/* A token of RFC 9110 5.6.2: methods, names of fields. */
bool parse_is_token(const char *text);

/* May stand as a field's value: visible characters, spaces, tabs, bytes above ASCII. */
bool parse_is_value(const char *text);

/* A Content-Length: digits alone. */
bool parse_is_length(const char *text);

/* The token of "Bearer <token>" (RFC 6750 2.1): a span into field; ptr NULL: none. */
struct span parse_bearer(const char *field);

/* Is the media type of a Content-Type field this one, whatever its parameters? NULL: no. */
bool parse_is_type(const char *field, const char *type);

/* Is it the base64 form of 16 bytes, as Sec-WebSocket-Key must be (RFC 6455 4.1)? */
bool parse_is_ws_key(const char *text);

#endif
