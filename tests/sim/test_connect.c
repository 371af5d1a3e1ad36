/* Connecting as a browser does, ICE and then DTLS and then SRTP, over lines that lose a fifth of
 * everything each way: always, in bounded time, from any seed. */
#include "media/dtls.h"
#include "media/ice.h"
#include "media/ice_client.h"
#include "media/srtp.h"
#include "sim/sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define MS USEC_PER_MS
#define SEC USEC_PER_SEC

enum { SEEDS = 200, SSRC = 4711 };

static struct dtls_ctx *server_ctx, *client_ctx;

static const struct ice_creds creds = {"1server0", "passwordpasswordpassword", "cLnT"};
static const struct ice_creds creds2 = {"1server1", "PASSWORDPASSWORDPASSWORD", "cLn2"};

/* ── Two ends ── */

struct end {
	struct ice *ice;           /* the server's */
	struct ice_client *client; /* the client's */
	struct dtls *dtls;
	struct srtp_rx *rx;
	struct srtp_tx *tx;
	struct srtp_stream stream;
	struct sim_node *node;
	struct addr server;
	uint16_t seq;
	unsigned got, refused, early;
};

struct rig {
	struct sim *sim;
	struct end server, client;
};

static void take_keys(struct end *e, usec now)
{
	struct srtp_keys rx, tx;
	if (e->rx || dtls_state(e->dtls) != DTLS_CONNECTED)
		return;
	assert_int_equal(dtls_export(e->dtls, &rx, &tx), 0);
	assert_int_equal(srtp_rx_new(&rx, &e->rx), 0);
	assert_int_equal(srtp_tx_new(&tx, &e->tx), 0);
	dtls_shed(e->dtls, now);
}

static const struct addr *path(const struct end *e)
{
	if (e->ice)
		return ice_selected(e->ice);
	const enum ice_state state = ice_client_state(e->client);
	return state == ICE_CONNECTED || state == ICE_DISCONNECTED ? &e->server : NULL;
}

static bool is_valid(const struct end *e, const struct addr *from)
{
	return e->ice ? ice_is_valid(e->ice, from) : addr_eq(from, &e->server);
}

static void recv_media(struct end *e, struct span datagram)
{
	uint8_t pkt[OUT_MAX];
	size_t len = datagram.len;
	if (!e->rx) {
		e->early++;
		return;
	}
	memcpy(pkt, datagram.ptr, len);
	if (srtp_open_rtp(e->rx, pkt, &len) < 0)
		e->refused++;
	else
		e->got++;
}

static void end_recv(void *arg, struct span d, const struct addr *from, usec now, struct out *out)
{
	struct end *e = arg;
	int err = 0;
	if (d.ptr[0] <= 3)
		err = e->ice ? ice_recv(e->ice, d, from, now, out)
					 : ice_client_recv(e->client, d, from, now);
	else if (!is_valid(e, from))
		return; /* as a transport does: strangers are not heard */
	else if (d.ptr[0] < 64)
		err = dtls_recv(e->dtls, d, from, now, out);
	else
		recv_media(e, d);
	assert_true(err <= 0);
	take_keys(e, now);
}

static void end_tick(void *arg, usec now, struct out *out)
{
	struct end *e = arg;
	if (e->ice)
		ice_tick(e->ice, now);
	else
		ice_client_tick(e->client, now, out);
	if (path(e))
		dtls_tick(e->dtls, path(e), now, out);
	take_keys(e, now);
}

static usec end_deadline(void *arg)
{
	struct end *e = arg;
	const usec ice = e->ice ? ice_deadline(e->ice) : ice_client_deadline(e->client);
	return path(e) ? usec_min(ice, dtls_deadline(e->dtls)) : ice;
}

static const struct sim_ops end_ops = {end_recv, end_tick, end_deadline};

static void send_media(struct rig *r, struct end *e)
{
	uint8_t hdr[12] = {0x80, 96};
	size_t len = 0;
	uint8_t *room = out_room(sim_out(e->node));
	put_u16(hdr + 2, e->seq++);
	put_u32(hdr + 8, SSRC);
	const struct srtp_piece piece = {.b = span_str("sound")};
	assert_int_equal(
		srtp_seal_rtp(e->tx, &e->stream, span_of(hdr, 12), &piece, room, OUT_MAX, &len), 0);
	out_commit(sim_out(e->node), path(e), len);
}

/* ── A rig ── */

static struct ice_client_conf client_conf(const struct ice_creds *c, const struct addr *server)
{
	return (struct ice_client_conf){.local_ufrag = c->remote_ufrag, .remote_ufrag = c->local_ufrag,
		.remote_pwd = c->local_pwd, .server = *server};
}

static void rig_init(struct rig *r, uint64_t seed, const struct sim_line *line)
{
	struct addr server, client;
	const struct sim_line clean = {0};
	memset(r, 0, sizeof *r);
	r->sim = sim_new(seed);
	assert_int_equal(addr_parse("[2001:db8::1]:443", 0, &server), 0);
	assert_int_equal(addr_parse("192.0.2.2:5000", 0, &client), 0);
	r->server.node = sim_add(r->sim, &server, &end_ops, &r->server);
	r->client.node = sim_add(r->sim, &client, &end_ops, &r->client);
	sim_set_lines(r->client.node, line, line);
	sim_set_lines(r->server.node, &clean, &clean);
	r->client.server = server;
	const struct ice_conf ice = {.creds = creds};
	const struct ice_client_conf conf = client_conf(&creds, &server);
	assert_int_equal(ice_new(&ice, sim_now(r->sim), &r->server.ice), 0);
	assert_int_equal(ice_client_new(&conf, sim_now(r->sim), &r->client.client), 0);
	assert_int_equal(dtls_new(server_ctx, DTLS_SERVER, dtls_ctx_fingerprint(client_ctx),
		&r->server.dtls), 0);
	assert_int_equal(dtls_new(client_ctx, DTLS_CLIENT, dtls_ctx_fingerprint(server_ctx),
		&r->client.dtls), 0);
}

static void end_done(struct end *e)
{
	ice_free(&e->ice);
	ice_client_free(&e->client);
	dtls_free(&e->dtls);
	srtp_rx_free(&e->rx);
	srtp_tx_free(&e->tx);
}

static void rig_done(struct rig *r)
{
	sim_free(&r->sim);
	end_done(&r->server);
	end_done(&r->client);
}

static bool has_keys(void *arg)
{
	const struct rig *r = arg;
	return r->server.rx && r->client.rx;
}

static int make_ctxs(void **state)
{
	assert_int_equal(dtls_ctx_new(NULL, &server_ctx), 0);
	assert_int_equal(dtls_ctx_new(NULL, &client_ctx), 0);
	return 0;
}

static int free_ctxs(void **state)
{
	dtls_ctx_free(&server_ctx);
	dtls_ctx_free(&client_ctx);
	return 0;
}

/* ── Stories ── */

static const struct sim_line lossy = {.delay = 25 * MS, .jitter = 30 * MS, .loss_permille = 200,
	.dup_permille = 50, .reorder_permille = 50};

static int compare(const void *a, const void *b)
{
	const usec x = *(const usec *)a, y = *(const usec *)b;
	return (x > y) - (x < y);
}

/* The median says that repeats come soon; the worst, that none waits for ever. */
static void test_always_connects(void **state)
{
	static usec took[SEEDS];
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct rig r;
		rig_init(&r, seed, &lossy);
		if (!sim_run_until(r.sim, has_keys, &r, 31 * SEC))
			fail_msg("seed %d: server %d, client %d", (int)seed, (int)dtls_state(r.server.dtls),
				(int)dtls_state(r.client.dtls));
		took[seed] = sim_now(r.sim) - SEC;
		assert_int_equal(ice_state(r.server.ice), ICE_CONNECTED);
		assert_true(ice_is_nominated(r.server.ice));
		rig_done(&r);
	}
	qsort(took, SEEDS, sizeof *took, compare);
	assert_true(took[SEEDS / 2] < SEC);
	assert_true(took[SEEDS - 1] < 10 * SEC);
}

/* The same seed, the same run. */
static void test_replays(void **state)
{
	usec took[2];
	struct sim_counts counts[2];
	for (int i = 0; i < 2; i++) {
		struct rig r;
		rig_init(&r, 42, &lossy);
		assert_true(sim_run_until(r.sim, has_keys, &r, 31 * SEC));
		took[i] = sim_now(r.sim);
		counts[i] = *sim_counts(r.sim);
		rig_done(&r);
	}
	assert_true(took[0] == took[1]);
	assert_int_equal(counts[0].sent, counts[1].sent);
	assert_int_equal(counts[0].lost, counts[1].lost);
}

/* A clean line of 20 ms each way: one round trip for ICE, two for DTLS. */
static void test_clean_line_is_fast(void **state)
{
	const struct sim_line line = {.delay = 20 * MS};
	struct rig r;
	rig_init(&r, 1, &line);
	assert_true(sim_run_until(r.sim, has_keys, &r, 2 * SEC));
	assert_true(sim_now(r.sim) - SEC <= 3 * 40 * MS);
	rig_done(&r);
}

/* Attack 2: a hello that arrives before the first check, and isn't heard, is not lost for ever. */
static void test_hello_before_check(void **state)
{
	const struct sim_line line = {.delay = 20 * MS};
	struct rig r;
	rig_init(&r, 1, &line);
	dtls_tick(r.client.dtls, &r.client.server, sim_now(r.sim), sim_out(r.client.node));
	assert_true(sim_run_until(r.sim, has_keys, &r, 3 * SEC));
	assert_true(sim_now(r.sim) - SEC < 1500 * MS);
	rig_done(&r);
}

/* Sound both ways through loss, doubling and reordering, the sequence number wrapping twice:
 * every packet that arrives opens, once. */
static void test_media_flows(void **state)
{
	struct rig r;
	rig_init(&r, 7, &lossy);
	assert_true(sim_run_until(r.sim, has_keys, &r, 31 * SEC));
	r.server.seq = r.client.seq = 65000;
	const struct sim_counts before = *sim_counts(r.sim);
	enum { N = 140000 };
	for (int i = 0; i < N; i++) {
		send_media(&r, &r.server);
		send_media(&r, &r.client);
		sim_run(r.sim, sim_now(r.sim) + 2 * MS);
	}
	sim_run(r.sim, sim_now(r.sim) + SEC);
	const struct sim_counts *after = sim_counts(r.sim);
	const uint64_t doubled = after->duplicated - before.duplicated;
	assert_in_range(r.server.got, N * 7 / 10, N * 9 / 10);
	assert_in_range(r.client.got, N * 7 / 10, N * 9 / 10);
	assert_true(r.server.refused + r.client.refused <= doubled);
	assert_true(r.server.refused > N / 100);
	assert_int_equal(r.client.stream.top >> 16, 3);
	assert_int_equal(ice_state(r.server.ice), ICE_CONNECTED);
	assert_int_equal(ice_client_state(r.client.client), ICE_CONNECTED);
	rig_done(&r);
}

/* The client's address changes while it talks: its next check moves the path, keys stay. */
static void test_address_change(void **state)
{
	struct rig r;
	struct addr moved;
	rig_init(&r, 3, &lossy);
	assert_true(sim_run_until(r.sim, has_keys, &r, 31 * SEC));
	assert_int_equal(addr_parse("198.51.100.7:7", 0, &moved), 0);
	sim_set_addr(r.client.node, &moved);
	sim_run(r.sim, sim_now(r.sim) + 20 * SEC);
	assert_true(addr_eq(ice_selected(r.server.ice), &moved));
	send_media(&r, &r.client);
	for (int i = 0; i < 20; i++)
		send_media(&r, &r.server);
	sim_run(r.sim, sim_now(r.sim) + SEC);
	assert_true(r.client.got > 5);
	rig_done(&r);
}

/* An ICE restart in the middle: media goes on over the old path until the new one is there. */
static void test_ice_restart(void **state)
{
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct rig r;
		rig_init(&r, seed, &lossy);
		assert_true(sim_run_until(r.sim, has_keys, &r, 31 * SEC));
		assert_int_equal(ice_restart(r.server.ice, &creds2, sim_now(r.sim)), 0);
		const struct ice_client_conf conf = client_conf(&creds2, &r.client.server);
		assert_int_equal(ice_client_restart(r.client.client, &conf, sim_now(r.sim)), 0);
		assert_non_null(ice_selected(r.server.ice));
		sim_run(r.sim, sim_now(r.sim) + 10 * SEC);
		assert_false(ice_is_restarting(r.server.ice));
		assert_int_equal(ice_state(r.server.ice), ICE_CONNECTED);
		rig_done(&r);
	}
}

/* The line goes dead: both ends notice by themselves, in the time they promise. */
static void test_dead_line(void **state)
{
	const struct sim_line clean = {.delay = 5 * MS}, dead = {.loss_permille = 1000};
	struct rig r;
	rig_init(&r, 1, &clean);
	assert_true(sim_run_until(r.sim, has_keys, &r, 31 * SEC));
	sim_set_lines(r.client.node, &dead, &dead);
	const usec cut = sim_now(r.sim);
	sim_run(r.sim, cut + 9 * SEC);
	assert_int_equal(ice_state(r.server.ice), ICE_DISCONNECTED);
	assert_int_equal(ice_client_state(r.client.client), ICE_DISCONNECTED);
	sim_run(r.sim, cut + 31 * SEC);
	assert_int_equal(ice_state(r.server.ice), ICE_FAILED);
	assert_int_equal(ice_client_state(r.client.client), ICE_FAILED);
	assert_null(ice_selected(r.server.ice));
	rig_done(&r);
}

/* A second of silence at a time, a narrow line, a satellite: slower, but it connects. */
static void test_hard_lines(void **state)
{
	const struct sim_line lines[] = {
		{.delay = 100 * MS, .loss_permille = 100, .burst = SEC},
		{.delay = 50 * MS, .rate_bps = 20000},
		{.delay = 600 * MS, .jitter = 100 * MS},
	};
	for (uint64_t seed = 0; seed < 60; seed++) {
		struct rig r;
		rig_init(&r, seed, &lines[seed % 3]);
		assert_true(sim_run_until(r.sim, has_keys, &r, 31 * SEC));
		rig_done(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_always_connects),
		cmocka_unit_test(test_replays),
		cmocka_unit_test(test_clean_line_is_fast),
		cmocka_unit_test(test_hello_before_check),
		cmocka_unit_test(test_media_flows),
		cmocka_unit_test(test_address_change),
		cmocka_unit_test(test_ice_restart),
		cmocka_unit_test(test_dead_line),
		cmocka_unit_test(test_hard_lines),
	};
	return cmocka_run_group_tests(tests, make_ctxs, free_ctxs);
}
