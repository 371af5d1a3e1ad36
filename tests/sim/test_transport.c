/* Whole transports over bad lines in virtual time: two clients and the forwarder between them.
 * They always connect, and sound and pictures go on without a hole, from any seed. */
#include "media/server.h"
#include "sim/sim.h"

#include "cm.h"

#define MS USEC_PER_MS
#define SEC USEC_PER_SEC

enum { SEEDS = 8, TALK_SEC = 60 };

static struct dtls_ctx *server_ctx, *client_ctx;

/* ── Nodes ── */

struct end {
	struct client *client;
	struct sim_node *node;
	int seat;
	bool talks, films;
	usec next_sound, next_frame;
	unsigned last_packets; /* heard by the last look */
	usec last_heard;
	usec longest; /* time without sound */
};

struct rig {
	struct sim *sim;
	struct server server;
	struct sim_node *node;
	struct end a, b;
};

static void server_node_recv(void *arg, struct span datagram, const struct addr *from, usec now,
							 struct out *out)
{
	(void)out;
	server_recv(arg, datagram, from, now);
}

static void server_node_tick(void *arg, usec now, struct out *out)
{
	(void)out;
	server_tick(arg, now);
}

static usec server_node_deadline(void *arg)
{
	return server_deadline(arg);
}

static const struct sim_ops server_ops = {server_node_recv, server_node_tick, server_node_deadline};

static void listen_to(struct end *e, usec now)
{
	const struct client_stream *s = client_hears(e->client, 11);
	if (!s || s->packets == e->last_packets)
		return;
	if (e->last_packets)
		e->longest = usec_max(e->longest, now - e->last_heard);
	e->last_packets = s->packets;
	e->last_heard = now;
}

static void end_recv(void *arg, struct span datagram, const struct addr *from, usec now,
					 struct out *out)
{
	struct end *e = arg;
	(void)from;
	client_recv(e->client, datagram, now, out);
	listen_to(e, now);
}

static void end_tick(void *arg, usec now, struct out *out)
{
	struct end *e = arg;
	client_tick(e->client, now, out);
	if (!client_is_connected(e->client))
		return;
	if (e->talks && e->next_sound <= now) {
		uint8_t level = e->client->mic.count % 12 < 8 ? 20 : 100;
		client_sound(e->client, level, level < 60, out);
		e->next_sound = now + CLIENT_SOUND_MS * MS;
	}
	if (e->films && e->next_frame <= now) {
		client_frame(e->client, 0, 4, out);
		e->next_frame = now + CLIENT_FRAME_MS * MS;
	}
}

static usec end_deadline(void *arg)
{
	struct end *e = arg;
	usec next = client_deadline(e->client);
	if (!client_is_connected(e->client))
		return next;
	next = e->talks ? usec_min(next, e->next_sound) : next;
	return e->films ? usec_min(next, e->next_frame) : next;
}

static const struct sim_ops end_ops = {end_recv, end_tick, end_deadline};

/* ── A rig ── */

static void end_init(struct rig *r, struct end *e, uint32_t tag, const char *from,
					 const struct sim_line *line)
{
	struct client_conf conf = {
		.dtls = client_ctx,
		.tag = tag,
		.mic = true,
		.camera = true,
		.audio_slots = 2,
		.camera_slots = 1,
		.server = sim_addr(r->node),
	};
	struct addr addr;
	assert_int_equal(addr_parse(from, 0, &addr), 0);
	e->client = client_new(&conf);
	e->node = sim_add(r->sim, &addr, &end_ops, e);
	sim_set_lines(e->node, line, line);
	e->seat = server_answer(&r->server, e->client, tag, sim_now(r->sim));
}

static void rig_init(struct rig *r, uint64_t seed, const struct sim_line *line)
{
	static const struct sim_line clean;
	struct addr addr;
	memset(r, 0, sizeof *r);
	r->sim = sim_new(seed);
	assert_int_equal(addr_parse("192.0.2.1:443", 0, &addr), 0);
	r->node = sim_add(r->sim, &addr, &server_ops, &r->server);
	sim_set_lines(r->node, &clean, &clean);
	server_init(&r->server, server_ctx, sim_out(r->node));
	end_init(r, &r->a, 11, "198.51.100.1:5001", line);
	end_init(r, &r->b, 12, "198.51.100.2:5002", line);
}

static void rig_done(struct rig *r)
{
	server_done(&r->server);
	client_free(&r->a.client);
	client_free(&r->b.client);
	sim_free(&r->sim);
}

static bool are_connected(void *arg)
{
	const struct rig *r = arg;
	return client_is_connected(r->a.client) && client_is_connected(r->b.client)
		   && r->server.seats[r->a.seat].state == MEDIA_CONNECTED
		   && r->server.seats[r->b.seat].state == MEDIA_CONNECTED;
}

/* All that came was sent, and nothing came twice in the clear. */
static void assert_sane(const struct end *e)
{
	for (int i = 0; i < e->client->stream_count; i++) {
		assert_int_equal(e->client->streams[i]->wrong, 0);
		assert_int_equal(e->client->streams[i]->repeats, 0);
	}
}

static const struct sim_line lossy = {.delay = 25 * MS, .jitter = 30 * MS, .loss_permille = 200,
	.dup_permille = 50, .reorder_permille = 100};

static void sound_goes_on(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct rig r;
		rig_init(&r, seed, &lossy);
		r.a.talks = r.b.talks = true;
		assert_true(sim_run_until(r.sim, are_connected, &r, 31 * SEC));
		uint32_t before = r.a.client->mic.count;
		const struct client_stream *s = client_hears(r.b.client, 11);
		unsigned had = s ? s->packets : 0;
		sim_run(r.sim, sim_now(r.sim) + TALK_SEC * SEC);

		/* Two lines of one loss in five: 64 of 100 come through, and never long none. */
		unsigned sent = r.a.client->mic.count - before;
		s = client_hears(r.b.client, 11);
		assert_non_null(s);
		assert_int_equal(s->last.csrc, 11 * MEDIA_KINDS + MEDIA_MIC);
		assert_in_range(s->packets - had, sent * 57 / 100, sent * 70 / 100);
		assert_true(r.b.longest < 400 * MS);
		assert_sane(&r.a);
		assert_sane(&r.b);
		/* The stream's clock is the sender's: no jump, whatever was lost. */
		const struct client_packet *then = &s->recent[(s->packets - 100) % CLIENT_RECENT];
		assert_int_equal(s->last.ts - then->ts, (s->last.count - then->count) * 960);
		assert_int_equal(r.server.seats[r.a.seat].failed_count, 0);
		assert_int_equal(r.server.seats[r.a.seat].state, MEDIA_CONNECTED);
		rig_done(&r);
	}
}

/* Pictures: what is lost on the way up is asked for (the client repeats nothing, so a keyframe is
 * asked for too), and the picture goes on. */
static void pictures_go_on(void **state)
{
	static const struct sim_line line = {.delay = 25 * MS, .jitter = 10 * MS, .loss_permille = 30};
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct rig r;
		rig_init(&r, seed, &line);
		r.a.films = true;
		assert_true(sim_run_until(r.sim, are_connected, &r, 31 * SEC));
		assert_int_equal(peer_assign(transport_peer(r.server.seats[r.b.seat].transport), "c0",
									 11 * MEDIA_KINDS + MEDIA_CAMERA, 720, sim_now(r.sim)),
						 0);
		sim_run(r.sim, sim_now(r.sim) + 20 * SEC);
		const struct client_stream *s = client_slot(r.b.client, true, 0);
		assert_non_null(s);
		assert_true(r.a.client->nacks > 0);
		assert_true(r.a.client->plis + r.a.client->firs > 0);
		assert_true(s->keys >= 2);
		assert_true(s->packets > r.a.client->camera[0].count * 8 / 10);
		assert_sane(&r.b);
		rig_done(&r);
	}
}

/* A client is cut off for longer than consent lasts, and comes back by itself. */
static void an_outage_ends(void **state)
{
	static const struct sim_line clean = {.delay = 20 * MS};
	static const struct sim_line dead = {.loss_permille = 1000};
	struct rig r;
	(void)state;
	rig_init(&r, 5, &clean);
	r.a.talks = true;
	assert_true(sim_run_until(r.sim, are_connected, &r, 31 * SEC));
	sim_run(r.sim, sim_now(r.sim) + SEC);
	sim_set_lines(r.a.node, &dead, &dead);
	sim_run(r.sim, sim_now(r.sim) + 12 * SEC);
	assert_int_equal(r.server.seats[r.a.seat].state, MEDIA_DISCONNECTED);
	sim_set_lines(r.a.node, &clean, &clean);
	assert_true(sim_run_until(r.sim, are_connected, &r, sim_now(r.sim) + 10 * SEC));
	unsigned had = client_hears(r.b.client, 11)->packets;
	sim_run(r.sim, sim_now(r.sim) + SEC);
	assert_true(client_hears(r.b.client, 11)->packets > had + 40);

	sim_set_lines(r.a.node, &dead, &dead);
	sim_run(r.sim, sim_now(r.sim) + 40 * SEC);
	assert_int_equal(r.server.seats[r.a.seat].state, MEDIA_FAILED);
	assert_int_equal(r.server.seats[r.a.seat].failed_count, 1);
	/* Nothing is sent to where nobody answers: RFC 7675. */
	const struct transport_counts *c =
		transport_counts(r.server.seats[r.a.seat].transport);
	uint64_t out = c->packets_out;
	r.b.talks = true;
	sim_run(r.sim, sim_now(r.sim) + 5 * SEC);
	assert_int_equal(c->packets_out, out);
	/* An ICE restart brings it back, with the same keys. */
	sim_set_lines(r.a.node, &clean, &clean);
	client_restart(r.a.client);
	assert_int_equal(server_answer(&r.server, r.a.client, 11, sim_now(r.sim)), r.a.seat);
	assert_true(sim_run_until(r.sim, are_connected, &r, sim_now(r.sim) + 5 * SEC));
	sim_run(r.sim, sim_now(r.sim) + 2 * SEC);
	assert_true(client_hears(r.a.client, 12)->packets > 40);
	assert_sane(&r.a);
	rig_done(&r);
}

/* The same seed, the same run. */
static void it_replays(void **state)
{
	struct sim_counts counts[2];
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct rig r;
		rig_init(&r, 42, &lossy);
		r.a.talks = r.b.films = true;
		sim_run(r.sim, 20 * SEC);
		counts[i] = *sim_counts(r.sim);
		counts[i].bytes = 0; /* signatures differ in length */
		rig_done(&r);
	}
	assert_memory_equal(&counts[0], &counts[1], sizeof counts[0]);
}

static int make_ctxs(void **state)
{
	(void)state;
	assert_int_equal(dtls_ctx_new(NULL, &server_ctx), 0);
	assert_int_equal(dtls_ctx_new(NULL, &client_ctx), 0);
	return 0;
}

static int free_ctxs(void **state)
{
	(void)state;
	dtls_ctx_free(&server_ctx);
	dtls_ctx_free(&client_ctx);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_goes_on),
		cmocka_unit_test(pictures_go_on),
		cmocka_unit_test(an_outage_ends),
		cmocka_unit_test(it_replays),
	};
	return cmocka_run_group_tests(tests, make_ctxs, free_ctxs);
}
