/* The controlling client against the lite agent. */
#include "media/ice_client.h"

#include "media/ice_rig.h"

static void test_client(void **state)
{
	struct rig *r = new_rig();
	struct outbox box;
	struct ice_client *c = NULL;
	const struct addr client = address("192.0.2.50:50"), server = address("192.0.2.1:3478");
	const struct ice_client_conf conf = {
		.local_ufrag = REMOTE, .remote_ufrag = UFRAG, .remote_pwd = PWD, .server = server};
	outbox_init(&box);
	assert_int_equal(ice_client_new(&conf, 0, &c), 0);
	/* Repeated with growing distance under one id while nobody answers. */
	usec last = 0;
	for (int i = 0; i < 4; i++) {
		const usec at = ice_client_deadline(c);
		ice_client_tick(c, at, &box.out);
		assert_int_equal(box.count, i + 1);
		assert_true(span_eq(outbox_at(&box, 0), outbox_at(&box, (size_t)i)));
		if (i > 0)
			assert_true(at - last == (ICE_CLIENT_RTO_MS * USEC_PER_MS << (i - 1)));
		last = at;
	}
	assert_int_equal(ice_client_state(c), ICE_NEW);
	assert_int_equal(ice_recv(r->ice, outbox_at(&box, 3), &client, last, &r->box.out), 0);
	assert_true(ice_is_nominated(r->ice));
	/* Only the server's own answer counts, once. */
	assert_int_equal(ice_client_recv(c, outbox_at(&r->box, 0), &client, last), -ERR_AUTH);
	r->box.bytes[0][30] ^= 1;
	assert_true(ice_client_recv(c, outbox_at(&r->box, 0), &server, last) < 0);
	r->box.bytes[0][30] ^= 1;
	assert_int_equal(ice_client_state(c), ICE_NEW);
	assert_int_equal(ice_client_recv(c, outbox_at(&r->box, 0), &server, last), 0);
	assert_int_equal(ice_client_recv(c, outbox_at(&r->box, 0), &server, last), -ERR_PROTO);
	assert_int_equal(ice_client_state(c), ICE_CONNECTED);
	const struct addr mapped = ice_client_mapped(c);
	assert_true(addr_eq(&mapped, &client));
	/* Consent, and its end. */
	const usec next = ice_client_deadline(c) - last;
	assert_true(next >= 3200000 && next <= 4800000);
	while (ice_client_deadline(c) != USEC_NEVER) {
		const usec at = ice_client_deadline(c);
		ice_client_tick(c, at, &box.out);
		box.count = 0;
		assert_true(at <= last + 30 * SEC);
		assert_true(at < last + 8 * SEC || ice_client_state(c) != ICE_CONNECTED);
	}
	assert_int_equal(ice_client_state(c), ICE_FAILED);
	assert_int_equal(ice_client_restart(c, &conf, 90 * SEC), 0);
	assert_true(ice_client_deadline(c) == 90 * SEC);
	ice_client_free(&c);
	ice_client_free(&c);
	free_rig(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_client),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
