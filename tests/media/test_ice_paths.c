/* The lite agent: which path is used, what time does to it, and restarts. */
#include "media/ice.h"

#include "media/ice_rig.h"

/* ── Paths ── */

static void test_nomination(void **state)
{
	struct rig *r = new_rig();
	feed(r, "192.0.2.1:1", 0, 0);
	feed(r, "192.0.2.2:2", 0, 1);
	assert_true(selects(r, "192.0.2.1:1"));
	feed(r, "192.0.2.2:2", USE_CANDIDATE, 2);
	assert_true(selects(r, "192.0.2.2:2"));
	assert_true(ice_is_nominated(r->ice));
	feed(r, "192.0.2.1:1", 0, 3); /* a mere check does not move it */
	assert_true(selects(r, "192.0.2.2:2"));
	/* Migration: a new address, authenticated and nominated. */
	feed(r, "198.51.100.9:9", USE_CANDIDATE, 4);
	assert_true(selects(r, "198.51.100.9:9"));
	assert_true(is_valid(r, "192.0.2.2:2"));
	assert_int_equal(ice_stats(r->ice)->nominations, 2);
	/* Attack 9: the same from someone without the password moves nothing. */
	feed_as(r, "203.0.113.6:6",
		&(struct request){UFRAG ":" REMOTE, "not-the-password-at-all", USE_CANDIDATE}, 5);
	assert_true(selects(r, "198.51.100.9:9"));
	assert_false(is_valid(r, "203.0.113.6:6"));
	free_rig(r);
}

/* Attack 14: a ninth path pushes out the one not heard of for longest, never the selected. */
static void test_eviction(void **state)
{
	char text[32];
	struct rig *r = new_rig();
	feed(r, "192.0.2.100:1", USE_CANDIDATE, 0); /* the oldest, and selected */
	for (int i = 1; i < 50; i++) {
		struct wr w = wr_init(text, sizeof text);
		wr_fmt(&w, "192.0.2.%d:%d", i, i);
		wr_u8(&w, 0);
		feed(r, text, 0, i);
		assert_true(is_valid(r, text));
		assert_true(selects(r, "192.0.2.100:1"));
		assert_true(r->added - r->dropped <= ICE_MAX_PATHS);
	}
	assert_int_equal(r->added - r->dropped, ICE_MAX_PATHS);
	assert_int_equal(ice_stats(r->ice)->evicted, 50 - ICE_MAX_PATHS);
	assert_false(is_valid(r, "192.0.2.42:42"));
	assert_true(is_valid(r, "192.0.2.43:43"));
	free_rig(r);
}

static void test_del_path(void **state)
{
	struct rig *r = new_rig();
	const struct addr a = address("192.0.2.1:1"), b = address("192.0.2.2:2");
	feed(r, "192.0.2.1:1", USE_CANDIDATE, 0);
	feed(r, "192.0.2.2:2", 0, 1);
	feed(r, "192.0.2.3:3", USE_CANDIDATE, 1);
	ice_del_path(r->ice, &a);
	ice_del_path(r->ice, &a);
	assert_true(selects(r, "192.0.2.3:3")); /* another's end is nothing to it */
	assert_true(is_valid(r, "192.0.2.2:2"));
	feed(r, "192.0.2.1:1", USE_CANDIDATE, 1);
	const struct addr c = address("192.0.2.3:3");
	ice_del_path(r->ice, &c);
	feed(r, "192.0.2.2:2", 0, 2);
	ice_del_path(r->ice, &a);
	assert_false(is_valid(r, "192.0.2.1:1"));
	assert_true(selects(r, "192.0.2.2:2"));
	ice_del_path(r->ice, &b);
	assert_null(ice_selected(r->ice));
	assert_int_equal(ice_state(r->ice), ICE_DISCONNECTED); /* at once, and it may be asked: */
	assert_int_equal(ice_deadline(r->ice), 2 + 30 * SEC);
	ice_tick(r->ice, 2);
	assert_int_equal(ice_state(r->ice), ICE_DISCONNECTED);
	ice_tick(r->ice, 2 + 30 * SEC);
	assert_int_equal(ice_state(r->ice), ICE_FAILED);
	free_rig(r);
}

/* A TCP connection and a UDP address of the same numbers are two paths. */
static void test_tcp_is_apart(void **state)
{
	struct rig *r = new_rig();
	feed(r, "192.0.2.1:1", USE_CANDIDATE, 0);
	struct addr tcp = address("192.0.2.1:1");
	tcp.tcp = 3;
	assert_false(ice_is_valid(r->ice, &tcp));
	free_rig(r);
}

/* ── Time ── */

static void run_to(struct rig *r, usec until)
{
	while (ice_deadline(r->ice) <= until) {
		const usec at = ice_deadline(r->ice);
		ice_tick(r->ice, at);
		assert_true(ice_deadline(r->ice) > at);
	}
	ice_tick(r->ice, until);
}

static void test_consent(void **state)
{
	struct rig *r = new_rig();
	feed(r, "192.0.2.1:1", USE_CANDIDATE, 1 * SEC);
	for (int s = 2; s < 100; s += 5)
		feed(r, "192.0.2.1:1", 0, s * SEC);
	run_to(r, 104 * SEC);
	assert_int_equal(ice_state(r->ice), ICE_CONNECTED);
	run_to(r, 105 * SEC - 1);
	assert_int_equal(ice_state(r->ice), ICE_CONNECTED);
	run_to(r, 105 * SEC);
	assert_int_equal(ice_state(r->ice), ICE_DISCONNECTED);
	assert_true(selects(r, "192.0.2.1:1")); /* consent still holds */
	run_to(r, 127 * SEC - 1);
	assert_int_equal(ice_state(r->ice), ICE_DISCONNECTED);
	/* What does not authenticate keeps nobody's consent alive. */
	feed_as(r, "192.0.2.1:1", &(struct request){UFRAG ":" REMOTE, "wrong", 0}, 127 * SEC - 1);
	run_to(r, 127 * SEC);
	assert_int_equal(ice_state(r->ice), ICE_FAILED);
	assert_null(ice_selected(r->ice));
	assert_false(is_valid(r, "192.0.2.1:1"));
	assert_true(ice_deadline(r->ice) == USEC_NEVER);
	/* It comes back when the peer does. */
	feed(r, "192.0.2.1:1", USE_CANDIDATE, 200 * SEC);
	assert_int_equal(ice_state(r->ice), ICE_CONNECTED);
	assert_true(selects(r, "192.0.2.1:1"));
	free_rig(r);
}

static void test_nobody_comes(void **state)
{
	struct rig *r = new_rig();
	assert_true(ice_deadline(r->ice) == 30 * SEC);
	run_to(r, 30 * SEC - 1);
	assert_int_equal(ice_state(r->ice), ICE_NEW);
	run_to(r, 30 * SEC);
	assert_int_equal(ice_state(r->ice), ICE_FAILED);
	free_rig(r);
}

/* The selected path dies without a word while another one lives: that one is used. */
static void test_silent_path_gives_way(void **state)
{
	struct rig *r = new_rig();
	feed(r, "192.0.2.1:1", USE_CANDIDATE, 0);
	for (int s = 1; s < 8; s++) {
		feed(r, "192.0.2.2:2", 0, s * SEC);
		assert_true(selects(r, "192.0.2.1:1"));
	}
	run_to(r, 8 * SEC);
	assert_true(selects(r, "192.0.2.2:2"));
	assert_int_equal(ice_state(r->ice), ICE_CONNECTED);
	free_rig(r);
}

static void test_conf_times(void **state)
{
	struct ice *ice = NULL;
	const struct ice_conf conf = {
		.creds = creds, .disconnected_after = 2 * SEC, .failed_after = 5 * SEC};
	assert_int_equal(ice_new(&conf, 10 * SEC, &ice), 0);
	assert_true(ice_deadline(ice) == 15 * SEC);
	ice_free(&ice);
}

/* ── Restart ── */

static void test_restart(void **state)
{
	struct rig *r = new_rig();
	feed(r, "192.0.2.1:1", USE_CANDIDATE, 0);
	assert_int_equal(ice_restart(r->ice, &creds2, 1 * SEC), 0);
	assert_true(ice_is_restarting(r->ice));
	/* Media goes on over the old path, and the old credentials still work. */
	assert_true(selects(r, "192.0.2.1:1"));
	assert_int_equal(feed(r, "192.0.2.1:1", 0, 2 * SEC), 0);
	(void)answer(r, PWD);
	/* New ones are answered with the new password, and change nothing before nomination. */
	assert_int_equal(feed2(r, "192.0.2.2:2", 0, 3 * SEC), 0);
	(void)answer(r, creds2.local_pwd);
	assert_true(selects(r, "192.0.2.1:1"));
	assert_true(ice_is_restarting(r->ice));
	assert_int_equal(feed2(r, "192.0.2.2:2", USE_CANDIDATE, 4 * SEC), 0);
	assert_true(selects(r, "192.0.2.2:2"));
	assert_false(ice_is_restarting(r->ice));
	/* Then the old ones are nobody's, and the path that knows nothing else is gone. */
	assert_false(is_valid(r, "192.0.2.1:1"));
	assert_int_equal(feed(r, "192.0.2.1:1", USE_CANDIDATE, 5 * SEC), -ERR_AUTH);
	assert_true(selects(r, "192.0.2.2:2"));
	/* Mixed halves of two sets are no credentials. */
	assert_int_equal(
		feed_as(r, "192.0.2.3:3", &(struct request){"1restart:" REMOTE, creds2.local_pwd, 0}, 0),
		-ERR_AUTH);
	free_rig(r);
}

/* The same address under new credentials stays; a late nomination under old ones is not news. */
static void test_restart_same_path(void **state)
{
	struct rig *r = new_rig();
	feed(r, "192.0.2.1:1", USE_CANDIDATE, 0);
	assert_int_equal(ice_restart(r->ice, &creds2, 1 * SEC), 0);
	feed2(r, "192.0.2.1:1", 0, 2 * SEC);
	feed(r, "192.0.2.1:1", USE_CANDIDATE, 2 * SEC);
	assert_true(ice_is_restarting(r->ice));
	feed2(r, "192.0.2.2:2", USE_CANDIDATE, 3 * SEC);
	assert_false(ice_is_restarting(r->ice));
	assert_true(selects(r, "192.0.2.2:2"));
	assert_true(is_valid(r, "192.0.2.1:1"));
	assert_int_equal(r->added, 2);
	assert_int_equal(r->dropped, 0);
	free_rig(r);
}

static void test_restart_twice(void **state)
{
	const struct ice_creds third = {"1third", PWD, REMOTE};
	struct rig *r = new_rig();
	feed(r, "192.0.2.1:1", USE_CANDIDATE, 0);
	assert_int_equal(ice_restart(r->ice, &creds2, 1), 0);
	assert_int_equal(ice_restart(r->ice, &(struct ice_creds){"x", PWD, REMOTE}, 2), -ERR_INVALID);
	assert_int_equal(feed2(r, "192.0.2.2:2", 0, 2), 0);
	assert_int_equal(ice_restart(r->ice, &third, 3), 0);
	assert_int_equal(feed2(r, "192.0.2.2:2", 0, 4), -ERR_AUTH); /* replaced */
	assert_int_equal(feed(r, "192.0.2.1:1", 0, 4), 0);          /* still carries the media */
	assert_int_equal(feed_as(r, "192.0.2.3:3",
		&(struct request){"1third:" REMOTE, PWD, USE_CANDIDATE}, 5), 0);
	assert_true(selects(r, "192.0.2.3:3"));
	assert_int_equal(r->added - r->dropped, 1);
	free_rig(r);
}

/* After consent was lost a restart waits for checks; it is not connected by itself. */
static void test_restart_after_failure(void **state)
{
	struct rig *r = new_rig();
	feed(r, "192.0.2.1:1", USE_CANDIDATE, 0);
	run_to(r, 40 * SEC);
	assert_int_equal(ice_state(r->ice), ICE_FAILED);
	assert_int_equal(ice_restart(r->ice, &creds2, 41 * SEC), 0);
	assert_int_equal(ice_state(r->ice), ICE_DISCONNECTED);
	assert_null(ice_selected(r->ice));
	feed2(r, "192.0.2.2:2", USE_CANDIDATE, 50 * SEC);
	assert_int_equal(ice_state(r->ice), ICE_CONNECTED);
	run_to(r, 100 * SEC);
	assert_int_equal(ice_restart(r->ice, &creds, 100 * SEC), 0);
	run_to(r, 130 * SEC);
	assert_int_equal(ice_state(r->ice), ICE_FAILED);
	free_rig(r);
}

/* No room to send: the check still counts, the answer is lost as on the way. */
static void test_no_room(void **state)
{
	uint8_t buf[256];
	struct rig *r = new_rig();
	const struct addr a = address("192.0.2.1:1");
	const struct request q = {UFRAG ":" REMOTE, PWD, 0};
	r->box.count = OUTBOX_MAX;
	assert_int_equal(
		ice_recv(r->ice, write_request(buf, sizeof buf, &q), &a, 0, &r->box.out), 0);
	assert_true(is_valid(r, "192.0.2.1:1"));
	free_rig(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nomination),
		cmocka_unit_test(test_eviction),
		cmocka_unit_test(test_del_path),
		cmocka_unit_test(test_tcp_is_apart),
		cmocka_unit_test(test_consent),
		cmocka_unit_test(test_nobody_comes),
		cmocka_unit_test(test_silent_path_gives_way),
		cmocka_unit_test(test_conf_times),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_restart_same_path),
		cmocka_unit_test(test_restart_twice),
		cmocka_unit_test(test_restart_after_failure),
		cmocka_unit_test(test_no_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
