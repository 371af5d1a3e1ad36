/* The table of routes: which row answers a path, with which parameters. */
#include "cm.h"

#include "http/routes.h"

#include <glib.h>
#include <string.h>

static void fn(struct request *req, void *arg)
{
}

static const struct route list[] = {
	{"GET", "/", fn, 0, 0},
	{"GET", "/m/:code", fn, 0, 0},
	{"GET", "/m/demo", fn, 0, 0},
	{"GET", "/m/:code/:invite", fn, 0, 0},
	{"POST", "/m/:code", fn, 0, 0},
	{"GET", "/assets/*path", fn, 0, 0},
	{"GET", "/assets/:one", fn, 0, 0},
	{"REPORT", "/dav/*rest", fn, 0, 0},
};

static struct routes *table;

static int start(void **state)
{
	table = routes_new();
	return routes_add(table, list, G_N_ELEMENTS(list), table);
}

static int stop(void **state)
{
	routes_free(&table);
	assert_null(table);
	return 0;
}

/* The pattern that answers, with its parameters: "/m/:code code=x". Else the error. */
static char *find(const char *method, const char *path)
{
	struct routes_match match = {0};
	int err = routes_find(table, method, path, &match);
	if (err < 0) {
		char *text = g_strdup_printf(
			"%s%s%s", err_name(err), match.allow ? " " : "", match.allow ? match.allow : "");
		routes_match_done(&match);
		return text;
	}
	assert_ptr_equal(match.arg, table);
	GString *text = g_string_new(match.route->pattern);
	for (size_t i = 0; i < match.param_count; i++)
		g_string_append_printf(text, " %s=%s", match.params[i].name, match.params[i].value);
	routes_match_done(&match);
	return g_string_free(text, FALSE);
}

static void assert_find(const char *method, const char *path, const char *expected)
{
	g_autofree char *found = find(method, path);
	assert_string_equal(found, expected);
}

static void finds(void **state)
{
	assert_find("GET", "/", "/");
	assert_find("GET", "/m/abc", "/m/:code code=abc");
	assert_find("GET", "/m/demo", "/m/demo");
	assert_find("POST", "/m/demo", "/m/:code code=demo");
	assert_find("GET", "/m/a/b", "/m/:code/:invite code=a invite=b");
	assert_find("GET", "/m/r%C3%A4k%20a", "/m/:code code=räk a");
	assert_find("HEAD", "/m/abc", "/m/:code code=abc");
	assert_find("GET", "/assets/x", "/assets/:one one=x");
	assert_find("GET", "/assets/x/y%2Fz", "/assets/*path path=x/y/z");
	assert_find("GET", "/assets/", "/assets/*path path=");
	assert_find("GET", "/assets", "/assets/*path path=");
	assert_find("REPORT", "/dav/a/b/", "/dav/*rest rest=a/b/");
}

static void finds_not(void **state)
{
	assert_find("GET", "/x", "notfound");
	assert_find("GET", "/m", "notfound");
	assert_find("GET", "/m/", "notfound");
	assert_find("GET", "/m//b", "notfound");
	assert_find("GET", "//m/a", "notfound");
	assert_find("GET", "/m/a/b/c", "notfound");
	assert_find("GET", "/M/abc", "notfound");
	assert_find("GET", "*", "notfound");
	assert_find("GET", "", "notfound");
	assert_find("GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r", "notfound");
	assert_find("DELETE", "/m/abc", "unsupp GET, POST, HEAD, OPTIONS");
	assert_find("GET", "/dav/x", "unsupp REPORT, OPTIONS");
	assert_find("HEAD", "/dav/x", "unsupp REPORT, OPTIONS");
	assert_find("OPTIONS", "/m/abc", "unsupp GET, POST, HEAD, OPTIONS");
	static const char *const bad[] = {"/m/..", "/m/.", "/../m", "/m/%2e", "/m/%2E.", "/m/a%2Fb",
		"/m/%00", "/m/%0d%0a", "/m/%", "/m/%ff", "/assets/../m", "/assets/a/%2e%2e/b"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		assert_find("GET", bad[i], "invalid");
}

static void adds(void **state)
{
	static const struct route bad[][1] = {
		{{"GET", "x", fn, 0, 0}},
		{{"GET", "", fn, 0, 0}},
		{{"GET", "/x", NULL, 0, 0}},
		{{"", "/x", fn, 0, 0}},
		{{"G T", "/x", fn, 0, 0}},
		{{"GET", "/:", fn, 0, 0}},
		{{"GET", "/*", fn, 0, 0}},
		{{"GET", "/*rest/x", fn, 0, 0}},
		{{"GET", "/:a/:b/:c/:d/:e/:f/:g/:h/:i", fn, 0, 0}},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		assert_int_equal(routes_add(table, bad[i], 1, NULL), -ERR_INVALID);
	/* The same but for the names of its parameters; and then nothing of its list is added. */
	static const struct route twice[] = {
		{"GET", "/new", fn, 0, 0},
		{"GET", "/m/:other", fn, 0, 0},
	};
	assert_int_equal(routes_add(table, twice, 2, NULL), -ERR_EXISTS);
	assert_find("GET", "/new", "notfound");
	assert_int_equal(routes_add(table, twice, 1, table), 0);
	assert_find("GET", "/new", "/new");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds, start, stop),
		cmocka_unit_test_setup_teardown(finds_not, start, stop),
		cmocka_unit_test_setup_teardown(adds, start, stop),
	};
	return cmocka_run_group_tests_name("http/routes", tests, NULL, NULL);
}
