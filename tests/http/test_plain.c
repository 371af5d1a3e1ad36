/* Plain HTTP on the HTTPS port: where it is sent to, and what is refused. */
#include "cm.h"

#include "http/plain.h"

#include <glib.h>
#include <string.h>

static void assert_answer(const char *request, const char *location)
{
	char buf[PLAIN_ANSWER_MAX + 1];
	struct wr w = wr_init(buf, PLAIN_ANSWER_MAX);
	plain_answer(span_str(request), &w);
	assert_false(w.bad);
	buf[wr_len(&w)] = 0;
	if (location) {
		g_autofree char *line = g_strdup_printf("\r\nLocation: %s\r\n", location);
		assert_true(g_str_has_prefix(buf, "HTTP/1.1 301 "));
		assert_non_null(strstr(buf, line));
	} else {
		assert_true(g_str_has_prefix(buf, "HTTP/1.1 400 "));
		assert_null(strstr(buf, "Location"));
	}
	assert_non_null(strstr(buf, "\r\nConnection: close\r\n"));
}

static void redirects(void **state)
{
	assert_answer("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", "https://a.example/");
	assert_answer("HEAD /m/x?y=z HTTP/1.0\r\nAccept: */*\r\nhOsT:\tA.example:8443 \r\n\r\n",
		"https://a.example:8443/m/x?y=z");
	assert_answer("GET / HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n", "https://[::1]:8443/");
}

static void refuses(void **state)
{
	static const char *const bad[] = {
		"GET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET // HTTP/2.0\r\nHost: a\r\n\r\n",
		"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / \r\nHost: a\r\n\r\n",
		"GET /\r\nHost: a\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"\r\n\r\n",
		"",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		assert_answer(bad[i], NULL);
}

static void fits(void **state)
{
	g_autofree char *pad = g_strnfill(PLAIN_REQUEST_MAX - 29, 'x');
	g_autofree char *request = g_strdup_printf("GET /%s HTTP/1.1\r\nHost: a\r\n\r\n", pad);
	g_autofree char *location = g_strdup_printf("https://a/%s", pad);
	assert_true(strlen(request) <= PLAIN_REQUEST_MAX);
	assert_answer(request, location);
	assert_false(plain_is_whole(span_str("GET / HTTP/1.1\r\n")));
	assert_true(plain_is_whole(span_str("GET / HTTP/1.1\r\n\r\n")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(redirects),
		cmocka_unit_test(refuses),
		cmocka_unit_test(fits),
	};
	return cmocka_run_group_tests_name("http/plain", tests, NULL, NULL);
}
