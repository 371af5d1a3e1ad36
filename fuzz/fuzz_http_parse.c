/* What we read of a request's header ourselves: the first byte chooses the reader, the rest is what
 * a stranger wrote, up to its first NUL, as the HTTP library gives it. */
#include "http/parse.h"

#include "http/accept.h"
#include "http/plain.h"
#include "http/routes.h"

#include "fuzz.h"

static void route(struct request *req, void *arg)
{
}

static void try_target(const char *text)
{
	struct parse_target t;
	if (parse_target(text, &t) < 0)
		return;
	struct span all = span_str(text);
	MUST(t.path.len > 0 && (t.path.ptr[0] == '/' || span_is(t.path, "*")));
	MUST(t.query.len == 0 || inside(all, t.query));
	MUST(t.authority.len == 0 || inside(all, t.authority));
}

static void try_host(const char *text)
{
	char host[PARSE_HOST_MAX + 1], again[PARSE_HOST_MAX + 1];
	if (parse_host(span_str(text), host) < 0)
		return;
	MUST(strlen(host) > 0 && strlen(host) <= strlen(text));
	MUST(parse_host(span_str(host), again) == 0);
	MUST(strcmp(host, again) == 0);
	g_autofree char *origin = g_strconcat("https://", host, NULL);
	MUST(parse_is_origin_of(origin, host));
}

/* Whatever is taken for the origin of a host is that, letter by letter. */
static void try_origin(const char *text)
{
	if (parse_is_origin_of(text, "ting.example"))
		MUST(strcmp(text, "https://ting.example") == 0);
}

static void try_decode(const char *text)
{
	for (int plus = 0; plus < 2; plus++) {
		g_autofree char *out = parse_decode(span_str(text), plus);
		MUST(!out || (g_utf8_validate(out, -1, NULL) && strlen(out) <= strlen(text)));
	}
	g_free(parse_query(text, "a"));
}

static void try_fields(const char *text)
{
	struct span all = span_str(text), cookie = parse_cookie(text, "a"), bearer = parse_bearer(text);
	MUST(cookie.len == 0 || inside(all, cookie));
	MUST(bearer.len == 0 || inside(all, bearer));
	(void)parse_lang(text);
	(void)parse_takes_gzip(text);
	(void)parse_has_etag(text, "\"a\"");
	(void)parse_has_token(text, "upgrade");
	(void)parse_is_token(text);
	(void)parse_is_value(text);
	(void)parse_is_length(text);
	(void)parse_is_type(text, "application/json");
	(void)parse_is_ws_key(text);
}

/* The same text as a pattern and as a path. */
static void try_routes(const char *text)
{
	static const struct route fixed[] = {
		{"GET", "/m/:code/:invite", route, 0, 0},
		{"GET", "/assets/*path", route, 0, 0},
	};
	struct route own = {"GET", text, route, 0, 0};
	struct routes *routes = routes_new();
	struct routes_match match = {0};
	MUST(routes_add(routes, fixed, 2, NULL) == 0);
	(void)!routes_add(routes, &own, 1, NULL);
	for (int i = 0; i < 2; i++) {
		if (routes_find(routes, i ? "PUT" : "GET", text, &match) == 0)
			for (size_t p = 0; p < match.param_count; p++)
				MUST(g_utf8_validate(match.params[p].value, -1, NULL));
		routes_match_done(&match);
	}
	routes_free(&routes);
}

/* Raw bytes of a connection. */
static void try_first_bytes(struct span bytes)
{
	char answer[PLAIN_ANSWER_MAX];
	struct wr w = wr_init(answer, sizeof answer);
	enum first_bytes kind = first_bytes_tell(bytes);
	MUST(bytes.len < FIRST_BYTES_MAX || kind != FIRST_MORE);
	plain_answer(span_sub(bytes, 0, PLAIN_REQUEST_MAX), &w);
	MUST(!w.bad && wr_len(&w) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const readers[])(const char *) = {
		try_target, try_host, try_origin, try_decode, try_fields, try_routes};
	if (len == 0)
		return 0;
	size_t which = (uint8_t)(data[0] - '0') % (G_N_ELEMENTS(readers) + 1);
	if (which == G_N_ELEMENTS(readers)) {
		try_first_bytes(span_of(data + 1, len - 1));
		return 0;
	}
	g_autofree char *text = g_strndup((const char *)data + 1, len - 1);
	readers[which](text);
	return 0;
}
