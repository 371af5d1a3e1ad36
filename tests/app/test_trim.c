/* What was freed goes back to the system, when there is reason to look, and not too often. */
#include "app/trim.h"

#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { BLOCKS = 400, BLOCK_LEN = 20000, PIN_LEN = 40 };

static size_t resident_bytes(void)
{
	unsigned long all = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%lu %lu", &all, &resident), 2);
	fclose(f);
	return resident * (size_t)sysconf(_SC_PAGESIZE);
}

/* Large blocks between small ones, as joins leave them. */
static void litter(char *pins[BLOCKS])
{
	char *blocks[BLOCKS];
	for (int i = 0; i < BLOCKS; i++) {
		blocks[i] = malloc(BLOCK_LEN);
		pins[i] = malloc(PIN_LEN);
		assert_non_null(blocks[i]);
		memset(blocks[i], i | 1, BLOCK_LEN);
	}
	for (int i = 0; i < BLOCKS; i++)
		free(blocks[i]);
}

static void test_gives_back(void **state)
{
	struct server_stats stats = {0};
	struct trim *t = trim_new(&stats);
	char *pins[BLOCKS];

	litter(pins);
	size_t before = resident_bytes();
	assert_false(trim_look(t)); /* nothing has happened */
	stats.requests = 7;         /* nor is this anything */
	assert_false(trim_look(t));
	stats.ws_messages_in = 1;
	assert_true(trim_look(t));
	assert_false(trim_look(t));
#ifndef __SANITIZE_ADDRESS__
#ifndef __SANITIZE_THREAD__
	assert_true(resident_bytes() + (size_t)BLOCKS * BLOCK_LEN / 2 < before);
#endif
#endif
	(void)before;
	stats.ws_closed = 1;
	assert_false(trim_look(t)); /* a thousand times as long as that took has not passed */
	/* the one that is due comes, and one more */
	for (int i = 0; i < 2; i++) {
		while (!trim_look(t))
			g_usleep(1000);
	}
	assert_false(trim_look(t));
	for (int i = 0; i < BLOCKS; i++)
		free(pins[i]);
	trim_free(&t);
	assert_null(t);
	trim_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gives_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
