/* Counters of a media half as the control thread reads them. */
#include "media/stage.h"
#include "media/worker_counts.h"

#include "cm.h"

static bool has_counted(struct stage *s, void *arg)
{
	const struct media_counts *least = arg;
	struct media_counts now;
	media_counts(s->media, &now);
	return now.packets_in >= least->packets_in && now.packets_out >= least->packets_out
	       && now.transports == least->transports;
}

static void what_goes_through_is_counted(void **state)
{
	(void)state;
	struct stage *s = stage_new(NULL);
	struct media_counts now;
	media_counts(s->media, &now);
	assert_int_equal(now.transports, 0);
	assert_int_equal(now.packets_in, 0);
	struct caller *a = stage_call_usual(s, 1), *b = stage_call_usual(s, 2);
	assert_true(stage_wait_connected(s, a));
	assert_true(stage_wait_connected(s, b));
	caller_open(a);
	a->talks = true;
	assert_true(stage_wait_heard(s, b, 1, 60));
	struct media_counts least = {.packets_in = 60, .packets_out = 60, .transports = 2};
	assert_true(stage_wait(s, has_counted, &least));
	media_counts(s->media, &now);
	assert_in_range(now.packets_out, 60, now.packets_in);
	assert_true(now.cached > 0 && now.cached * sizeof(struct packet) <= now.pool_bytes);
	assert_true(now.datagrams_in >= now.packets_in && now.datagrams_out >= now.packets_out);
	assert_true(now.bytes_in > now.packets_in * CLIENT_SOUND_LEN);
	assert_int_equal(now.malformed, 0);
	assert_int_equal(now.pool_misses, 0);
	/* and what has gone is gone */
	caller_close(&a);
	caller_close(&b);
	least = (struct media_counts){0};
	assert_true(stage_wait(s, has_counted, &least));
	media_counts(s->media, &now);
	assert_int_equal(now.cached, 0);
	assert_true(now.packets_in >= 60);
	stage_free(&s);
}

static void a_worker_that_rests_is_not_woken(void **state)
{
	(void)state;
	struct counts c = {0};
	assert_true(counts_deadline(&c) == USEC_NEVER);
	/* Something has happened: within a second it is written down, and not before. */
	counts_turn(&c, NULL, 5);
	counts_turn(&c, NULL, 4 + COUNTS_EVERY);
	assert_true(counts_deadline(&c) == 5 + COUNTS_EVERY);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_through_is_counted),
		cmocka_unit_test(a_worker_that_rests_is_not_woken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
