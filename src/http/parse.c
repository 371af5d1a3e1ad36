/* Reads the fields of a request. One function a field, in the order of the header; a list (commas,
 * parameters after ';') is walked by next_item. */
#include "http/parse.h"

#include <string.h>

static bool is_alpha(char c)
{
	return g_ascii_isalpha(c);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static struct span trim(struct span s)
{
	while (s.len && is_space((char)s.ptr[0]))
		s = span_of(s.ptr + 1, s.len - 1);
	while (s.len && is_space((char)s.ptr[s.len - 1]))
		s.len--;
	return s;
}

static bool eq_nocase(struct span s, const char *text)
{
	return s.len == strlen(text) && g_ascii_strncasecmp((const char *)s.ptr, text, s.len) == 0;
}

/* Cuts the next part off a list: up to sep, trimmed. False: the list is empty. */
static bool next_item(struct span *list, char sep, struct span *ret_item)
{
	if (!list->ptr)
		return false;
	const uint8_t *at = list->len ? memchr(list->ptr, sep, list->len) : NULL;
	size_t len = at ? (size_t)(at - list->ptr) : list->len;
	*ret_item = trim(span_of(list->ptr, len));
	*list = at ? span_of(at + 1, list->len - len - 1) : span_of(NULL, 0);
	return true;
}

/* ── Target and host ── */

int parse_target(const char *target, struct parse_target *ret_target)
{
	struct parse_target t = {0};
	for (const char *p = target; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || *p == '#')
			return -ERR_PROTO;
	struct span rest = span_str(target);
	if (span_is(rest, "*")) {
		t.path = rest;
		*ret_target = t;
		return 0;
	}
	size_t scheme = g_ascii_strncasecmp(target, "https://", 8) == 0  ? 8
	                : g_ascii_strncasecmp(target, "http://", 7) == 0 ? 7
	                                                                 : 0;
	if (scheme) {
		size_t len = strcspn(target + scheme, "/?");
		if (len == 0)
			return -ERR_PROTO;
		t.authority = span_of(target + scheme, len);
		rest = span_sub(rest, scheme + len, SIZE_MAX);
	}
	const uint8_t *mark = rest.len ? memchr(rest.ptr, '?', rest.len) : NULL;
	t.path = mark ? span_of(rest.ptr, (size_t)(mark - rest.ptr)) : rest;
	t.query = mark ? span_sub(rest, t.path.len + 1, SIZE_MAX) : span_of(NULL, 0);
	if (t.path.len == 0 && scheme)
		t.path = span_str("/");
	if (t.path.len == 0 || t.path.ptr[0] != '/')
		return -ERR_PROTO;
	*ret_target = t;
	return 0;
}

static bool is_port(struct span s)
{
	unsigned port = 0;
	if (s.len == 0 || s.len > 5)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!g_ascii_isdigit((char)s.ptr[i]))
			return false;
		port = port * 10 + (unsigned)(s.ptr[i] - '0');
	}
	return port >= 1 && port <= 65535;
}

/* The length of a bracketed address with its brackets; 0: none. */
static size_t bracket_len(struct span host)
{
	const uint8_t *close = memchr(host.ptr, ']', host.len);
	if (!close || close - host.ptr < 3)
		return 0;
	for (const uint8_t *p = host.ptr + 1; p < close; p++)
		if (!g_ascii_isxdigit((char)*p) && *p != ':' && *p != '.')
			return 0;
	return (size_t)(close - host.ptr) + 1;
}

static size_t name_len(struct span host)
{
	size_t i = 0;
	while (i < host.len && (g_ascii_isalnum((char)host.ptr[i]) || strchr("-._", host.ptr[i])))
		i++;
	return i;
}

int parse_host(struct span host, char ret_host[PARSE_HOST_MAX + 1])
{
	if (host.len == 0 || host.len > PARSE_HOST_MAX || memchr(host.ptr, 0, host.len))
		return -ERR_PROTO;
	size_t len = host.ptr[0] == '[' ? bracket_len(host) : name_len(host);
	if (len == 0)
		return -ERR_PROTO;
	struct span port = span_sub(host, len, SIZE_MAX);
	if (port.len) {
		if (port.ptr[0] != ':' || !is_port(span_sub(port, 1, SIZE_MAX)))
			return -ERR_PROTO;
		if (span_is(port, ":443"))
			port.len = 0;
	}
	len += port.len;
	for (size_t i = 0; i < len; i++)
		ret_host[i] = g_ascii_tolower((char)host.ptr[i]);
	ret_host[len] = 0;
	return 0;
}

bool parse_is_origin_of(const char *origin, const char *host)
{
	char named[PARSE_HOST_MAX + 1];
	if (!origin || !host[0] || !g_str_has_prefix(origin, "https://"))
		return false;
	/* Browsers write lower case and no default port; anything else is no browser's origin. */
	const char *rest = origin + strlen("https://");
	return parse_host(span_str(rest), named) == 0 && strcmp(named, rest) == 0
	       && strcmp(named, host) == 0;
}

/* ── Path and query ── */

char *parse_decode(struct span text, bool plus)
{
	g_autofree char *out = g_malloc(text.len + 1);
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = (char)text.ptr[i];
		if (c == '%') {
			if (text.len - i < 3)
				return NULL;
			int hi = g_ascii_xdigit_value((char)text.ptr[i + 1]);
			int lo = g_ascii_xdigit_value((char)text.ptr[i + 2]);
			if (hi < 0 || lo < 0)
				return NULL;
			c = (char)(hi << 4 | lo);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if ((unsigned char)c < 0x20 || c == 0x7f)
			return NULL;
		out[len++] = c;
	}
	out[len] = 0;
	return g_utf8_validate(out, (gssize)len, NULL) ? g_steal_pointer(&out) : NULL;
}

char *parse_query(const char *query, const char *name)
{
	struct span rest = span_str(query), item;
	while (next_item(&rest, '&', &item)) {
		const uint8_t *eq = item.len ? memchr(item.ptr, '=', item.len) : NULL;
		struct span key = eq ? span_of(item.ptr, (size_t)(eq - item.ptr)) : item;
		g_autofree char *decoded = parse_decode(key, true);
		if (!decoded || strcmp(decoded, name) != 0)
			continue;
		return parse_decode(eq ? span_sub(item, key.len + 1, SIZE_MAX) : span_str(""), true);
	}
	return NULL;
}

/* ── Fields ── */

struct span parse_cookie(const char *field, const char *name)
{
	struct span rest = span_str(field), item;
	while (next_item(&rest, ';', &item)) {
		const uint8_t *eq = item.len ? memchr(item.ptr, '=', item.len) : NULL;
		if (!eq || !span_is(span_of(item.ptr, (size_t)(eq - item.ptr)), name))
			continue;
		struct span value = span_sub(item, (size_t)(eq - item.ptr) + 1, SIZE_MAX);
		if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
			value = span_of(value.ptr + 1, value.len - 2);
		return value;
	}
	return span_of(NULL, 0);
}

/* A weight in thousandths (RFC 9110 12.4.2): "0", "0.5", "1.000"; anything odd is 0. */
static int weight(struct span text)
{
	if (text.len == 0 || text.len > 5 || (text.ptr[0] != '0' && text.ptr[0] != '1'))
		return 0;
	int value = (text.ptr[0] - '0') * 1000, unit = 100;
	if (text.len > 1 && text.ptr[1] != '.')
		return 0;
	for (size_t i = 2; i < text.len; i++, unit /= 10) {
		if (!g_ascii_isdigit((char)text.ptr[i]))
			return 0;
		value += (text.ptr[i] - '0') * unit;
	}
	return value > 1000 ? 0 : value;
}

/* Splits "name;q=0.5" into its name and its weight. */
static struct span weighted(struct span item, int *ret_weight)
{
	struct span name = span_of(NULL, 0), part;
	*ret_weight = 1000;
	for (bool first = true; next_item(&item, ';', &part); first = false) {
		if (first)
			name = part;
		else if (part.len > 2 && (part.ptr[0] | 0x20) == 'q' && part.ptr[1] == '=')
			*ret_weight = weight(span_sub(part, 2, SIZE_MAX));
	}
	return name;
}

/* Is a language tag this language, or one of its regions? */
static bool is_lang(struct span tag, const char *lang)
{
	size_t len = strlen(lang);
	return tag.len >= len && eq_nocase(span_sub(tag, 0, len), lang)
	       && (tag.len == len || tag.ptr[len] == '-');
}

enum lang parse_lang(const char *field)
{
	static const char *const nordic[] = {"sv", "nb", "nn", "no", "da"};
	int sv = 0, en = 0, q;
	struct span rest = span_str(field), item;
	while (next_item(&rest, ',', &item)) {
		struct span tag = weighted(item, &q);
		for (size_t i = 0; i < G_N_ELEMENTS(nordic); i++)
			if (is_lang(tag, nordic[i]))
				sv = MAX(sv, q);
		if (is_lang(tag, "en"))
			en = MAX(en, q);
	}
	return en > sv ? LANG_EN : LANG_SV;
}

bool parse_takes_gzip(const char *field)
{
	int named = -1, any = 0, q;
	struct span rest = span_str(field), item;
	while (next_item(&rest, ',', &item)) {
		struct span coding = weighted(item, &q);
		if (eq_nocase(coding, "gzip"))
			named = q;
		else if (span_is(coding, "*"))
			any = q;
	}
	return named >= 0 ? named > 0 : any > 0;
}

bool parse_has_etag(const char *field, const char *etag)
{
	struct span rest = span_str(field), item;
	while (next_item(&rest, ',', &item)) {
		if (span_is(item, "*"))
			return true;
		if (item.len > 2 && item.ptr[0] == 'W' && item.ptr[1] == '/')
			item = span_sub(item, 2, SIZE_MAX);
		if (span_is(item, etag))
			return true;
	}
	return false;
}

bool parse_has_token(const char *list, const char *token)
{
	struct span rest = span_str(list), item;
	while (next_item(&rest, ',', &item))
		if (eq_nocase(item, token))
			return true;
	return false;
}

bool parse_is_token(const char *text)
{
	for (const char *p = text; *p; p++)
		if (!g_ascii_isalnum(*p) && !strchr("!#$%&'*+-.^_`|~", *p))
			return false;
	return text[0] != 0;
}

bool parse_is_value(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if ((*p < 0x20 && *p != '\t') || *p == 0x7f)
			return false;
	return true;
}

bool parse_is_length(const char *text)
{
	size_t len = strlen(text);
	return len >= 1 && len <= 15 && strspn(text, "0123456789") == len;
}

struct span parse_bearer(const char *field)
{
	static const char prefix[] = "Bearer ";
	struct span none = span_of(NULL, 0);
	if (!field || g_ascii_strncasecmp(field, prefix, strlen(prefix)) != 0)
		return none;
	struct span token = trim(span_str(field + strlen(prefix)));
	if (token.len == 0)
		return none;
	for (size_t i = 0; i < token.len; i++)
		if (!g_ascii_isalnum((char)token.ptr[i]) && !strchr("-._~+/=", token.ptr[i]))
			return none;
	return token;
}

bool parse_is_type(const char *field, const char *type)
{
	struct span rest = span_str(field), item;
	return next_item(&rest, ';', &item) && eq_nocase(item, type);
}

bool parse_is_ws_key(const char *text)
{
	if (strlen(text) != PARSE_WS_KEY_LEN || strcmp(text + 22, "==") != 0)
		return false;
	for (size_t i = 0; i < 22; i++)
		if (!is_alpha(text[i]) && !g_ascii_isdigit(text[i]) && text[i] != '+' && text[i] != '/')
			return false;
	/* 16 bytes leave four bits of the last sign unused: they must be zero. */
	return strchr("AQgw", text[21]) != NULL;
}
