/* Cursors: what is read and written, and that past the end nothing happens but `bad`. */
#include "cm.h"

#include "base/bytes.h"

static void reads_network_order(void **state)
{
	(void)state;
	const uint8_t raw[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a};
	struct rd r = rd_init(span_of(raw, sizeof raw));
	assert_int_equal(rd_u8(&r), 0x01);
	assert_int_equal(rd_u16(&r), 0x0203);
	assert_int_equal(rd_u24(&r), 0x040506);
	assert_int_equal(rd_u32(&r), 0x0708090a);
	assert_int_equal(rd_left(&r), 0);
	assert_false(r.bad);
}

static void reading_past_the_end_is_sticky(void **state)
{
	(void)state;
	const uint8_t raw[] = {1, 2, 3};
	struct rd r = rd_init(span_of(raw, sizeof raw));
	assert_int_equal(rd_u32(&r), 0);
	assert_true(r.bad);
	assert_int_equal(rd_u8(&r), 0); /* there were bytes, but the cursor is bad */
	assert_int_equal(rd_left(&r), 0);
	assert_int_equal(rd_rest(&r).len, 0);
}

static void an_empty_span_has_nothing(void **state)
{
	(void)state;
	struct rd r = rd_init(span_of(NULL, 0));
	assert_int_equal(rd_left(&r), 0);
	assert_int_equal(rd_rest(&r).len, 0);
	assert_false(r.bad);
	rd_skip(&r, 1);
	assert_true(r.bad);
}

static void writes_what_reads_back(void **state)
{
	(void)state;
	uint8_t buf[32];
	struct wr w = wr_init(buf, sizeof buf);
	wr_u16(&w, 0);
	wr_u24(&w, 0xabcdef);
	wr_u64(&w, 0x1122334455667788);
	wr_str(&w, "ting");
	wr_patch_u16(&w, 0, (uint16_t)wr_len(&w));
	assert_false(w.bad);
	struct rd r = rd_init(wr_span(&w));
	assert_int_equal(rd_u16(&r), 17);
	assert_int_equal(rd_u24(&r), 0xabcdef);
	assert_true(rd_u64(&r) == 0x1122334455667788);
	assert_true(span_is(rd_rest(&r), "ting"));
}

static void writing_past_the_end_writes_nothing(void **state)
{
	(void)state;
	uint8_t buf[6] = {9, 9, 9, 9, 9, 9};
	struct wr w = wr_init(buf, 4);
	wr_u16(&w, 0x0102);
	wr_u32(&w, 0xffffffff);
	wr_u8(&w, 7);
	assert_true(w.bad);
	assert_int_equal(wr_span(&w).len, 0);
	const uint8_t want[6] = {1, 2, 9, 9, 9, 9};
	assert_memory_equal(buf, want, sizeof want);
}

static void text_may_fill_the_room_to_the_last_byte(void **state)
{
	(void)state;
	char buf[8] = "........";
	struct wr w = wr_init(buf, 5);
	wr_fmt(&w, "%s-%d", "ab", 42);
	assert_false(w.bad);
	assert_memory_equal(buf, "ab-42...", 8);
	wr_fmt(&w, "%d", 1);
	assert_true(w.bad);
	assert_memory_equal(buf, "ab-42...", 8);
}

static void sequence_numbers_wrap(void **state)
{
	(void)state;
	assert_true(seq_before(65535, 0));
	assert_false(seq_before(0, 65535));
	assert_true(seq_before(1, 2));
	assert_false(seq_before(7, 7));
}

static void parts_of_spans_stay_inside(void **state)
{
	(void)state;
	struct span s = span_str("meeting");
	assert_true(span_is(span_sub(s, 4, 3), "ing"));
	assert_true(span_is(span_sub(s, 4, 300), "ing"));
	assert_int_equal(span_sub(s, 8, 1).len, 0);
	assert_true(span_eq_secret(s, span_str("meeting")));
	assert_false(span_eq_secret(s, span_str("meetinG")));
	assert_false(span_eq_secret(s, span_str("meet")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_network_order),
		cmocka_unit_test(reading_past_the_end_is_sticky),
		cmocka_unit_test(an_empty_span_has_nothing),
		cmocka_unit_test(writes_what_reads_back),
		cmocka_unit_test(writing_past_the_end_writes_nothing),
		cmocka_unit_test(text_may_fill_the_room_to_the_last_byte),
		cmocka_unit_test(sequence_numbers_wrap),
		cmocka_unit_test(parts_of_spans_stay_inside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
