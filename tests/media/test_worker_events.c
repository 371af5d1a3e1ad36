/* Events behind a queue that is full: none is lost, all are in order. */
#include "media/worker_events.h"

#include "cm.h"

enum { CAPACITY = 4 };

struct rig {
	struct post *post;
	struct events events;
};

static struct rig new_rig(void)
{
	struct rig r = {0};
	assert_int_equal(post_new(&r.post, sizeof(struct media_event), CAPACITY), 0);
	events_init(&r.events, r.post);
	return r;
}

static void free_rig(struct rig *r)
{
	events_done(&r->events);
	post_free(&r->post);
}

static void put(struct rig *r, uint32_t n)
{
	events_put(&r->events, &(struct media_event){.type = MEDIA_EV_STATE, .member = n});
}

/* Takes one; they come in order. */
static bool take(struct rig *r, uint32_t n)
{
	struct media_event ev;
	if (!post_recv(r->post, &ev))
		return false;
	assert_int_equal(ev.member, n);
	return true;
}

static void straight_through(void **state)
{
	struct rig r = new_rig();
	(void)state;
	assert_int_equal(events_deadline(&r.events), USEC_NEVER);
	put(&r, 0);
	assert_int_equal(events_deadline(&r.events), USEC_NEVER);
	assert_true(take(&r, 0));
	events_flush(&r.events, 1);
	assert_false(take(&r, 1));
	free_rig(&r);
}

static void a_full_queue_is_waited_for(void **state)
{
	struct rig r = new_rig();
	uint32_t next = 0;
	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		put(&r, i);
	assert_int_equal(events_deadline(&r.events), 0);
	events_flush(&r.events, 100); /* nobody has read yet */
	assert_int_equal(events_deadline(&r.events), 100 + EVENTS_RETRY_MS * USEC_PER_MS);
	/* Those that come later stand behind those that wait, though there is room. */
	assert_true(take(&r, next++));
	put(&r, 1000);
	while (next <= 1000) {
		while (take(&r, next))
			next++;
		events_flush(&r.events, 200);
	}
	assert_int_equal(next, 1001);
	assert_false(take(&r, next));
	assert_int_equal(events_deadline(&r.events), USEC_NEVER);
	put(&r, 1001); /* straight through again */
	assert_true(take(&r, 1001));
	free_rig(&r);
}

static void there_is_an_end(void **state)
{
	struct rig r = new_rig();
	uint32_t next = 0;
	(void)state;
	for (uint32_t i = 0; i < EVENTS_WAIT_MAX + 1000; i++)
		put(&r, i);
	assert_int_equal(r.events.count, EVENTS_WAIT_MAX);
	for (int i = 0; i < 10; i++) {
		while (take(&r, next))
			next++;
		events_flush(&r.events, 1);
	}
	assert_int_equal(next, 10 * CAPACITY);
	free_rig(&r); /* with most of them waiting */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(straight_through),
		cmocka_unit_test(a_full_queue_is_waited_for),
		cmocka_unit_test(there_is_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
