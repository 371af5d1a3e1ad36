/* The lite agent: who is answered, and what an answer says. */
#include "media/ice.h"

#include "media/ice_rig.h"

static void test_answer(void **state)
{
	static const char *const from[] = {"192.0.2.7:5000", "[2001:db8::9]:6000"};
	for (size_t i = 0; i < 2; i++) {
		struct rig *r = new_rig();
		const struct addr a = address(from[i]);
		assert_int_equal(ice_state(r->ice), ICE_NEW);
		assert_false(is_valid(r, from[i]));
		assert_int_equal(feed(r, from[i], OPTIONAL, 0), 0);
		struct stun msg = answer(r, PWD);
		assert_int_equal(msg.cls, STUN_SUCCESS);
		assert_true(addr_eq(&msg.mapped, &a));
		assert_true(addr_eq(&r->box.to[0], &a));
		assert_true(is_valid(r, from[i]));
		assert_int_equal(ice_state(r->ice), ICE_CONNECTED);
		assert_true(selects(r, from[i])); /* the first that works, until one is nominated */
		assert_false(ice_is_nominated(r->ice));
		free_rig(r);
	}
}

/* Attacks 12 and 13: whatever does not authenticate gets nothing and leaves nothing. */
static void test_silence(void **state)
{
	char longest[STUN_USERNAME_MAX + 1], prefix[] = UFRAG ":" REMOTE "x";
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = 0;
	const struct {
		struct request q;
		int want;
		const char *what;
	} cases[] = {
		{{UFRAG ":" REMOTE, "wrong-password-wrong-pas", 0}, -ERR_AUTH, "integrity"},
		{{"2abcdefg:" REMOTE, PWD, 0}, -ERR_AUTH, "unknown ufrag"},
		{{UFRAG ":nope", PWD, 0}, -ERR_AUTH, "wrong remote ufrag"},
		{{UFRAG, PWD, 0}, -ERR_AUTH, "half a username"},
		{{REMOTE ":" UFRAG, PWD, 0}, -ERR_AUTH, "the wrong way around"},
		{{prefix, PWD, 0}, -ERR_AUTH, "one byte more"},
		{{"", PWD, 0}, -ERR_AUTH, "empty username"},
		{{longest, PWD, 0}, -ERR_AUTH, "longest username"},
		{{NULL, PWD, 0}, -ERR_AUTH, "no username"},
		{{UFRAG ":" REMOTE, PWD, NO_INTEGRITY}, -ERR_AUTH, "no integrity"},
		{{UFRAG ":" REMOTE, PWD, NO_FINGERPRINT}, -ERR_PROTO, "no fingerprint"},
		{{UFRAG ":" REMOTE, PWD, INDICATION}, -ERR_PROTO, "an indication"},
		{{UFRAG ":" REMOTE, "wrong", CONTROLLED | UNKNOWN}, -ERR_AUTH, "not even an error"},
	};
	struct rig *r = new_rig();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (feed_as(r, "192.0.2.7:5000", &cases[i].q, 0) != cases[i].want)
			fail_msg("%s", cases[i].what);
		assert_int_equal(r->box.count, 0);
		assert_false(is_valid(r, "192.0.2.7:5000"));
		assert_null(ice_selected(r->ice));
		assert_int_equal(ice_state(r->ice), ICE_NEW);
	}
	assert_int_equal(ice_stats(r->ice)->checks, 0);
	assert_true(ice_stats(r->ice)->unknown_user >= 8);
	assert_int_equal(ice_stats(r->ice)->bad_integrity, 3);
	free_rig(r);
}

/* Every truncation and every flipped bit of a good request: no answer, no crash, no path. */
static void test_damaged(void **state)
{
	uint8_t buf[256], *copy;
	struct rig *r = new_rig();
	const struct addr a = address("192.0.2.7:5000");
	const struct request q = {UFRAG ":" REMOTE, PWD, USE_CANDIDATE};
	const struct span pkt = write_request(buf, sizeof buf, &q);
	for (size_t len = 0; len < pkt.len; len++) {
		copy = malloc(len ? len : 1);
		memcpy(copy, buf, len);
		assert_true(ice_recv(r->ice, span_of(copy, len), &a, 0, &r->box.out) < 0);
		free(copy);
	}
	for (size_t bit = 0; bit < pkt.len * 8; bit++) {
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(ice_recv(r->ice, pkt, &a, 0, &r->box.out) < 0);
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(r->box.count, 0);
	assert_false(is_valid(r, "192.0.2.7:5000"));
	assert_int_equal(ice_recv(r->ice, pkt, &a, 0, &r->box.out), 0);
	free_rig(r);
}

/* What stands behind MESSAGE-INTEGRITY is not part of the message. RFC 8489 14.5 */
static void test_trailing_attributes(void **state)
{
	struct rig *r = new_rig();
	assert_int_equal(feed(r, "192.0.2.7:5000", LATE, 0), 0);
	assert_int_equal(answer(r, PWD).cls, STUN_SUCCESS);
	assert_false(ice_is_nominated(r->ice));
	free_rig(r);
}

/* We are lite: the peer has to control. It is told so, and no path comes of the request. */
static void test_role_conflict(void **state)
{
	struct rig *r = new_rig();
	for (int i = 0; i < 3; i++) {
		assert_int_equal(feed(r, "192.0.2.7:5000", CONTROLLED, 0), 0);
		struct stun msg = answer(r, PWD);
		assert_int_equal(msg.cls, STUN_ERROR);
		assert_int_equal(msg.error_code, 487);
		assert_false(is_valid(r, "192.0.2.7:5000"));
	}
	assert_int_equal(ice_stats(r->ice)->role_conflicts, 3);
	assert_int_equal(feed(r, "192.0.2.7:5000", USE_CANDIDATE, 0), 0);
	assert_true(ice_is_nominated(r->ice));
	free_rig(r);
}

static void test_unknown_attribute(void **state)
{
	struct rig *r = new_rig();
	assert_int_equal(feed(r, "192.0.2.7:5000", UNKNOWN | USE_CANDIDATE, 0), 0);
	struct stun msg = answer(r, PWD);
	assert_int_equal(msg.error_code, 420);
	struct span list;
	assert_true(stun_find(outbox_at(&r->box, 0), STUN_ATTR_UNKNOWN_ATTRIBUTES, &list));
	assert_int_equal(get_u16(list.ptr), 0x7abc);
	assert_null(ice_selected(r->ice));
	free_rig(r);
}

/* Attack 13: no answer is larger than what asked for it. */
static void test_no_amplification(void **state)
{
	static const unsigned flags[] = {0, USE_CANDIDATE, CONTROLLED, UNKNOWN, UNKNOWN | CONTROLLED};
	struct rig *r = new_rig();
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		uint8_t buf[256];
		const struct request q = {UFRAG ":" REMOTE, PWD, flags[i]};
		const struct span pkt = write_request(buf, sizeof buf, &q);
		const struct addr a = address("[2001:db8::9]:6000");
		r->box.count = 0;
		assert_int_equal(ice_recv(r->ice, pkt, &a, 0, &r->box.out), 0);
		assert_int_equal(r->box.count, 1);
		assert_true(r->box.len[0] <= pkt.len);
	}
	free_rig(r);
}

static void test_peek(void **state)
{
	uint8_t buf[256];
	struct span ufrag = {0};
	struct request q = {UFRAG ":" REMOTE, "whatever", 0};
	struct span pkt = write_request(buf, sizeof buf, &q);
	assert_int_equal(ice_peek_ufrag(pkt, &ufrag), 0);
	assert_true(span_is(ufrag, UFRAG));
	q.username = "nocolon";
	pkt = write_request(buf, sizeof buf, &q);
	assert_int_equal(ice_peek_ufrag(pkt, &ufrag), -ERR_PROTO);
	q.username = NULL;
	pkt = write_request(buf, sizeof buf, &q);
	assert_int_equal(ice_peek_ufrag(pkt, &ufrag), -ERR_PROTO);
	assert_int_equal(ice_peek_ufrag(span_of(NULL, 0), &ufrag), -ERR_PROTO);
}

static void test_bad_creds(void **state)
{
	char name[ICE_UFRAG_MAX + 2];
	memset(name, 'a', sizeof name);
	name[sizeof name - 1] = 0;
	const struct ice_creds bad[] = {
		{"abc", PWD, REMOTE}, {UFRAG, "short", REMOTE}, {UFRAG, PWD, ""}, {UFRAG, PWD, name},
		{name, PWD, REMOTE}, {"ab:d", PWD, REMOTE}, {NULL, PWD, REMOTE}, {UFRAG, NULL, REMOTE},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct ice *ice = NULL;
		const struct ice_conf conf = {.creds = bad[i]};
		assert_int_equal(ice_new(&conf, 0, &ice), -ERR_INVALID);
		assert_null(ice);
	}
	/* The longest that the RFC allows works. */
	name[ICE_UFRAG_MAX] = 0;
	struct rig r = {0};
	char username[ICE_UFRAG_MAX + 32];
	struct wr w = wr_init(username, sizeof username);
	wr_fmt(&w, "%s:%s", UFRAG, name);
	wr_u8(&w, 0);
	const struct ice_conf conf = {.creds = {UFRAG, PWD, name}};
	outbox_init(&r.box);
	assert_int_equal(ice_new(&conf, 0, &r.ice), 0);
	assert_int_equal(feed_as(&r, "192.0.2.7:1", &(struct request){username, PWD, 0}, 0), 0);
	ice_free(&r.ice);
	ice_free(&r.ice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_trailing_attributes),
		cmocka_unit_test(test_role_conflict),
		cmocka_unit_test(test_unknown_attribute),
		cmocka_unit_test(test_no_amplification),
		cmocka_unit_test(test_peek),
		cmocka_unit_test(test_bad_creds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
