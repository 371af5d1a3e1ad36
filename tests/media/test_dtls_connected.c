/* DTLS once there are keys: what is ignored, repeated, counted, and how it ends. */
#include "media/dtls.h"

#include "media/dtls_rig.h"

static void connect_rig(struct rig *r, bool shed)
{
	rig_init(r, 1, ctx_a, ctx_b);
	r->server.shed = r->client.shed = shed;
	assert_true(sim_run_until(r->sim, is_connected, r, 2 * SEC));
	sim_run(r->sim, sim_now(r->sim) + SEC / 2);
}

/* Attack 4: unprotected records once there are keys: application data, alerts, another hello. */
static void test_epoch0_afterwards(void **state)
{
	for (int shed = 0; shed < 2; shed++) {
		struct rig r;
		connect_rig(&r, shed);
		static const uint8_t types[] = {DTLS_APP_DATA, DTLS_ALERT, DTLS_HANDSHAKE_MSG, DTLS_CCS};
		const uint64_t sent = sim_counts(r.sim)->sent;
		for (size_t i = 0; i < 4; i++) {
			uint8_t rec[64] = {types[i], 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2, 2, 0};
			end_recv(&r.server, span_of(rec, 15), &r.server.peer, sim_now(r.sim),
				sim_out(r.server.node));
		}
		assert_int_equal(dtls_state(r.server.dtls), DTLS_CONNECTED);
		assert_int_equal(sim_counts(r.sim)->sent, sent);
		assert_true(dtls_stats(r.server.dtls)->epoch0 >= 3);
		rig_done(&r);
	}
}

/* A second client, at the same address: its hello is not answered and harms nothing. */
static void test_second_hello(void **state)
{
	for (int shed = 0; shed < 2; shed++) {
		struct rig r;
		connect_rig(&r, shed);
		dtls_free(&r.client.dtls);
		assert_int_equal(dtls_new(ctx_b, DTLS_CLIENT, dtls_ctx_fingerprint(ctx_a),
			&r.client.dtls), 0);
		sim_run(r.sim, sim_now(r.sim) + 60 * SEC);
		assert_int_equal(dtls_state(r.server.dtls), DTLS_CONNECTED);
		assert_int_equal(dtls_state(r.client.dtls), DTLS_FAILED);
		rig_done(&r);
	}
}

/* The server's last flight is lost, once it has shed its library object: the client repeats its
 * own, and gets it. Then, after the linger, no more. */
static bool drop_last_flights(struct rig *r, bool from_server, struct span d)
{
	enum { CLIENT_HELLO = 1 };
	/* In the clear: of an encrypted Finished that byte is random */
	const bool plain = get_u16(d.ptr + 3) == 0;
	const bool repeated_hello = plain && d.ptr[0] == DTLS_HANDSHAKE_MSG && d.ptr[10] > 0 &&
		d.ptr[DTLS_RECORD_HEADER_LEN] == CLIENT_HELLO;
	if (!from_server)
		return repeated_hello;
	return d.ptr[0] == DTLS_CCS && r->seen++ < 3;
}

static void test_lost_last_flight(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct rig r;
		rig_init(&r, 1, ctx_a, ctx_b);
		/* With a round trip as long as the timer, the call that writes it first repeats the flight
		 * before. */
		const struct sim_line line = {.delay = i & 2 ? 100 * MS : 10 * MS};
		sim_set_lines(r.client.node, &line, &line);
		const bool shed = r.server.shed = i & 1;
		r.drop = drop_last_flights;
		assert_true(sim_run_until(r.sim, is_connected, &r, 5 * SEC));
		assert_same_keys(&r, SRTP_AEAD_AES_128_GCM);
		assert_true(r.seen >= 4);
		if (shed)
			assert_int_equal(dtls_stats(r.server.dtls)->repeats, r.seen - 1);
		rig_done(&r);
	}
}

/* A repeated Finished, as far as anyone can tell without the keys. */
static void feed_finished(struct rig *r)
{
	static const uint8_t finished[37] = {
		DTLS_HANDSHAKE_MSG, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 24};
	end_recv(&r->server, span_of(finished, sizeof finished), &r->server.peer, sim_now(r->sim),
		sim_out(r->server.node));
}

static bool drop_every_last(struct rig *r, bool from_server, struct span d)
{
	return from_server && d.ptr[0] == DTLS_CCS;
}

/* The linger is bounded, in time and in answers. */
static void test_linger_ends(void **state)
{
	struct rig r;
	rig_init(&r, 1, ctx_a, ctx_b);
	r.server.shed = true;
	r.drop = drop_every_last;
	sim_run(r.sim, 25 * SEC);
	assert_int_equal(dtls_state(r.client.dtls), DTLS_FAILED);
	const unsigned repeats = dtls_stats(r.server.dtls)->repeats;
	assert_in_range(repeats, 8, 13);
	feed_finished(&r);
	assert_int_equal(dtls_stats(r.server.dtls)->repeats, repeats + 1);
	sim_run(r.sim, 60 * SEC);
	assert_true(dtls_deadline(r.server.dtls) == USEC_NEVER);
	feed_finished(&r);
	assert_int_equal(dtls_stats(r.server.dtls)->repeats, repeats + 1);
	rig_done(&r);

	connect_rig(&r, true);
	const uint64_t sent = sim_counts(r.sim)->sent;
	for (int i = 0; i < 1000; i++)
		feed_finished(&r);
	assert_int_equal(sim_counts(r.sim)->sent - sent, 32);
	rig_done(&r);
}

static void test_close(void **state)
{
	for (int i = 0; i < 8; i++) {
		struct rig r;
		rig_init(&r, 1, ctx_a, ctx_b);
		r.server.shed = i & 1;
		r.client.shed = i & 2;
		assert_true(sim_run_until(r.sim, is_connected, &r, 2 * SEC));
		struct end *first = i & 4 ? &r.server : &r.client, *second = i & 4 ? &r.client : &r.server;
		dtls_close(first->dtls, &first->peer, sim_out(first->node));
		dtls_close(first->dtls, &first->peer, sim_out(first->node));
		assert_int_equal(dtls_state(first->dtls), DTLS_CLOSED);
		sim_run(r.sim, sim_now(r.sim) + SEC);
		assert_int_equal(dtls_state(second->dtls), DTLS_CLOSED);
		assert_int_equal(dtls_export(second->dtls, &second->rx, &second->tx), -ERR_PHASE);
		rig_done(&r);
	}
}

/* A close_notify that somebody made up. */
static void test_forged_close(void **state)
{
	for (int shed = 0; shed < 2; shed++) {
		struct rig r;
		connect_rig(&r, shed);
		struct dtls_write_key key = {{1}, {2}};
		uint8_t buf[64];
		struct wr w = wr_init(buf, sizeof buf);
		assert_int_equal(dtls_record_seal(&key, DTLS_ALERT, 77, span_of("\1\0", 2), &w), 0);
		end_recv(&r.server, wr_span(&w), &r.server.peer, sim_now(r.sim), sim_out(r.server.node));
		assert_int_equal(dtls_state(r.server.dtls), DTLS_CONNECTED);
		rig_done(&r);
	}
}

/* What is no DTLS at all. */
static void test_not_dtls(void **state)
{
	struct rig r;
	rig_init(&r, 1, ctx_a, ctx_b);
	static uint8_t big[4096] = {DTLS_HANDSHAKE_MSG};
	const struct addr *from = &r.server.peer;
	struct out *out = sim_out(r.server.node);
	assert_int_equal(dtls_recv(r.server.dtls, span_of(big, 0), from, 0, out), -ERR_PROTO);
	assert_int_equal(dtls_recv(r.server.dtls, span_of(big, 12), from, 0, out), -ERR_PROTO);
	assert_int_equal(dtls_recv(r.server.dtls, span_of(big, 4096), from, 0, out), -ERR_PROTO);
	assert_int_equal(dtls_recv(r.server.dtls, span_of("\x80rtp rtp rtp rtp", 16), from, 0, out),
		-ERR_PROTO);
	assert_int_equal(dtls_stats(r.server.dtls)->dropped, 4);
	assert_true(sim_run_until(r.sim, is_connected, &r, 2 * SEC));
	rig_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_epoch0_afterwards),
		cmocka_unit_test(test_second_hello),
		cmocka_unit_test(test_lost_last_flight),
		cmocka_unit_test(test_linger_ends),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_forged_close),
		cmocka_unit_test(test_not_dtls),
	};
	return cmocka_run_group_tests(tests, make_ctxs, free_ctxs);
}
