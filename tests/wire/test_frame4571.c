/* RFC 4571 framing: any cutting of the stream gives the same packets. */
#include "wire/frame4571.h"

#include "wire/support.h"

#include <stdlib.h>

enum { CAP = 64 };

/* Feeds the stream in pieces of `step` bytes, each in a block of its own, and joins the packets
 * that come with a bar. Returns the last code. */
static int feed(struct span stream, size_t step, char *ret_text, size_t cap)
{
	uint8_t buf[CAP];
	struct frame4571 f;
	size_t len = 0;
	int rc = 0;
	frame4571_init(&f, buf, sizeof(buf));
	for (size_t at = 0; at < stream.len; at += step) {
		struct span part = span_sub(stream, at, step);
		uint8_t *piece = malloc(part.len);
		assert_non_null(piece);
		memcpy(piece, part.ptr, part.len);
		struct rd in = rd_init(span_of(piece, part.len));
		struct span pkt;
		while ((rc = frame4571_recv(&f, &in, &pkt)) > 0) {
			assert_true(len + pkt.len + 1 < cap);
			memcpy(ret_text + len, pkt.ptr, pkt.len);
			len += pkt.len;
			ret_text[len++] = '|';
		}
		if (rc == 0)
			assert_int_equal(rd_left(&in), 0);
		free(piece);
		if (rc < 0)
			break;
	}
	ret_text[len] = 0;
	return rc;
}

static void test_any_cutting(void **state)
{
	static const char stream[] = "\0\5first\0\0\0\6second\0\1x\0\0\0\4last\0\3un";
	for (size_t step = 1; step < sizeof(stream); step++) {
		char text[128];
		assert_int_equal(feed(span_of(stream, sizeof(stream) - 1), step, text, sizeof(text)), 0);
		assert_string_equal(text, "first|second|x|last|");
	}
}

/* A packet that lies whole in the piece is not copied. */
static void test_whole_is_borrowed(void **state)
{
	static const char stream[] = "\0\3abc";
	uint8_t buf[CAP];
	struct frame4571 f;
	struct span pkt;
	frame4571_init(&f, buf, sizeof(buf));
	struct rd in = rd_init(span_of(stream, 5));
	assert_int_equal(frame4571_recv(&f, &in, &pkt), 1);
	assert_ptr_equal(pkt.ptr, stream + 2);
	assert_int_equal(frame4571_recv(&f, &in, &pkt), 0);
}

static void test_too_long(void **state)
{
	uint8_t stream[2 + CAP + 1] = {0, CAP};
	char text[128];
	assert_int_equal(feed(span_of(stream, 2 + CAP), 7, text, sizeof(text)), 0);
	stream[1] = CAP + 1;
	for (size_t step = 1; step < 10; step++) {
		assert_int_equal(feed(span_of(stream, sizeof(stream)), step, text, sizeof(text)),
						 -ERR_PROTO);
		assert_string_equal(text, "");
	}
	/* It stays broken. */
	uint8_t buf[CAP];
	struct frame4571 f;
	struct span pkt;
	frame4571_init(&f, buf, sizeof(buf));
	struct rd in = rd_init(unhex("ffff"));
	assert_int_equal(frame4571_recv(&f, &in, &pkt), -ERR_PROTO);
	in = rd_init(unhex("000100"));
	assert_int_equal(frame4571_recv(&f, &in, &pkt), -ERR_PROTO);
}

static void test_write(void **state)
{
	uint8_t head[FRAME4571_HEAD_LEN];
	frame4571_write_head(head, 0x1234);
	assert_bytes(span_of(head, 2), "1234");
	frame4571_write_head(head, FRAME4571_LEN_MAX);
	assert_bytes(span_of(head, 2), "ffff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_cutting),
		cmocka_unit_test(test_whole_is_borrowed),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
