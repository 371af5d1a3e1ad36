/* Who has been right before. */
#include "identity/known.h"

#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void what_was_added_is_there(void **state)
{
	struct known *known = known_new(64);
	assert_false(known_has(known, "asa"));
	assert_false(known_has(known, ""));
	known_add(known, "asa");
	assert_true(known_has(known, "asa"));
	assert_false(known_has(known, "asb"));
	known_free(&known);
	assert_null(known);
	known_free(&known);
}

/* However many there are, the table is as large as it was, and takes nobody for another. */
static void many_push_each_other_out(void **state)
{
	enum { SLOTS = 64, MANY = 1000 };
	struct known *known = known_new(SLOTS);
	for (int i = 0; i < MANY; i++) {
		g_autofree char *key = g_strdup_printf("key %d", i);
		known_add(known, key);
		assert_true(known_has(known, key));
	}
	int there = 0;
	for (int i = 0; i < 2 * MANY; i++) {
		g_autofree char *key = g_strdup_printf("key %d", i);
		bool has = known_has(known, key);
		assert_false(has && i >= MANY);
		there += has;
	}
	assert_in_range(there, 1, SLOTS);
	known_free(&known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_there),
		cmocka_unit_test(many_push_each_other_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
