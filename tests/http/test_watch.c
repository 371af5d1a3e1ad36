/* Watches: readiness, deadlines, and callbacks that take others away. */
#include "http/http_client.h"

#include "http/watch.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { MANY = 20 };

static struct watch_set *set;
static struct watch w[MANY];
static unsigned readies, lates;

static int start(void **state)
{
	set = watch_set_new();
	readies = lates = 0;
	return 0;
}

static int stop(void **state)
{
	for (int i = 0; i < MANY; i++) {
		watch_del(&w[i]);
		if (w[i].fd > 0)
			close(w[i].fd);
	}
	watch_set_free(&set);
	memset(w, 0, sizeof w);
	return 0;
}

static void ready(struct watch *watch, uint32_t events)
{
	uint64_t n;
	if (events == 0) {
		lates++;
		return;
	}
	readies++;
	assert_int_equal(read(watch->fd, &n, sizeof n), sizeof n);
}

/* All that are ready or late at the same moment are taken away by the first. */
static void take_all_away(struct watch *watch, uint32_t events)
{
	readies++;
	for (int i = 0; i < MANY; i++)
		watch_del(&w[i]);
}

static void add(struct watch *watch, void (*fn)(struct watch *, uint32_t), bool with_fd)
{
	*watch = (struct watch){.fd = -1, .events = EPOLLIN, .ready = fn};
	if (with_fd)
		watch->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	assert_int_equal(watch_add(set, watch), 0);
}

static void poke(struct watch *watch)
{
	uint64_t one = 1;
	assert_int_equal(write(watch->fd, &one, sizeof one), sizeof one);
}

static void tells_what_is_ready(void **state)
{
	for (int i = 0; i < MANY; i++)
		add(&w[i], ready, true);
	poke(&w[3]);
	poke(&w[7]);
	turn_until(readies == 2);
	turn_for(5);
	assert_int_equal(readies, 2);
	/* Not while it is not wanted. */
	watch_want(&w[3], 0);
	poke(&w[3]);
	turn_for(5);
	assert_int_equal(readies, 2);
	watch_want(&w[3], EPOLLIN);
	turn_until(readies == 3);
	watch_del(&w[7]);
	poke(&w[7]);
	turn_for(5);
	assert_int_equal(readies, 3);
}

static void keeps_deadlines(void **state)
{
	usec begin = clock_mono();
	for (int i = 0; i < MANY; i++)
		add(&w[i], ready, i % 2);
	watch_deadline(&w[0], begin + 300 * USEC_PER_MS);
	watch_deadline(&w[1], begin + 500 * USEC_PER_MS);
	watch_deadline(&w[2], begin - 1);
	watch_deadline(&w[3], begin + 400 * USEC_PER_MS);
	watch_deadline(&w[3], USEC_NEVER);
	watch_deadline(&w[4], begin + 10 * USEC_PER_SEC);
	turn_until(lates == 1);
	assert_true(clock_mono() < begin + 300 * USEC_PER_MS);
	turn_until(lates == 2);
	assert_true(clock_mono() >= begin + 300 * USEC_PER_MS);
	turn_until(lates == 3);
	assert_true(clock_mono() >= begin + 500 * USEC_PER_MS);
	turn_for(50);
	assert_int_equal(lates, 3);
	assert_true(w[0].deadline == USEC_NEVER);
}

static void callbacks_may_take_away(void **state)
{
	for (int i = 0; i < MANY; i++)
		add(&w[i], take_all_away, true);
	for (int i = 0; i < MANY; i++)
		poke(&w[i]);
	turn_until(readies > 0);
	turn_for(5);
	assert_int_equal(readies, 1);
	for (int i = 0; i < MANY; i++) {
		close(w[i].fd);
		add(&w[i], take_all_away, false);
		watch_deadline(&w[i], clock_mono());
	}
	turn_until(readies > 1);
	turn_for(20);
	assert_int_equal(readies, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_what_is_ready, start, stop),
		cmocka_unit_test_setup_teardown(keeps_deadlines, start, stop),
		cmocka_unit_test_setup_teardown(callbacks_may_take_away, start, stop),
	};
	return cmocka_run_group_tests_name("http/watch", tests, NULL, NULL);
}
