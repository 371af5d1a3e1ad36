/* The estimator on lines of known width: how close it comes, how fast it backs off and comes back.
 *
 * A sender that always has more to send sends what the estimate allows, evenly; the receiver tells
 * of each packet by transport-wide feedback, written and parsed as on the wire. */
#include "media/estimate.h"
#include "media/feedback.h"
#include "media/sent.h"

#include "sim/sim.h"
#include "cm.h"

#define MS(x) ((usec)(x) * USEC_PER_MS)
#define KBIT(x) ((x) * 1000u)

enum { PACKET = 1200, WIRE = PACKET };

struct rig {
	struct sim *sim;
	struct sim_node *from, *to;
	struct addr from_addr, to_addr;

	/* the sender */
	struct sent sent;
	struct estimate estimate;
	uint32_t source; /* bit/s there are to send at most */
	usec send_at;
	usec delay;      /* queueing of the newest packet */

	/* the receiver */
	struct feedback feedback;
	uint64_t got_bytes;
	usec latest; /* how long the newest packet was on its way */
};

/* ── The sender ── */

static void send_tick(void *arg, usec now, struct out *out)
{
	struct rig *r = arg;

	while (r->send_at <= now) {
		uint32_t rate = r->estimate.rate < r->source ? r->estimate.rate : r->source;
		uint8_t packet[PACKET] = {0};
		uint16_t seq;
		assert_int_equal(sent_add(&r->sent, WIRE, 0, now, &seq), 0);
		put_u16(packet, seq);
		put_u32(packet + 2, (uint32_t)now);
		(void)out_put(out, &r->to_addr, span_of(packet, sizeof packet));
		r->send_at += (usec)PACKET * 8 * USEC_PER_SEC / rate;
	}
}

static usec send_deadline(void *arg)
{
	return ((struct rig *)arg)->send_at;
}

static void send_recv(void *arg, struct span datagram, const struct addr *from, usec now,
					  struct out *out)
{
	struct rig *r = arg;
	struct rd in = rd_init(datagram);
	struct rtcp p;
	struct twcc feedback;
	struct sent_report report;
	(void)from;
	(void)out;

	assert_int_equal(rtcp_next(&in, &p), 1);
	assert_int_equal(twcc_parse(&p, &feedback), 0);
	while (sent_next(&r->sent, &feedback, now, &report))
		estimate_add(&r->estimate, &report.packet);
	estimate_turn(&r->estimate, MS(50), now);
}

/* ── The receiver ── */

static void got(void *arg, struct span datagram, const struct addr *from, usec now,
				struct out *out)
{
	struct rig *r = arg;
	(void)from;
	(void)out;

	feedback_add(&r->feedback, get_u16(datagram.ptr), 1, now);
	r->got_bytes += datagram.len;
	r->latest = (usec)(uint32_t)((uint32_t)now - get_u32(datagram.ptr + 2));
}

static void got_tick(void *arg, usec now, struct out *out)
{
	struct rig *r = arg;
	uint8_t room[1200];

	while (feedback_deadline(&r->feedback) <= now) {
		struct wr w = wr_init(room, sizeof room);
		(void)feedback_write(&r->feedback, &w);
		if (wr_span(&w).len)
			(void)out_put(out, &r->from_addr, wr_span(&w));
	}
}

static usec got_deadline(void *arg)
{
	return feedback_deadline(&((struct rig *)arg)->feedback);
}

/* ── The rig ── */

static const struct sim_ops sender_ops = {send_recv, send_tick, send_deadline};
static const struct sim_ops receiver_ops = {got, got_tick, got_deadline};

static void begin(struct rig *r, uint64_t seed, uint32_t start)
{
	*r = (struct rig){.sim = sim_new(seed), .source = KBIT(100000)};
	assert_int_equal(addr_parse("192.0.2.1", 1000, &r->from_addr), 0);
	assert_int_equal(addr_parse("192.0.2.2", 2000, &r->to_addr), 0);
	r->from = sim_add(r->sim, &r->from_addr, &sender_ops, r);
	r->to = sim_add(r->sim, &r->to_addr, &receiver_ops, r);
	estimate_init(&r->estimate, start, ESTIMATE_MOST);
	feedback_init(&r->feedback, 2);
	r->send_at = sim_now(r->sim);
}

static void end(struct rig *r)
{
	sent_done(&r->sent);
	sim_free(&r->sim);
}

static void line(struct rig *r, struct sim_line down)
{
	struct sim_line up = {.delay = down.delay};

	sim_set_lines(r->from, &up, &up);
	sim_set_lines(r->to, &up, &down);
}

static void run(struct rig *r, usec time)
{
	sim_run(r->sim, sim_now(r->sim) + time);
}

/* Mean rate that arrived over a while, bit/s. */
static uint32_t arrived(struct rig *r, usec time)
{
	uint64_t before = r->got_bytes;

	run(r, time);
	return (uint32_t)((r->got_bytes - before) * 8 * USEC_PER_SEC / (uint64_t)time);
}

/* ── Tests ── */

static void a_line_is_filled_but_not_its_queue(void **state)
{
	static const uint32_t widths[] = {KBIT(250), KBIT(1000), KBIT(4000)};
	(void)state;

	for (unsigned i = 0; i < 3; i++) {
		struct rig r;
		begin(&r, 100 + i, KBIT(300));
		line(&r, (struct sim_line){.delay = MS(25), .rate_bps = widths[i]});
		run(&r, MS(30000));
		uint32_t rate = arrived(&r, MS(20000));
		assert_in_range(rate, widths[i] * 70ull / 100, widths[i]);
		assert_true(r.latest < MS(150));
		end(&r);
	}
}

static void a_line_that_narrows_is_left_room_in_a_second(void **state)
{
	struct rig r;
	(void)state;

	begin(&r, 7, KBIT(1000));
	line(&r, (struct sim_line){.delay = MS(25), .rate_bps = KBIT(2000)});
	run(&r, MS(20000));
	line(&r, (struct sim_line){.delay = MS(25), .rate_bps = KBIT(250)});
	run(&r, MS(3000));
	assert_true(r.estimate.rate < KBIT(280));
	run(&r, MS(5000));
	assert_true(r.latest < MS(200));
	line(&r, (struct sim_line){.delay = MS(25), .rate_bps = KBIT(2000)});
	for (unsigned i = 0; i < 60 && r.estimate.rate < KBIT(1500); i++)
		run(&r, MS(1000));
	assert_true(r.estimate.rate >= KBIT(1500));
	end(&r);
}

static void loss_of_the_line_itself_does_not_starve(void **state)
{
	static const unsigned losses[] = {50, 100, 200, 300};
	(void)state;

	for (unsigned i = 0; i < 4; i++) {
		struct rig r;
		begin(&r, 40 + i, KBIT(1000));
		r.source = KBIT(1500);
		line(&r, (struct sim_line){.delay = MS(50), .jitter = MS(10), .loss_permille = losses[i],
								   .rate_bps = KBIT(5000)});
		run(&r, MS(60000));
		assert_true(r.estimate.rate > KBIT(700));
		end(&r);
	}
}

static void a_source_that_sends_little_does_not_prove_much(void **state)
{
	struct rig r;
	(void)state;

	begin(&r, 9, KBIT(300));
	r.source = KBIT(200);
	line(&r, (struct sim_line){.delay = MS(25), .rate_bps = KBIT(5000)});
	run(&r, MS(60000));
	assert_in_range(r.estimate.rate, KBIT(200), KBIT(330));
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_filled_but_not_its_queue),
		cmocka_unit_test(a_line_that_narrows_is_left_room_in_a_second),
		cmocka_unit_test(loss_of_the_line_itself_does_not_starve),
		cmocka_unit_test(a_source_that_sends_little_does_not_prove_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
