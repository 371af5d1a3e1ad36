/* Redundant audio, by the figure of RFC 2198 4 and what liars send (attack case 20). */
#include "wire/red.h"

#include "wire/support.h"

static void test_parse(void **state)
{
	struct red red;
	/* one block of 3 bytes, 960 before, then the primary; both Opus as 111 */
	assert_int_equal(red_parse(unhex("ef 0f0003 6f a1a2a3 b1b2"), &red), 0);
	assert_int_equal(red.count, 2);
	assert_int_equal(red.blocks[0].pt, 111);
	assert_int_equal(red.blocks[0].ts_offset, 960);
	assert_bytes(red.blocks[0].data, "a1a2a3");
	assert_int_equal(red.blocks[1].pt, 111);
	assert_int_equal(red.blocks[1].ts_offset, 0);
	assert_bytes(red.blocks[1].data, "b1b2");

	assert_int_equal(red_parse(unhex("6f b1"), &red), 0); /* nothing redundant */
	assert_int_equal(red.count, 1);
	assert_int_equal(red_parse(unhex("ef 0f0000 6f b1"), &red), 0); /* an empty one */
	assert_int_equal(red.blocks[0].data.len, 0);
	assert_int_equal(red_parse(unhex("ef ffffff 6f b1"), &red), -ERR_PROTO);
}

static void test_malformed(void **state)
{
	static const char *const bad[] = {"", "6f", "ef", "ef0f00", "ef0f0003", "ef0f0003 6f",
									  "ef0f0003 6f a1a2", "ef0f0003 6f a1a2a3"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct red red = {.count = 77};
		assert_int_equal(red_parse(unhex(bad[i]), &red), -ERR_PROTO);
		assert_int_equal(red.count, 77);
	}
	uint8_t many[4 * RED_BLOCKS_MAX + 2] = {0};
	struct red red;
	for (int i = 0; i < RED_BLOCKS_MAX; i++)
		many[i * 4] = 0x80;
	assert_int_equal(red_parse(span_of(many, sizeof(many)), &red), -ERR_FULL);
	assert_int_equal(red_parse(span_of(many + 4, sizeof(many) - 4), &red), 0);
	assert_int_equal(red.count, RED_BLOCKS_MAX);
}

static void test_write(void **state)
{
	uint8_t buf[2048];
	struct red red = {
		.count = 2,
		.blocks = {{.pt = 111, .ts_offset = 960, .data = span_str("abc")},
				   {.pt = 111, .data = span_str("de")}},
	};
	struct wr w = wr_init(buf, sizeof(buf));
	red_write(&w, &red);
	assert_bytes(wr_span(&w), "ef0f0003 6f 616263 6465");
	for (size_t cap = 0; cap < 10; cap++) {
		w = wr_init(buf, cap);
		red_write(&w, &red);
		assert_true(w.bad);
	}
	red.blocks[0].ts_offset = RED_OFFSET_MAX;
	static const uint8_t sound[RED_LEN_MAX + 1];
	red.blocks[0].data = span_of(sound, RED_LEN_MAX);
	w = wr_init(buf, sizeof(buf));
	red_write(&w, &red);
	assert_false(w.bad);
	red.blocks[0].ts_offset++;
	w = wr_init(buf, sizeof(buf));
	red_write(&w, &red);
	assert_true(w.bad);
	red.blocks[0].ts_offset = 0;
	red.blocks[0].data.len++;
	w = wr_init(buf, sizeof(buf));
	red_write(&w, &red);
	assert_true(w.bad);
	red.count = 0;
	w = wr_init(buf, sizeof(buf));
	red_write(&w, &red);
	assert_true(w.bad);
	red.count = RED_BLOCKS_MAX + 1;
	w = wr_init(buf, sizeof(buf));
	red_write(&w, &red);
	assert_true(w.bad);
}

static void look(struct span payload)
{
	struct red red;
	uint8_t buf[64];
	if (red_parse(payload, &red) < 0)
		return;
	struct wr w = wr_init(buf, sizeof(buf));
	red_write(&w, &red);
	assert_true(span_eq(wr_span(&w), payload)); /* every byte of it is accounted for */
}

static void test_cut(void **state)
{
	each_prefix(unhex("ef0f0003 ef078002 6f a1a2a3 b1b2 c1c2c3c4"), look);
	each_flip(unhex("ef0f0003 ef078002 6f a1a2a3 b1b2 c1c2c3c4"), look);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
