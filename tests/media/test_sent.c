/* What became of packets: numbers that come round, feedback that is late, doubled or about others,
 * and a receiver's clock that comes round. */
#include "media/sent.h"

#include "cm.h"

#define MS(x) ((usec)(x) * USEC_PER_MS)

/* A feedback on seqs first … first + n - 1, every third lost, arrived 5 ms apart from `at`. */
static struct twcc feedback(uint8_t *room, size_t cap, uint16_t first, unsigned n, usec at)
{
	struct twcc_arrival arrivals[64];
	struct twcc_out out = {.sender = 1, .media = 2, .next_seq = first};
	struct wr w = wr_init(room, cap);
	struct rtcp p;
	struct twcc t;
	unsigned count = 0;

	for (unsigned i = 0; i < n; i++) {
		if (i % 3 != 1)
			arrivals[count++] = (struct twcc_arrival){(uint16_t)(first + i), at + MS(5) * i};
	}
	assert_int_equal(twcc_write(&w, &out, arrivals, count), count);
	struct rd in = rd_init(wr_span(&w));
	assert_int_equal(rtcp_next(&in, &p), 1);
	assert_int_equal(twcc_parse(&p, &t), 0);
	return t;
}

static void each_once(void **state)
{
	struct sent s = {.next = 65530};
	struct sent_report report;
	uint8_t room[600];
	uint16_t seq;
	(void)state;

	for (unsigned i = 0; i < 12; i++) {
		assert_int_equal(sent_add(&s, 100 + i, i > 5, MS(1000 + i), &seq), 0);
		assert_int_equal(seq, (uint16_t)(65530 + i));
	}
	struct twcc t = feedback(room, sizeof room, 65530, 12, MS(77));
	unsigned n = 0, received = 0;
	usec before = 0;
	while (sent_next(&s, &t, MS(1100), &report)) {
		assert_int_equal(report.packet.len, 100 + n);
		assert_int_equal(report.packet.sent, MS(1000 + n));
		assert_int_equal(report.probe, n > 5);
		assert_int_equal(report.packet.received, n % 3 != 1);
		if (report.packet.received) {
			if (received)
				assert_int_equal(report.packet.arrived - before, n % 3 == 0 ? MS(5) : MS(10));
			before = report.packet.arrived;
			received++;
		}
		n++;
	}
	assert_int_equal(n, 12);
	assert_int_equal(received, 8);
	t = feedback(room, sizeof room, 65530, 12, MS(77));
	assert_false(sent_next(&s, &t, MS(1200), &report));
	sent_done(&s);
}

static void of_others(void **state)
{
	struct sent s = {0};
	struct sent_report report;
	uint8_t room[600];
	uint16_t seq;
	(void)state;

	struct twcc t = feedback(room, sizeof room, 40, 10, MS(10));
	assert_false(sent_next(&s, &t, MS(20), &report));
	for (unsigned i = 0; i < SENT_CAP + 10; i++)
		assert_int_equal(sent_add(&s, 100, 0, MS(i), &seq), 0);
	/* out of the ring by now */
	t = feedback(room, sizeof room, 0, 10, MS(10));
	assert_false(sent_next(&s, &t, MS(20000), &report));
	/* never sent */
	t = feedback(room, sizeof room, 5000, 10, MS(10));
	assert_false(sent_next(&s, &t, MS(20000), &report));
	sent_done(&s);
}

static void a_clock_that_comes_round(void **state)
{
	struct sent s = {0};
	struct sent_report report;
	uint8_t room[600];
	uint16_t seq;
	usec arrived[4];
	unsigned n = 0;
	(void)state;

	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(sent_add(&s, 100, 0, MS(i), &seq), 0);
	struct twcc t = feedback(room, sizeof room, 0, 3, TWCC_WRAP_USEC - MS(12));
	while (sent_next(&s, &t, MS(50), &report)) {
		if (report.packet.received)
			arrived[n++] = report.packet.arrived;
	}
	t = feedback(room, sizeof room, 3, 3, MS(3));
	while (sent_next(&s, &t, MS(60), &report)) {
		if (report.packet.received)
			arrived[n++] = report.packet.arrived;
	}
	assert_int_equal(n, 4);
	assert_int_equal(arrived[1] - arrived[0], MS(10));
	assert_int_equal(arrived[2] - arrived[0], MS(15));
	assert_int_equal(arrived[3] - arrived[0], MS(25));
	sent_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_once),
		cmocka_unit_test(of_others),
		cmocka_unit_test(a_clock_that_comes_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
