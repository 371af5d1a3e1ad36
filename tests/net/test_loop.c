/* The loop: timers in order, moved and taken away; files deleted from within callbacks. */
#include "cm.h"

#include "base/random.h"
#include "net/loop.h"

#include <sys/epoll.h>
#include <unistd.h>

enum { TIMERS = 200 };

struct item {
	struct loop_timer timer;
	int *count;
	usec *last;
};

static void due(struct loop_timer *t, usec now)
{
	struct item *i = (struct item *)t;
	assert_true(t->at <= now);
	assert_true(t->at >= *i->last);
	*i->last = t->at;
	(*i->count)++;
}

static void timers_come_in_order(void **state)
{
	(void)state;
	struct loop *l;
	struct item items[TIMERS] = {0};
	int count = 0;
	usec last = 0;
	usec now = clock_mono();
	assert_int_equal(loop_new(&l), 0);
	for (int i = 0; i < TIMERS; i++) {
		items[i] = (struct item){.timer.due = due, .count = &count, .last = &last};
		assert_int_equal(loop_set(l, &items[i].timer, now - 1 - (random_u32() % 5000)), 0);
	}
	for (int i = 0; i < TIMERS; i += 2) /* move half of them */
		assert_int_equal(loop_set(l, &items[i].timer, now - 1 - (random_u32() % 5000)), 0);
	for (int i = 0; i < TIMERS; i += 5) /* a fifth does not come */
		loop_unset(l, &items[i].timer);
	assert_int_equal(loop_set(l, &items[1].timer, USEC_NEVER), 0);
	loop_turn(l, now);
	assert_int_equal(count, TIMERS - TIMERS / 5 - 1);
	loop_turn(l, now);
	assert_int_equal(count, TIMERS - TIMERS / 5 - 1);
	loop_free(&l);
	assert_null(l);
}

static void a_turn_waits_for_the_next_timer(void **state)
{
	(void)state;
	struct loop *l;
	int count = 0;
	usec last = 0;
	struct item item = {.timer.due = due, .count = &count, .last = &last};
	assert_int_equal(loop_new(&l), 0);
	usec at = clock_mono() + 3000;
	assert_int_equal(loop_set(l, &item.timer, at), 0);
	while (count == 0)
		loop_turn(l, USEC_NEVER);
	assert_true(clock_mono() >= at);
	loop_free(&l);
}

struct pair {
	struct loop_io io;
	struct loop *loop;
	struct pair *other;
	int calls;
};

static void ready(struct loop_io *io, uint32_t events)
{
	struct pair *p = (struct pair *)io;
	assert_true(events & EPOLLIN);
	p->calls++;
	loop_del(p->loop, &p->io);
	loop_del(p->loop, &p->other->io);
}

static void a_deleted_file_is_not_called(void **state)
{
	(void)state;
	struct loop *l;
	int a[2], b[2];
	assert_int_equal(loop_new(&l), 0);
	assert_int_equal(pipe(a), 0);
	assert_int_equal(pipe(b), 0);
	struct pair x = {.io = {a[0], ready}, .loop = l};
	struct pair y = {.io = {b[0], ready}, .loop = l, .other = &x};
	x.other = &y;
	assert_int_equal(loop_add(l, &x.io, EPOLLIN), 0);
	assert_int_equal(loop_add(l, &y.io, EPOLLIN), 0);
	assert_int_equal(write(a[1], "a", 1), 1);
	assert_int_equal(write(b[1], "b", 1), 1);
	loop_turn(l, clock_mono() + USEC_PER_SEC);
	loop_turn(l, clock_mono());
	assert_int_equal(x.calls + y.calls, 1); /* both were ready, the first took the other away */
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
	loop_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_come_in_order),
		cmocka_unit_test(a_turn_waits_for_the_next_timer),
		cmocka_unit_test(a_deleted_file_is_not_called),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
