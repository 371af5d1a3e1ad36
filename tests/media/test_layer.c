/* Which layer for which place. */
#include "media/layer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define OFF {false, 0}
#define ON(h) {true, h}

static const struct {
	int count;
	struct layer layers[LAYER_MAX];
	int height, want;
} cases[] = {
	/* heights known */
	{3, {ON(180), ON(360), ON(720)}, 1080, 2},
	{3, {ON(180), ON(360), ON(720)}, 720, 2},
	{3, {ON(180), ON(360), ON(720)}, 480, 2},
	{3, {ON(180), ON(360), ON(720)}, 479, 1},
	{3, {ON(180), ON(360), ON(720)}, 240, 1},
	{3, {ON(180), ON(360), ON(720)}, 239, 0},
	{3, {ON(180), ON(360), ON(720)}, 90, 0},
	{3, {ON(180), ON(360), ON(720)}, 0, 0},
	/* some layers off: what there is */
	{3, {ON(180), ON(360), {false, 720}}, 1080, 1},
	{3, {ON(180), {false, 360}, {false, 720}}, 1080, 0},
	{3, {{false, 180}, ON(360), ON(720)}, 90, 1},
	{3, {{false, 180}, {false, 360}, ON(720)}, 90, 2},
	{3, {OFF, OFF, OFF}, 720, 0},
	/* heights unknown: quarter, half, full */
	{3, {ON(0), ON(0), ON(0)}, 720, 2},
	{3, {ON(0), ON(0), ON(0)}, 300, 1},
	{3, {ON(0), ON(0), ON(0)}, 100, 0},
	/* one known tells the others */
	{3, {ON(270), ON(0), ON(0)}, 540, 1},
	{3, {ON(0), ON(0), ON(1080)}, 540, 1},
	{3, {ON(0), ON(0), ON(1080)}, 720, 2},
	/* one layer, whatever the place */
	{1, {ON(1080)}, 90, 0},
	{1, {ON(90)}, 1080, 0},
	{2, {ON(360), ON(720)}, 480, 1},
	{0, {OFF}, 480, LAYER_NONE},
};

static void test_table(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int got = layer_choose(cases[i].layers, cases[i].count, cases[i].height);
		if (got != cases[i].want)
			fail_msg("case %zu: layer %d, want %d", i, got, cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_table)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
