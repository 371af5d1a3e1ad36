/* Who gets which bits: a table of budgets, and what always holds. */
#include "media/allocate.h"

#include "base/bytes.h"
#include "cm.h"

#include <string.h>

#define NO ALLOCATE_NONE
#define CAM(rank, now) {rank, 3, {150, 500, 1500}, now, 0}
#define SCREEN(now) {ALLOCATE_FIRST, 2, {300, 2000}, now, 0}

enum { PICTURES = 5 };

static const struct {
	uint64_t budget;
	unsigned count;
	struct allocate_picture pictures[PICTURES];
	int way[PICTURES];
	uint64_t used;
} cases[] = {
	/* the least of each comes first, by rank, and needs 12 % to spare to begin */
	{1000, 3, {CAM(ALLOCATE_REST, NO), CAM(ALLOCATE_NEXT, NO), SCREEN(NO)}, {0, 0, 0}, 600},
	{335, 3, {CAM(ALLOCATE_REST, NO), CAM(ALLOCATE_NEXT, NO), SCREEN(NO)}, {0, 0, NO}, 300},
	{336, 3, {CAM(ALLOCATE_REST, NO), CAM(ALLOCATE_NEXT, NO), SCREEN(NO)}, {NO, NO, 0}, 300},
	{100, 3, {CAM(ALLOCATE_REST, NO), CAM(ALLOCATE_NEXT, NO), SCREEN(NO)}, {NO, NO, NO}, 0},
	/* then the screen to its best, then the speaker, then the rest alike */
	{2540, 3, {CAM(ALLOCATE_REST, NO), CAM(ALLOCATE_NEXT, NO), SCREEN(NO)}, {0, 0, 1}, 2300},
	{3900, 3, {CAM(ALLOCATE_REST, NO), CAM(ALLOCATE_NEXT, NO), SCREEN(NO)}, {0, 2, 1}, 3650},
	{9000, 3, {CAM(ALLOCATE_REST, NO), CAM(ALLOCATE_NEXT, NO), SCREEN(NO)}, {2, 2, 1}, 5000},
	{1600, 3, {CAM(ALLOCATE_REST, NO), CAM(ALLOCATE_REST, NO), CAM(ALLOCATE_REST, NO)},
	 {1, 1, 1}, 1500},
	{1210, 3, {CAM(ALLOCATE_REST, NO), CAM(ALLOCATE_REST, NO), CAM(ALLOCATE_REST, NO)},
	 {1, 1, 0}, 1150},
	/* what is sent already stays with no room to spare; more needs some */
	{1500, 1, {CAM(ALLOCATE_NEXT, 2)}, {2}, 1500},
	{1500, 1, {CAM(ALLOCATE_NEXT, 1)}, {1}, 500},
	{1679, 1, {CAM(ALLOCATE_NEXT, 1)}, {1}, 500},
	{1680, 1, {CAM(ALLOCATE_NEXT, 1)}, {2}, 1500},
	/* nothing arrives */
	{1000, 2, {{ALLOCATE_FIRST, 0, {0}, NO, 0}, CAM(ALLOCATE_REST, NO)}, {NO, 1}, 500},
	/* ways that cost the same */
	{400, 1, {{ALLOCATE_REST, 3, {150, 150, 300}, NO, 0}}, {2}, 300},
	{200, 1, {{ALLOCATE_REST, 3, {150, 150, 300}, NO, 0}}, {1}, 150},
};

static void by_budget(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct allocate_picture p[PICTURES];
		memcpy(p, cases[i].pictures, sizeof p);
		uint64_t used = allocate(p, cases[i].count, cases[i].budget);
		for (unsigned k = 0; k < cases[i].count; k++) {
			if (p[k].way != cases[i].way[k])
				print_error("case %zu, picture %u\n", i, k);
			assert_int_equal(p[k].way, cases[i].way[k]);
		}
		assert_int_equal(used, cases[i].used);
	}
}

/* xorshift: the same each time */
static uint32_t random32(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

static void always(void **state)
{
	uint32_t x = 20261124;
	(void)state;

	for (unsigned round = 0; round < 20000; round++) {
		struct allocate_picture p[PICTURES] = {0}, again[PICTURES];
		unsigned count = random32(&x) % (PICTURES + 1);
		uint64_t budget = random32(&x) % 8000, used, sum = 0;
		for (unsigned i = 0; i < count; i++) {
			p[i].rank = random32(&x) % ALLOCATE_RANKS;
			p[i].ways = random32(&x) % (ALLOCATE_WAYS + 1);
			for (unsigned w = 0; w < p[i].ways; w++)
				p[i].rate[w] = (w ? p[i].rate[w - 1] : 50) + random32(&x) % 400;
			p[i].now = (int8_t)(random32(&x) % (p[i].ways + 1u)) - 1;
		}
		used = allocate(p, count, budget);
		for (unsigned i = 0; i < count; i++) {
			assert_in_range(p[i].way + 1, 0, p[i].ways);
			sum += p[i].way < 0 ? 0 : p[i].rate[p[i].way];
		}
		assert_int_equal(used, sum);
		assert_true(used <= budget);
		assert_true(allocate_wanted(p, count) >= used);
		if (allocate_next(p, count))
			assert_true(allocate_next(p, count) > used);
		/* What was decided stays decided when nothing else changes */
		memcpy(again, p, sizeof p);
		for (unsigned i = 0; i < count; i++)
			again[i].now = p[i].way;
		assert_true(allocate(again, count, budget) >= used);
	}
}

static void what_is_wanted(void **state)
{
	struct allocate_picture p[] = {CAM(ALLOCATE_REST, NO), CAM(ALLOCATE_REST, NO)};
	(void)state;

	allocate(p, 2, 400);
	assert_int_equal(p[0].way, 0);
	assert_int_equal(p[1].way, 0);
	assert_int_equal(allocate_wanted(p, 2), 3000);
	assert_int_equal(allocate_next(p, 2), 150 + 500 + 60);
	allocate(p, 2, 10000);
	assert_int_equal(allocate_next(p, 2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_budget),
		cmocka_unit_test(always),
		cmocka_unit_test(what_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
