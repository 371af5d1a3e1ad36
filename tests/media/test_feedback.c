/* Transport-wide feedback: read back with the reader, packet by packet. */
#include "media/feedback.h"

#include "wire/rtcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MS(x) ((x) * USEC_PER_MS)
#define T0 (64000LL * 1000)

/* Writes one feedback and reads it back. Returns its statuses. */
static unsigned turn(struct feedback *f, struct twcc_status *ret, bool *ret_more, uint8_t *ret_no)
{
	uint8_t buf[1200];
	struct wr w = wr_init(buf, sizeof(buf));
	struct rtcp p;
	struct twcc t;
	unsigned n = 0;

	*ret_more = feedback_write(f, &w);
	struct rd in = rd_init(wr_span(&w));
	assert_int_equal(rtcp_next(&in, &p), 1);
	assert_int_equal(p.type, RTCP_RTPFB);
	assert_int_equal(twcc_parse(&p, &t), 0);
	assert_int_equal(t.sender, 7);
	assert_int_equal(t.media, 99);
	while (twcc_next(&t, &ret[n]))
		n++;
	*ret_no = t.count;
	return n;
}

static void test_turns(void **state)
{
	static struct feedback f;
	static struct twcc_status s[4096];
	bool more;
	uint8_t no, first_no;

	feedback_init(&f, 7);
	assert_true(feedback_deadline(&f) == USEC_NEVER);
	feedback_add(&f, 65534, 99, T0);
	assert_true(feedback_deadline(&f) == T0 + FEEDBACK_LONG);
	feedback_add(&f, 1, 99, T0 + MS(3));
	feedback_add(&f, 65535, 99, T0 + MS(4)); /* out of order; 0 is missing */
	assert_int_equal(turn(&f, s, &more, &first_no), 4);
	assert_false(more);
	static const struct {
		uint16_t seq;
		bool received;
		int at_ms;
	} want[] = {{65534, true, 0}, {65535, true, 4}, {0, false, 0}, {1, true, 3}};
	for (int i = 0; i < 4; i++) {
		assert_int_equal(s[i].seq, want[i].seq);
		assert_int_equal(s[i].received, want[i].received);
		if (s[i].received)
			assert_true(s[i].at == T0 % TWCC_WRAP_USEC + MS(want[i].at_ms));
	}
	assert_true(feedback_deadline(&f) == USEC_NEVER);

	/* what was reported lost stays so */
	feedback_add(&f, 0, 99, T0 + MS(60));
	assert_true(feedback_deadline(&f) == USEC_NEVER);

	/* many are reported sooner, and continue the numbers */
	for (int i = 0; i < FEEDBACK_MANY; i++)
		feedback_add(&f, (uint16_t)(3 + i), 99, T0 + MS(70));
	assert_true(feedback_deadline(&f) == T0 + MS(70) + FEEDBACK_SHORT);
	assert_int_equal(turn(&f, s, &more, &no), FEEDBACK_MANY + 1);
	assert_int_equal(s[0].seq, 2);
	assert_false(s[0].received);
	assert_int_equal(no, (uint8_t)(first_no + 1));
}

/* A list that is half full is sent at once, and a whole batch has room behind it. */
static void test_half_full(void **state)
{
	static struct feedback f;
	static struct twcc_status s[4096];
	bool more;
	uint8_t no;

	feedback_init(&f, 7);
	for (int i = 0; i < FEEDBACK_FULL; i++) {
		assert_true(feedback_deadline(&f) != 0);
		feedback_add(&f, (uint16_t)i, 99, T0 + i);
	}
	assert_true(feedback_deadline(&f) == 0);
	for (int i = 0; i < 64; i++)
		feedback_add(&f, (uint16_t)(FEEDBACK_FULL + i), 99, T0 + FEEDBACK_FULL + i);
	assert_int_equal(turn(&f, s, &more, &no), FEEDBACK_FULL + 64);
	for (int i = 0; i < FEEDBACK_FULL + 64; i++)
		assert_true(s[i].received);
	assert_false(more);
}

static void test_full(void **state)
{
	static struct feedback f;
	static struct twcc_status s[4096];
	bool more = true;
	uint8_t no;
	unsigned n = 0;

	feedback_init(&f, 7);
	for (int i = 0; i < FEEDBACK_MAX + 10; i++)
		feedback_add(&f, (uint16_t)(i * 3), 99, T0 + MS(i));
	assert_true(feedback_deadline(&f) == 0);
	while (more)
		n += turn(&f, s, &more, &no);
	assert_int_equal(n, (FEEDBACK_MAX - 1) * 3 + 1);
	assert_true(feedback_deadline(&f) == USEC_NEVER);
}

/* A number far off begins anew instead of reporting thousands lost. */
static void test_leap(void **state)
{
	static struct feedback f;
	static struct twcc_status s[4096];
	bool more;
	uint8_t no;

	feedback_init(&f, 7);
	feedback_add(&f, 10, 99, T0);
	feedback_add(&f, 30000, 99, T0 + MS(1));
	assert_int_equal(turn(&f, s, &more, &no), 1);
	assert_int_equal(s[0].seq, 30000);
	feedback_add(&f, 11, 99, T0 + MS(2));
	assert_int_equal(turn(&f, s, &more, &no), 1);
	assert_int_equal(s[0].seq, 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_half_full),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_leap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
