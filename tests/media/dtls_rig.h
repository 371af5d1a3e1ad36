/* Two DTLS machines at the ends of a simulated network. */
#ifndef TESTS_MEDIA_DTLS_RIG_H
#define TESTS_MEDIA_DTLS_RIG_H

#include "media/dtls.h"
#include "media/dtls_record.h"
#include "sim/sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define SEC USEC_PER_SEC
#define MS USEC_PER_MS

enum { LARGEST_DATAGRAM = DTLS_LINK_MTU - 28 };

/* ── Two ends ── */

struct end {
	struct dtls *dtls;
	struct sim_node *node;
	struct addr peer;
	bool shed; /* sheds as soon as it may, as a transport does */
	struct srtp_keys rx, tx;
	bool has_keys;
};

struct rig {
	struct dtls_ctx *server_ctx, *client_ctx;
	struct sim *sim;
	struct end server, client;
	bool (*drop)(struct rig *rig, bool from_server, struct span datagram);
	int seen; /* for drop */
	size_t largest;
};

static inline void take_keys(struct end *e, usec now)
{
	if (e->has_keys || dtls_state(e->dtls) != DTLS_CONNECTED)
		return;
	assert_int_equal(dtls_export(e->dtls, &e->rx, &e->tx), 0);
	e->has_keys = true;
	if (e->shed)
		dtls_shed(e->dtls, now);
}

static inline void end_recv(void *arg, struct span datagram, const struct addr *from, usec now,
	struct out *out)
{
	struct end *e = arg;
	int err = dtls_recv(e->dtls, datagram, from, now, out);
	assert_true(err == 0 || err == -ERR_PROTO || err == -ERR_CLOSED);
	take_keys(e, now);
}

static inline void end_tick(void *arg, usec now, struct out *out)
{
	struct end *e = arg;
	dtls_tick(e->dtls, &e->peer, now, out);
	take_keys(e, now);
}

static inline usec end_deadline(void *arg)
{
	return dtls_deadline(((struct end *)arg)->dtls);
}

static const struct sim_ops end_ops = {end_recv, end_tick, end_deadline};

static inline bool tap(void *arg, const struct addr *from, const struct addr *to,
	struct span datagram)
{
	struct rig *r = arg;
	r->largest = datagram.len > r->largest ? datagram.len : r->largest;
	return !r->drop || !r->drop(r, addr_eq(from, &r->client.peer), datagram);
}

/* The contexts outlive the rigs: making a key takes its time. */
static struct dtls_ctx *ctx_a, *ctx_b, *ctx_cm, *ctx_gcm;

static inline void rig_init(struct rig *r, uint64_t seed, struct dtls_ctx *server,
	struct dtls_ctx *client)
{
	memset(r, 0, sizeof *r);
	r->server_ctx = server;
	r->client_ctx = client;
	r->sim = sim_new(seed);
	sim_set_tap(r->sim, tap, r);
	assert_int_equal(addr_parse("192.0.2.1:443", 0, &r->client.peer), 0);
	assert_int_equal(addr_parse("192.0.2.2:5000", 0, &r->server.peer), 0);
	r->server.node = sim_add(r->sim, &r->client.peer, &end_ops, &r->server);
	r->client.node = sim_add(r->sim, &r->server.peer, &end_ops, &r->client);
	const struct sim_line line = {.delay = 10 * MS};
	sim_set_lines(r->client.node, &line, &line);
	assert_int_equal(
		dtls_new(server, DTLS_SERVER, dtls_ctx_fingerprint(client), &r->server.dtls), 0);
	assert_int_equal(
		dtls_new(client, DTLS_CLIENT, dtls_ctx_fingerprint(server), &r->client.dtls), 0);
}

static inline void rig_done(struct rig *r)
{
	sim_free(&r->sim);
	dtls_free(&r->server.dtls);
	dtls_free(&r->client.dtls);
	assert_null(r->client.dtls);
}

static inline bool is_connected(void *arg)
{
	const struct rig *r = arg;
	return dtls_state(r->server.dtls) == DTLS_CONNECTED &&
		dtls_state(r->client.dtls) == DTLS_CONNECTED;
}

static inline void assert_same_keys(const struct rig *r, enum srtp_profile profile)
{
	assert_true(r->server.has_keys && r->client.has_keys);
	assert_int_equal(dtls_profile(r->server.dtls), profile);
	assert_int_equal(r->server.rx.profile, profile);
	assert_memory_equal(&r->server.rx, &r->client.tx, sizeof r->server.rx);
	assert_memory_equal(&r->server.tx, &r->client.rx, sizeof r->server.rx);
	assert_memory_not_equal(r->server.tx.key, r->server.rx.key, SRTP_KEY_LEN);
}

static inline int make_ctxs(void **state)
{
	const struct dtls_conf cm = {.profiles = {SRTP_AES128_CM_SHA1_80}};
	const struct dtls_conf gcm = {.profiles = {SRTP_NONE, SRTP_AEAD_AES_128_GCM}};
	assert_int_equal(dtls_ctx_new(NULL, &ctx_a), 0);
	assert_int_equal(dtls_ctx_new(NULL, &ctx_b), 0);
	assert_int_equal(dtls_ctx_new(&cm, &ctx_cm), 0);
	assert_int_equal(dtls_ctx_new(&gcm, &ctx_gcm), 0);
	return 0;
}

static inline int free_ctxs(void **state)
{
	dtls_ctx_free(&ctx_a);
	dtls_ctx_free(&ctx_b);
	dtls_ctx_free(&ctx_cm);
	dtls_ctx_free(&ctx_gcm);
	dtls_ctx_free(&ctx_gcm);
	return 0;
}

#endif
