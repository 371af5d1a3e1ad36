/* Two senders, the forwarder and a receiver on lossy lines: what arrives in the end is whole.
 *
 * The senders repair what they are asked for and make keyframes when told to; the receiver asks
 * for what is missing like a browser does. Every packet that arrives is compared with what was
 * sent, byte by byte, and the receiver's stream must be one: numbers without a hole, time and
 * picture numbers that only grow, a keyframe wherever the sender behind it changes. */
#include "media/forward_rig.h"

#include "sim/sim.h"

#define MS(x) ((x) * USEC_PER_MS)
#define CAM(member) ((member) * 4 + MEDIA_CAMERA)

enum {
	HISTORY = 1 << 12,   /* packets a sender can repair */
	GOT_MAX = 1 << 17,   /* packets the receiver keeps account of */
	LAYERS = 2,
	FRAME_MS = 40,
	ON_ITS_WAY = 300,
	BEFORE_KEY = 20,
};

/* ── A sender: a camera of two layers ── */

struct layer_out {
	uint32_t ssrc, rtx_ssrc;
	const char *rid;
	uint16_t seq, rtx_seq, picture;
	uint8_t tl0;
	uint32_t ts;
	bool key;
	struct rig_packet history[HISTORY]; /* by seq */
};

struct sender {
	struct sim_node *node;
	struct addr addr, server;
	usec next;
	unsigned frames;
	uint16_t number; /* transport-wide */
	struct layer_out layers[LAYERS];
	unsigned keys, repairs, feedbacks;
};

/* ── The receiver: one slot ── */

struct got {
	bool here;
	bool key, start;
	uint32_t ts, from; /* the sender's SSRC */
	uint16_t picture, seq_in;
	usec at, asked;    /* when it came; when it was last asked for */
	unsigned tries;
};

struct receiver {
	struct sim_node *node;
	struct addr addr, server;
	struct sender *senders;
	uint32_t ssrc, rtx_ssrc;
	bool started;
	uint16_t base;
	int64_t top;     /* newest, counted from base */
	int64_t whole;   /* all before it are here, or given up */
	usec next;
	struct got *got;
	unsigned repaired, given_up, doubles, plis;
	uint32_t lsr;
	usec lsr_at;
	uint16_t report;
};

static struct rig *r;
static struct sim *sim;
static struct sender senders[2];
static struct receiver receiver;
static struct sim_node *server;

/* ── The server ── */

static void server_sends(struct rig_end *to, bool rtcp, struct span bytes)
{
	const struct addr *addr = to->member == 3 ? &receiver.addr : &senders[to->member - 1].addr;

	(void)rtcp;
	assert_int_equal(out_put(sim_out(server), addr, bytes), 0);
}

static void server_recv(void *arg, struct span datagram, const struct addr *from, usec now,
						struct out *out)
{
	struct rig_end *e = NULL;

	r->now = now;
	for (int i = 0; i < 2; i++) {
		if (addr_eq(from, &senders[i].addr))
			e = &r->ends[i];
	}
	if (addr_eq(from, &receiver.addr))
		e = &r->ends[2];
	assert_non_null(e);
	if (rtp_is_rtcp(datagram))
		peer_recv_rtcp(e->peer, datagram, now);
	else
		rig_recv(e, datagram);
}

static void server_tick(void *arg, usec now, struct out *out)
{
	r->now = now;
	forward_tick(r->fw, now);
}

static usec server_deadline(void *arg)
{
	return forward_deadline(r->fw);
}

static const struct sim_ops server_ops = {server_recv, server_tick, server_deadline};

/* ── Sending ── */

static void put(struct sender *s, const struct rig_packet *p, struct out *out)
{
	uint8_t buf[PACKET_CAP];
	struct rig_packet numbered = *p;

	numbered.twcc = s->number++ + 1;
	size_t len = rig_write(&numbered, buf, sizeof(buf));
	assert_int_equal(out_put(out, &s->server, span_of(buf, len)), 0);
}

static void send_frame(struct sender *s, struct layer_out *l, struct out *out)
{
	unsigned n = 2 + (s->frames + l->ssrc) % 5;

	for (unsigned i = 0; i < n; i++) {
		struct rig_packet *p = &l->history[l->seq % HISTORY];
		*p = (struct rig_packet){
			.ssrc = l->ssrc, .pt = VP8_PT, .seq = l->seq++, .ts = l->ts, .marker = i + 1 == n,
			.mid = "cam", .rid = l->rid, .start = i == 0, .key = l->key && i == 0,
			.picture = l->picture & 0x7fff, .tl0 = l->tl0, .height = (uint16_t)(l->ssrc % 10 * 180),
			.bytes = 30 + i,
		};
		put(s, p, out);
	}
	s->keys += l->key;
	l->key = false;
	l->picture++;
	l->tl0++;
	l->ts += FRAME_MS * 90;
}

static void sender_tick(void *arg, usec now, struct out *out)
{
	struct sender *s = arg;

	if (now < s->next)
		return;
	s->next = now + MS(FRAME_MS);
	s->frames++;
	for (int i = 0; i < LAYERS; i++)
		send_frame(s, &s->layers[i], out);
}

static usec sender_deadline(void *arg)
{
	return ((struct sender *)arg)->next;
}

static struct layer_out *layer_of(struct sender *s, uint32_t ssrc)
{
	for (int i = 0; i < LAYERS; i++) {
		if (s->layers[i].ssrc == ssrc)
			return &s->layers[i];
	}
	fail_msg("feedback on SSRC %u", ssrc);
	return NULL;
}

static void repair(struct sender *s, struct layer_out *l, uint16_t seq, struct out *out)
{
	struct rig_packet p = l->history[seq % HISTORY];

	assert_int_equal(p.seq, seq);
	p.osn = seq + 1;
	p.ssrc = l->rtx_ssrc;
	p.seq = l->rtx_seq++;
	p.pt = VP8_RTX_PT;
	p.rid = NULL;
	p.rrid = l->rid;
	/* the marks are the original's */
	uint8_t buf[PACKET_CAP], again[PACKET_CAP];
	p.twcc = s->number++ + 1;
	size_t len = rig_write(&p, buf, sizeof(buf));
	struct rtp rtp, original;
	assert_int_equal(rtp_parse(span_of(buf, len), &rtp), 0);
	size_t len2 = rig_write(&l->history[seq % HISTORY], again, sizeof(again));
	assert_int_equal(rtp_parse(span_of(again, len2), &original), 0);
	assert_int_equal(rtp.payload.len, original.payload.len + 2);
	memcpy(buf + rtp.header_len + 2, original.payload.ptr, original.payload.len);
	assert_int_equal(out_put(out, &s->server, span_of(buf, len)), 0);
	s->repairs++;
}

static void sender_recv(void *arg, struct span datagram, const struct addr *from, usec now,
						struct out *out)
{
	struct sender *s = arg;
	struct rd in = rd_init(datagram);
	struct rtcp p;
	struct rtcp_fb fb;
	struct twcc t;
	uint16_t seqs[RTCP_NACK_MAX];

	assert_true(rtp_is_rtcp(datagram));
	while (rtcp_next(&in, &p) > 0) {
		if (p.type != RTCP_RTPFB && p.type != RTCP_PSFB)
			continue;
		assert_int_equal(rtcp_parse_fb(&p, &fb), 0);
		if (p.type == RTCP_PSFB) {
			layer_of(s, fb.media)->key = true;
		} else if (p.count == RTCP_RTPFB_TWCC) {
			assert_int_equal(twcc_parse(&p, &t), 0);
			s->feedbacks++;
		} else {
			int n = rtcp_parse_nack(fb.fci, seqs, RTCP_NACK_MAX);
			for (int i = 0; i < n; i++)
				repair(s, layer_of(s, fb.media), seqs[i], out);
		}
	}
}

static const struct sim_ops sender_ops = {sender_recv, sender_tick, sender_deadline};

/* ── Receiving ── */

/* The payload must be a sender's own, but for the descriptor's numbers. */
static void check_payload(const struct rtp *rtp, const struct vp8 *v, uint32_t from, uint16_t seq)
{
	const struct sender *s = &receiver.senders[from / 100 - 1];
	const struct layer_out *l = layer_of((struct sender *)s, from);
	uint8_t buf[PACKET_CAP];
	struct rtp original;
	struct vp8 w;

	assert_int_equal(l->history[seq % HISTORY].seq, seq);
	size_t len = rig_write(&l->history[seq % HISTORY], buf, sizeof(buf));
	assert_int_equal(rtp_parse(span_of(buf, len), &original), 0);
	assert_int_equal(vp8_parse(original.payload, &w), 0);
	assert_true(span_eq(v->data, w.data));
	assert_int_equal(rtp->marker, original.marker);
	assert_int_equal(rtp_csrc(rtp, 0), CAM(from / 100));
}

static void take(struct receiver *x, const struct rtp *rtp, uint16_t seq, struct span payload,
				 bool rtx, usec now)
{
	struct rig_sent s = {.rtp = *rtp};
	struct vp8 v;
	uint32_t from = 0;
	uint16_t seq_in = 0;

	if (!x->started && rtx)
		return;
	if (!x->started) {
		x->started = true;
		x->base = (uint16_t)(seq - 1000);
		x->top = x->whole = 1000;
	}
	s.rtp.payload = payload;
	assert_true(marks_of(&s, &from, &seq_in));
	assert_int_equal(vp8_parse(payload, &v), 0);
	check_payload(rtp, &v, from, seq_in);
	int64_t at = x->top + (int16_t)(seq - (uint16_t)(x->base + x->top));
	assert_in_range(at, 0, GOT_MAX - 1);
	struct got *g = &x->got[at];
	if (g->here) {
		/* a double is the same packet */
		assert_int_equal(g->from, from);
		assert_int_equal(g->seq_in, seq_in);
		assert_int_equal(g->ts, rtp->ts);
		assert_int_equal(g->picture, v.picture_id);
		x->doubles++;
		return;
	}
	*g = (struct got){true, v.keyframe, vp8_is_start(&v), rtp->ts, from, v.picture_id, seq_in, now,
					  0, 0};
	x->repaired += rtx;
	if (at > x->top)
		x->top = at;
}

static void receiver_recv(void *arg, struct span datagram, const struct addr *from, usec now,
						  struct out *out)
{
	struct receiver *x = arg;
	struct rtp rtp;

	if (rtp_is_rtcp(datagram)) {
		struct rd in = rd_init(datagram);
		struct rtcp p;
		struct rtcp_sr sr;
		while (rtcp_next(&in, &p) > 0) {
			if (p.type == RTCP_SR && rtcp_parse_sr(&p, &sr) == 0 && sr.ssrc == x->ssrc) {
				x->lsr = (uint32_t)(sr.ntp >> 16);
				x->lsr_at = now;
			}
		}
		return;
	}
	assert_int_equal(rtp_parse(datagram, &rtp), 0);
	if (rtp.ssrc == x->ssrc)
		take(x, &rtp, rtp.seq, rtp.payload, false, now);
	else if (rtp.ssrc == x->rtx_ssrc)
		take(x, &rtp, get_u16(rtp.payload.ptr), span_sub(rtp.payload, 2, 9999), true, now);
	else
		fail_msg("SSRC %u", rtp.ssrc);
}

/* Asks for what is missing every 60 ms, gives it up after 1.5 s for a keyframe. */
static void ask(struct receiver *x, struct wr *w, usec now)
{
	uint16_t seqs[200];
	size_t n = 0;

	while (x->whole < x->top && x->got[x->whole].here)
		x->whole++;
	for (int64_t i = x->whole; i < x->top && n < 200; i++) {
		struct got *g = &x->got[i];
		if (g->here || now - g->asked < MS(60))
			continue;
		if (g->tries == 25) {
			x->given_up++;
			x->plis++;
			rtcp_write_pli(w, 1, x->ssrc);
			g->tries++;
		}
		if (g->tries > 25)
			continue;
		g->asked = now;
		g->tries++;
		seqs[n++] = (uint16_t)(x->base + i);
	}
	if (n > 0)
		rtcp_write_nack(w, 1, x->ssrc, seqs, n);
}

static void receiver_tick(void *arg, usec now, struct out *out)
{
	struct receiver *x = arg;
	uint8_t buf[1400];
	struct wr w = wr_init(buf, sizeof(buf));

	if (now < x->next)
		return;
	x->next = now + MS(10);
	if (++x->report % 50 == 0) {
		struct rtcp_block b = {.ssrc = x->ssrc, .lsr = x->lsr,
							   .dlsr = (uint32_t)((now - x->lsr_at) * 65536 / USEC_PER_SEC)};
		rtcp_write_rr(&w, 1, &b, 1);
	}
	ask(x, &w, now);
	if (wr_len(&w) > 0)
		assert_int_equal(out_put(out, &x->server, wr_span(&w)), 0);
}

static usec receiver_deadline(void *arg)
{
	return ((struct receiver *)arg)->next;
}

static const struct sim_ops receiver_ops = {receiver_recv, receiver_tick, receiver_deadline};

/* ── The scene ── */

static struct addr address(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, 5000, &a), 0);
	return a;
}

static void begin(uint64_t seed, const struct sim_line *line)
{
	struct rig_offer sends = {.cameras = 1, .layers = LAYERS}, receives = {.video_slots = 1};
	struct addr s = address("192.0.2.1");

	sim = sim_new(seed);
	r = rig_new(4);
	r->now = sim_now(sim);
	r->take = server_sends;
	server = sim_add(sim, &s, &server_ops, NULL);
	memset(senders, 0, sizeof(senders));
	memset(&receiver, 0, sizeof(receiver));
	for (uint32_t i = 0; i < 2; i++) {
		struct sender *x = &senders[i];
		struct rig_end *e = rig_join(r, i + 1, &sends);
		char text[32];
		peer_gate(e->peer, MEDIA_CAMERA, true, r->now);
		snprintf(text, sizeof(text), "192.0.2.%u", 10 + i);
		x->addr = address(text);
		x->server = s;
		x->next = sim_now(sim) + MS(13 * i);
		x->node = sim_add(sim, &x->addr, &sender_ops, x);
		sim_set_lines(x->node, line, line);
		for (uint32_t k = 0; k < LAYERS; k++) {
			struct layer_out *l = &x->layers[k];
			l->ssrc = 100 * (i + 1) + k + 1;
			l->rtx_ssrc = l->ssrc + 50;
			l->rid = k ? "h" : "q";
			l->seq = (uint16_t)(65536 - 300 * (i + k + 1)); /* comes round soon */
			l->picture = (uint16_t)(32700 + k);
			l->ts = 0u - 90000 * (i + 1);
			l->key = true;
		}
	}
	struct rig_end *e = rig_join(r, 3, &receives);
	receiver = (struct receiver){
		.addr = address("192.0.2.20"), .server = s, .senders = senders,
		.ssrc = slot_ssrc(e, "v0"), .next = sim_now(sim),
	};
	receiver.rtx_ssrc = receiver.ssrc + 1;
	receiver.got = calloc(GOT_MAX, sizeof(struct got));
	receiver.node = sim_add(sim, &receiver.addr, &receiver_ops, &receiver);
	sim_set_lines(receiver.node, line, line);
}

static void show(uint32_t source, int height)
{
	assert_int_equal(peer_assign(r->ends[2].peer, "v0", source, height, sim_now(sim)), 0);
}

static void end(void)
{
	free(receiver.got);
	receiver.got = NULL;
	sim_free(&sim);
	rig_free(r);
}

/* All that came, in order of its numbers, but for the end, which may still be on its way. */
struct verdict {
	unsigned packets, frames, holes, switches;
	usec worst; /* the longest wait for the next packet in order */
};

/* What is missing just before a keyframe is of no use to anybody, and not repaired. */
static bool is_needed(int64_t i)
{
	for (int64_t k = i + 1; k < i + BEFORE_KEY; k++) {
		if (receiver.got[k].here && receiver.got[k].key)
			return false;
	}
	return true;
}

static struct verdict judge(void)
{
	const struct receiver *x = &receiver;
	struct verdict v = {0};
	const struct got *before = NULL;
	usec in_order = 0;

	for (int64_t i = 0; i < x->top - ON_ITS_WAY; i++) {
		const struct got *g = &x->got[i];
		if (!g->here) {
			v.holes += before && is_needed(i);
			continue;
		}
		v.packets++;
		if (before && x->got[i - 1].here) {
			if (g->from != before->from) {
				v.switches++;
				assert_true(g->key);
			} else {
				assert_int_equal(g->seq_in, (uint16_t)(before->seq_in + 1));
			}
			if (g->start) {
				v.frames++;
				assert_true((int32_t)(g->ts - before->ts) > 0);
				assert_int_equal(g->picture, (before->picture + 1) & 0x7fff);
			} else {
				assert_int_equal(g->ts, before->ts);
				assert_int_equal(g->picture, before->picture);
			}
		}
		if (in_order && g->at - in_order > v.worst)
			v.worst = g->at - in_order;
		in_order = usec_max(in_order, g->at);
		before = g;
	}
	return v;
}

/* ── Scenarios ── */

static const struct {
	const char *name;
	struct sim_line line;
	unsigned most_holes; /* of a thousand */
	int most_wait_ms;
} lines[] = {
	{"clean", {.delay = MS(20)}, 0, 60},
	{"jitter", {.delay = MS(20), .jitter = MS(30)}, 0, 150},
	{"5 %", {.delay = MS(20), .jitter = MS(5), .loss_permille = 50}, 0, 600},
	{"20 %, reordered, doubled",
	 {.delay = MS(20), .jitter = MS(10), .loss_permille = 200, .dup_permille = 30,
	  .reorder_permille = 50},
	 2, 1200},
	{"bursts", {.delay = MS(10), .loss_permille = 5, .burst = MS(80)}, 20, 1200},
};

/* One source, a minute: numbers go round, everything arrives. */
static void test_lossy(void **state)
{
	for (size_t k = 0; k < sizeof(lines) / sizeof(lines[0]); k++) {
		for (uint64_t seed = 1; seed <= 4; seed++) {
			begin(seed, &lines[k].line);
			show(CAM(1), 360);
			sim_run(sim, sim_now(sim) + 60 * USEC_PER_SEC);
			struct verdict v = judge();
			if (v.packets < 5200 || v.holes * 1000 > lines[k].most_holes * v.packets + 1000 ||
				v.worst > MS(lines[k].most_wait_ms))
				fail_msg("%s, seed %u: %u packets, %u holes, %d ms", lines[k].name,
						 (unsigned)seed, v.packets, v.holes, (int)(v.worst / USEC_PER_MS));
			assert_true(senders[0].feedbacks > 500);
			if (lines[k].line.loss_permille >= 50)
				assert_true(receiver.repaired > 100 && senders[0].repairs > 100);
			end();
		}
	}
}

/* Sources and layers change all the time, on a bad line: still one stream. */
static void test_switching(void **state)
{
	for (uint64_t seed = 1; seed <= 6; seed++) {
		begin(seed, &lines[seed % 2 ? 2 : 3].line);
		for (int i = 0; i < 60; i++) {
			show(CAM(1 + (uint32_t)(i / 2 % 2)), i % 2 ? 180 : 400);
			sim_run(sim, sim_now(sim) + MS(300) + (usec)sim_random(sim, 1500000));
		}
		struct verdict v = judge();
		assert_true(v.packets > 3000);
		assert_true(v.switches > 25);
		assert_true(v.worst < (seed % 2 ? MS(700) : MS(2500)));
		/* requests for keyframes stay within reason: one a second for each stream */
		assert_true(senders[0].keys + senders[1].keys < 2 * LAYERS * 70);
		end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lossy),
		cmocka_unit_test(test_switching),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
