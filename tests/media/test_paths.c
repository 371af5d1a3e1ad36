/* The table of addresses against a plain list, through growth and deletion in every order. */
#include "media/paths.h"

#include "cm.h"

#include <stdlib.h>
#include <string.h>

enum { ADDRS = 300, STEPS = 60000, OWNERS = 5 };

static uint32_t dice; /* a plain generator: the same steps each time */

static uint32_t roll(uint32_t n)
{
	dice = dice * 1664525 + 1013904223;
	return (dice >> 8) % n;
}

static struct addr nth(uint32_t i)
{
	struct addr a = {.family = 4, .port = (uint16_t)(1000 + i / 7), .host = {10, 0, 0, i % 7}};
	return a;
}

/* Owners are never looked into: any five pointers will do. */
static struct transport *owner(uint32_t i)
{
	static char owners[OWNERS];
	return (struct transport *)(void *)&owners[i];
}

static void assert_same(const struct paths *p, struct transport *const *model)
{
	size_t count = 0;
	for (uint32_t i = 0; i < ADDRS; i++) {
		struct addr a = nth(i);
		assert_ptr_equal(paths_find(p, &a), model[i]);
		count += model[i] != NULL;
	}
	assert_int_equal(paths_count(p), count);
}

static void as_a_list_does(void **state)
{
	struct paths *p;
	struct transport *model[ADDRS] = {0};
	(void)state;
	assert_int_equal(paths_new(&p), 0);
	for (int step = 0; step < STEPS; step++) {
		uint32_t i = roll(ADDRS);
		struct addr a = nth(i);
		struct transport *t = owner(roll(OWNERS));
		/* Waves of mostly coming and mostly going. */
		if (roll(10) < (step / 2000 % 2 ? 3 : 7)) {
			assert_int_equal(paths_put(p, &a, t), 0);
			model[i] = t;
		} else {
			paths_del(p, &a, t);
			if (model[i] == t)
				model[i] = NULL;
		}
		if (step % 500 == 0)
			assert_same(p, model);
	}
	assert_same(p, model);
	for (uint32_t i = 0; i < ADDRS; i++) {
		struct addr a = nth(i);
		if (model[i])
			paths_del(p, &a, model[i]);
	}
	assert_int_equal(paths_count(p), 0);
	paths_free(&p);
	assert_null(p);
	paths_free(&p);
}

static void the_last_one_has_it(void **state)
{
	struct paths *p;
	struct addr a = nth(1);
	(void)state;
	assert_int_equal(paths_new(&p), 0);
	assert_null(paths_find(p, &a));
	assert_int_equal(paths_put(p, &a, owner(0)), 0);
	assert_int_equal(paths_put(p, &a, owner(1)), 0);
	assert_int_equal(paths_count(p), 1);
	paths_del(p, &a, owner(0)); /* it is not his any more */
	assert_ptr_equal(paths_find(p, &a), owner(1));
	paths_del(p, &a, owner(1));
	assert_null(paths_find(p, &a));
	paths_free(&p);
}

static void every_part_of_an_address_counts(void **state)
{
	struct paths *p;
	struct addr a = nth(1);
	struct addr others[] = {a, a, a, a};
	(void)state;
	others[0].port++;
	others[1].tcp = 1;
	others[2].local = 1;
	others[3].host[3]++;
	assert_int_equal(paths_new(&p), 0);
	assert_int_equal(paths_put(p, &a, owner(0)), 0);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		assert_null(paths_find(p, &others[i]));
	paths_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_a_list_does),
		cmocka_unit_test(the_last_one_has_it),
		cmocka_unit_test(every_part_of_an_address_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
