/* openapi.json describes exactly the routes that there are. */
#include "app/openapi.h"

#include "app/api_internal.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static json_t *description(void)
{
	json_error_t error;
	json_t *json = json_loadb(
		(const char *)openapi_json, openapi_json_len, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		fail_msg("line %d: %s", error.line, error.text);
	return json;
}

/* "/m/:code" as "/m/{code}"; gives. */
static char *path_of(const char *pattern)
{
	g_auto(GStrv) parts = g_strsplit(pattern, "/", -1);
	for (char **part = parts; *part; part++) {
		if (**part != ':')
			continue;
		char *braced = g_strdup_printf("{%s}", *part + 1);
		g_free(*part);
		*part = braced;
	}
	return g_strjoinv("/", parts);
}

static int check_route(const json_t *paths, const struct route *route)
{
	g_autofree char *path = path_of(route->pattern);
	g_autofree char *method = g_ascii_strdown(route->method, -1);
	if (!json_object_get(json_object_get(paths, path), method))
		fail_msg("%s %s is not described", route->method, path);
	return 1;
}

static int operations(const json_t *paths)
{
	static const char *const methods[] = {"get", "post", "put", "patch", "delete"};
	int count = 0;
	const char *path;
	json_t *item;
	json_object_foreach((json_t *)paths, path, item) {
		for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
			count += json_object_get(item, methods[i]) != NULL;
	}
	return count;
}

static void what_is_described_is_what_there_is(void **state)
{
	json_t *json = description();
	const json_t *paths = json_object_get(json, "paths");
	int routes = 0;
	for (const struct api_part *const *part = api_parts(); *part; part++)
		for (size_t i = 0; i < (*part)->count; i++)
			routes += check_route(paths, &(*part)->routes[i]);
	assert_true(routes > 0);
	assert_int_equal(operations(paths), routes);
	json_decref(json);
}

/* Each "$ref" leads somewhere. */
static void check_refs(const json_t *json, const json_t *root)
{
	const char *name;
	json_t *value;
	size_t i;
	json_object_foreach((json_t *)json, name, value) {
		if (strcmp(name, "$ref") == 0) {
			g_auto(GStrv) parts = g_strsplit(json_string_value(value) + 2, "/", -1);
			const json_t *at = root;
			for (char **part = parts; *part; part++)
				at = json_object_get(at, *part);
			if (!at)
				fail_msg("%s leads nowhere", json_string_value(value));
		}
		check_refs(value, root);
	}
	json_array_foreach((json_t *)json, i, value)
		check_refs(value, root);
}

static void references_lead_somewhere(void **state)
{
	json_t *json = description();
	assert_string_equal(json_string_value(json_object_get(json, "openapi")), "3.1.0");
	check_refs(json, json);
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_described_is_what_there_is),
		cmocka_unit_test(references_lead_somewhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
