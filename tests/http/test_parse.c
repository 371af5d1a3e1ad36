/* Reading the fields of a request: what is taken, and what is not. */
#include "cm.h"

#include "http/parse.h"

#include <string.h>

#define assert_span(s, text)                                                                       \
	do {                                                                                           \
		struct span s_ = (s);                                                                      \
		assert_true(span_is(s_, text));                                                            \
	} while (0)

static void targets(void **state)
{
	struct parse_target t;
	assert_int_equal(parse_target("/", &t), 0);
	assert_span(t.path, "/");
	assert_int_equal(t.query.len, 0);
	assert_int_equal(parse_target("/a/b?c=d?e", &t), 0);
	assert_span(t.path, "/a/b");
	assert_span(t.query, "c=d?e");
	assert_int_equal(parse_target("https://h:1/p?q", &t), 0);
	assert_span(t.authority, "h:1");
	assert_span(t.path, "/p");
	assert_span(t.query, "q");
	assert_int_equal(parse_target("HTTP://h?q", &t), 0);
	assert_span(t.authority, "h");
	assert_span(t.path, "/");
	assert_span(t.query, "q");
	assert_int_equal(parse_target("*", &t), 0);
	assert_span(t.path, "*");
	static const char *const bad[] = {"", "a", "?x", "/a b", "/a\tb", "/#f", "/\x7f", "/\xc3\xa5",
		"https://", "https:///p", "ftp://h/p", "**", "//\n"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		assert_int_equal(parse_target(bad[i], &t), -ERR_PROTO);
}

static void hosts(void **state)
{
	char host[PARSE_HOST_MAX + 1];
	static const char *const good[][2] = {
		{"localhost", "localhost"},
		{"Ting.Example.SE", "ting.example.se"},
		{"ting.example:443", "ting.example"},
		{"ting.example:8443", "ting.example:8443"},
		{"192.0.2.1:1", "192.0.2.1:1"},
		{"[2001:DB8::1]", "[2001:db8::1]"},
		{"[::ffff:192.0.2.1]:65535", "[::ffff:192.0.2.1]:65535"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		assert_int_equal(parse_host(span_str(good[i][0]), host), 0);
		assert_string_equal(host, good[i][1]);
	}
	static const char *const bad[] = {"", ":", ":80", "a:", "a:0", "a:65536", "a:123456", "a:-1",
		"a:+1", "a:1x", "a b", "a/b", "a@b", "a\\b", "a?b", "a#b", "a,b", "[", "[]", "[:", "[g::1]",
		"[::1", "[::1]x", "::1", "a%41", "å"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		assert_int_equal(parse_host(span_str(bad[i]), host), -ERR_PROTO);
	g_autofree char *longest = g_strnfill(PARSE_HOST_MAX, 'a');
	g_autofree char *longer = g_strnfill(PARSE_HOST_MAX + 1, 'a');
	assert_int_equal(parse_host(span_str(longest), host), 0);
	assert_int_equal(parse_host(span_str(longer), host), -ERR_PROTO);
	assert_int_equal(parse_host(span_of("a\0b", 3), host), -ERR_PROTO);
}

static void origins(void **state)
{
	assert_true(parse_is_origin_of("https://ting.example", "ting.example"));
	assert_true(parse_is_origin_of("https://ting.example:8443", "ting.example:8443"));
	assert_true(parse_is_origin_of("https://[::1]:8443", "[::1]:8443"));
	static const char *const bad[] = {"", "null", "https://", "http://ting.example", "ting.example",
		"https://ting.example:8443", "https://ting.example:443", "https://ting.example/",
		"https://ting.example.evil", "https://evil.ting.example", "https://ting.exampl",
		"HTTPS://ting.example", "https://Ting.example", "https://ting.example ",
		" https://ting.example", "https://x@ting.example", "https://ting.example, https://evil"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		assert_false(parse_is_origin_of(bad[i], "ting.example"));
	assert_false(parse_is_origin_of(NULL, "ting.example"));
	assert_false(parse_is_origin_of("https://", ""));
}

static void assert_decoded(const char *text, bool plus, const char *expected)
{
	g_autofree char *out = parse_decode(span_str(text), plus);
	if (expected)
		assert_string_equal(out, expected);
	else
		assert_null(out);
}

static void decoding(void **state)
{
	assert_decoded("", false, "");
	assert_decoded("a%20b+c", false, "a b+c");
	assert_decoded("a%20b+c", true, "a b c");
	assert_decoded("r%C3%A4k", false, "räk");
	assert_decoded("räk", false, "räk");
	assert_decoded("%2f%2F%25", false, "//%");
	static const char *const bad[] = {"%", "%2", "%g0", "%0g", "%00", "a%0Ab", "%7f", "%ff",
		"%c3", "%c3%28", "%ed%a0%80", "%f4%90%80%80", "\x01"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		assert_decoded(bad[i], false, NULL);
}

static void assert_query(const char *query, const char *name, const char *expected)
{
	g_autofree char *out = parse_query(query, name);
	if (expected)
		assert_string_equal(out, expected);
	else
		assert_null(out);
}

static void queries(void **state)
{
	assert_query("a=1&b=2", "b", "2");
	assert_query("a=1&a=2", "a", "1");
	assert_query("a", "a", "");
	assert_query("a=", "a", "");
	assert_query("a=b=c", "a", "b=c");
	assert_query("%61=x+y", "a", "x y");
	assert_query("&&a=1&", "a", "1");
	assert_query("ab=1", "a", NULL);
	assert_query("", "a", NULL);
	assert_query("a=%zz&a=1", "a", NULL);
	assert_query("%zz=1&a=2", "a", "2");
}

static void cookies(void **state)
{
	assert_span(parse_cookie("a=1; b=2", "b"), "2");
	assert_span(parse_cookie("a=1;b=2", "b"), "2");
	assert_span(parse_cookie("b=1; b=2", "b"), "1");
	assert_span(parse_cookie("b=\"x y\"", "b"), "x y");
	assert_span(parse_cookie("b=x=y", "b"), "x=y");
	assert_non_null(parse_cookie("b=", "b").ptr);
	assert_null(parse_cookie("ab=1; b", "b").ptr);
	assert_null(parse_cookie("B=1", "b").ptr);
	assert_null(parse_cookie("a=\"; b=1\"", "c").ptr);
	assert_null(parse_cookie("", "b").ptr);
	assert_null(parse_cookie(NULL, "b").ptr);
}

static void languages(void **state)
{
	static const struct {
		const char *field;
		enum lang lang;
	} cases[] = {
		{NULL, LANG_SV},
		{"", LANG_SV},
		{"sv-SE,sv;q=0.9,en;q=0.8", LANG_SV},
		{"en-GB,en;q=0.9,sv;q=0.8", LANG_EN},
		{"EN", LANG_EN},
		{"de, en;q=0.3", LANG_EN},
		{"de, fr", LANG_SV},
		{"nb-NO, en;q=0.9", LANG_SV},
		{"da;q=0.4, en;q=0.5", LANG_EN},
		{"en;q=0, sv;q=0", LANG_SV},
		{"sv;q=0.1, en;q=0.11", LANG_EN},
		{"english", LANG_SV},
		{"en;q=2", LANG_SV},
		{"en; q=0.7 , sv; q=0.6", LANG_EN},
		{"*", LANG_SV},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_int_equal(parse_lang(cases[i].field), cases[i].lang);
}

static void codings(void **state)
{
	assert_true(parse_takes_gzip("gzip, deflate, br"));
	assert_true(parse_takes_gzip("br;q=1.0, GZIP;q=0.5"));
	assert_true(parse_takes_gzip("*"));
	assert_false(parse_takes_gzip("gzip;q=0, *"));
	assert_false(parse_takes_gzip("gzip;q=0.000"));
	assert_false(parse_takes_gzip("*;q=0"));
	assert_false(parse_takes_gzip("br, xgzip"));
	assert_false(parse_takes_gzip(""));
	assert_false(parse_takes_gzip(NULL));
}

static void etags(void **state)
{
	assert_true(parse_has_etag("\"abc\"", "\"abc\""));
	assert_true(parse_has_etag("\"x\", W/\"abc\"", "\"abc\""));
	assert_true(parse_has_etag("*", "\"abc\""));
	assert_false(parse_has_etag("\"abcd\"", "\"abc\""));
	assert_false(parse_has_etag("abc", "\"abc\""));
	assert_false(parse_has_etag("", "\"abc\""));
	assert_false(parse_has_etag(NULL, "\"abc\""));
}

static void small_words(void **state)
{
	assert_true(parse_has_token("keep-alive, Upgrade", "upgrade"));
	assert_true(parse_has_token(" upgrade ,x", "upgrade"));
	assert_false(parse_has_token("upgraded, up grade", "upgrade"));
	assert_false(parse_has_token(NULL, "upgrade"));
	assert_true(parse_is_token("PROPFIND"));
	assert_true(parse_is_token("X-A_b.c~1"));
	assert_false(parse_is_token(""));
	assert_false(parse_is_token("a b"));
	assert_false(parse_is_token("a:"));
	assert_false(parse_is_token("å"));
	assert_true(parse_is_value("a b\tå"));
	assert_false(parse_is_value("a\nb"));
	assert_false(parse_is_value("a\x7f"));
	assert_true(parse_is_length("0"));
	assert_true(parse_is_length("999999999999999"));
	assert_false(parse_is_length("9999999999999999"));
	assert_false(parse_is_length(""));
	assert_false(parse_is_length("1 "));
	assert_false(parse_is_length("-1"));
	assert_span(parse_bearer("Bearer abc-._~+/="), "abc-._~+/=");
	assert_span(parse_bearer("bearer  abc "), "abc");
	assert_null(parse_bearer("Bearer").ptr);
	assert_null(parse_bearer("Bearer ").ptr);
	assert_null(parse_bearer("Bearer a b").ptr);
	assert_null(parse_bearer("Basic abc").ptr);
	assert_null(parse_bearer(NULL).ptr);
	assert_true(parse_is_type("application/json", "application/json"));
	assert_true(parse_is_type("Application/JSON ; charset=utf-8", "application/json"));
	assert_false(parse_is_type("application/jsonx", "application/json"));
	assert_false(parse_is_type("text/plain;application/json", "application/json"));
	assert_false(parse_is_type(NULL, "application/json"));
	assert_true(parse_is_ws_key("dGhlIHNhbXBsZSBub25jZQ=="));
	assert_false(parse_is_ws_key("dGhlIHNhbXBsZSBub25jZR=="));
	assert_false(parse_is_ws_key("dGhlIHNhbXBsZSBub25jZQ="));
	assert_false(parse_is_ws_key("dGhlIHNhbXBsZSBub25j-Q=="));
	assert_false(parse_is_ws_key(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets),
		cmocka_unit_test(hosts),
		cmocka_unit_test(origins),
		cmocka_unit_test(decoding),
		cmocka_unit_test(queries),
		cmocka_unit_test(cookies),
		cmocka_unit_test(languages),
		cmocka_unit_test(codings),
		cmocka_unit_test(etags),
		cmocka_unit_test(small_words),
	};
	return cmocka_run_group_tests_name("http/parse", tests, NULL, NULL);
}
