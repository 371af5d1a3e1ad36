/* Case 11: what was sent once, again: at once, late, across the wrap of the number, and behind the
 * window. It is heard once. */
#include "attack/attack.h"

#include "wire/rtcp.h"

enum { KEPT = 3000 };

static struct {
	size_t len;
	uint8_t bytes[400];
} kept[KEPT];

/* Sends one packet of sound and keeps a copy. */
static void send_kept(struct caller *v, int i)
{
	uint8_t pkt[OUT_MAX];
	struct client_sender *mic = &v->client->mic;
	size_t len = client_seal(v->client, mic, pkt);
	mic->ts += 960;
	assert_true(len <= sizeof kept[i].bytes);
	kept[i].len = len;
	memcpy(kept[i].bytes, pkt, len);
	caller_send(v, span_of(pkt, len));
}

static void send_again(struct caller *v, int i)
{
	caller_send(v, span_of(kept[i].bytes, kept[i].len));
}

struct until {
	struct caller *listener;
	uint32_t count;
};

static bool has_heard(struct stage *s, void *arg)
{
	const struct until *u = arg;
	const struct client_stream *v = client_hears(u->listener->client, VICTIM);
	(void)s;
	return v && v->last.count >= u->count;
}

struct wish {
	struct caller *of;
	uint64_t token;
};

static bool is_answered(struct stage *s, void *arg)
{
	const struct wish *w = arg;
	(void)s;
	return w->of->stats_token == w->token;
}

/* How many packets of a caller were authentic, as control is told. */
static uint64_t taken(struct scene *c, struct caller *of)
{
	static uint64_t token;
	struct wish w = {of, ++token};
	media_stats(c->stage->media, of->id, w.token);
	assert_true(stage_wait(c->stage, is_answered, &w));
	return of->stats.packets_in;
}

static void it_is_heard_once(void **state)
{
	struct scene *c = *state;
	struct caller *v = c->victim;
	c->victim->talks = false;
	uint32_t begin = v->client->mic.count;
	uint64_t before = taken(c, v);
	for (int i = 0; i < KEPT; i++) {
		send_kept(v, i);
		send_again(v, i);
		send_again(v, i / 2);
		if (i >= 1500)
			send_again(v, i - 1500);
		if (i % 20 == 0)
			stage_run(c->stage, USEC_PER_MS);
	}
	struct until u = {c->listener, begin + KEPT - 1};
	assert_true(stage_wait(c->stage, has_heard, &u));
	const struct client_stream *s = client_hears(c->listener->client, VICTIM);
	assert_int_equal(s->repeats, 0);
	assert_int_equal(s->packets - c->heard, s->last.count - c->first);
	assert_true(taken(c, v) - before <= KEPT);
	scene_assert_frugal(c);
}

/* A client whose numbers begin shortly before the wrap: on both sides of it they are its own. */
static void across_the_wrap(void **state)
{
	struct scene *c = *state;
	struct caller_conf conf = {.client = {.tag = 100, .mic = true}};
	struct caller *a = stage_call(c->stage, &conf);
	a->client->mic.seq = 65500;
	assert_true(stage_wait_connected(c->stage, a));
	caller_open(a);
	(void)taken(c, a); /* what is answered later than this was asked: the gate is open */
	for (int i = 0; i < 500; i++) {
		send_kept(a, i);
		send_again(a, i > 60 ? i - 60 : 0); /* across the wrap too */
		if (i % 20 == 0)
			stage_run(c->stage, USEC_PER_MS);
	}
	a->talks = true;
	assert_true(stage_wait_heard(c->stage, c->listener, 100, 20));
	const struct client_stream *s = client_hears(c->listener->client, 100);
	assert_int_equal(s->repeats, 0);
	assert_int_equal(s->wrong, 0);
	assert_int_equal(s->skipped, 0);
	assert_int_equal(s->packets, s->last.count + 1);
}

/* The same with RTCP: a goodbye that is replayed after the stream has begun anew is no goodbye. */
static void rtcp_too(void **state)
{
	struct scene *c = *state;
	uint8_t buf[100], pkt[OUT_MAX];
	struct wr w = wr_init(buf, sizeof buf);
	uint32_t ssrc = c->victim->client->mic.ssrc;
	size_t len = 0;
	rtcp_write_rr(&w, ssrc, NULL, 0);
	rtcp_write_bye(&w, &ssrc, 1, span_of(NULL, 0));
	assert_int_equal(
		srtp_seal_rtcp(c->victim->client->tx, wr_span(&w), pkt, sizeof pkt, &len), 0);
	caller_send(c->victim, span_of(pkt, len));
	scene_assert_unharmed(c); /* it talks on, so it is there */
	for (int i = 0; i < 200; i++) {
		caller_send(c->victim, span_of(pkt, len));
		stranger_send(&c->stranger, span_of(pkt, len));
	}
	scene_assert_unharmed(c);
	scene_assert_silent(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(it_is_heard_once),
		SCENE(across_the_wrap),
		SCENE(rtcp_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
