/* The frame of session descriptions: parts, lines, words, and what hostile texts get. The offers
 * in tests/vectors are real ones. */
#include "wire/sdp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* The RFC 8866 5 example, with one m-line more. */
static const char example[] =
	"v=0\r\n"
	"o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\n"
	"s=Call to John Smith\r\n"
	"i=SDP Offer #1\r\n"
	"c=IN IP4 198.51.100.1\r\n"
	"t=0 0\r\n"
	"a=recvonly\r\n"
	"m=audio 49170 RTP/AVP 0\r\n"
	"m=video 51372/2 RTP/AVP 99 100\r\n"
	"c=IN IP6 2001:db8::2\r\n"
	"a=rtpmap:99 h263-1998/90000\r\n"
	"a=sendonly\r\n"
	"a=flag\r\n";

static int parse(const char *text, struct sdp *ret)
{
	return sdp_parse(span_str(text), ret);
}

static void assert_span(struct span s, const char *text)
{
	if (!span_is(s, text))
		fail_msg("\"%.*s\" is not \"%s\"", (int)s.len, (const char *)s.ptr, text);
}

static void check_example(const char *text)
{
	struct sdp sdp;
	struct span value;

	assert_int_equal(parse(text, &sdp), 0);
	assert_int_equal(sdp.media_count, 2);
	assert_int_equal(sdp.media[0].kind, SDP_AUDIO);
	assert_int_equal(sdp.media[0].port, 49170);
	assert_span(sdp.media[0].proto, "RTP/AVP");
	assert_span(sdp.media[0].fmts, "0");
	assert_int_equal(sdp.media[1].kind, SDP_VIDEO);
	assert_int_equal(sdp.media[1].port, 51372);
	assert_span(sdp.media[1].fmts, "99 100");
	assert_int_equal(sdp_dir(&sdp, &sdp.media[0]), SDP_RECVONLY);
	assert_int_equal(sdp_dir(&sdp, &sdp.media[1]), SDP_SENDONLY);
	assert_true(sdp_attr_find(sdp.media[1].body, "rtpmap", &value));
	assert_span(value, "99 h263-1998/90000");
	assert_true(sdp_attr_find(sdp.media[1].body, "flag", &value));
	assert_int_equal(value.len, 0);
	assert_false(sdp_attr_find(sdp.media[0].body, "rtpmap", NULL));
	assert_false(sdp_attr_find(sdp.session, "sendonly", NULL));
	assert_true(sdp_attr_find_both(&sdp, &sdp.media[0], "recvonly", NULL));
}

static void test_parts(void **state)
{
	check_example(example);
}

/* The same with another line end: LF, CR, and blank lines between. */
static void test_line_ends(void **state)
{
	const char *const ends[] = {"\n", "\r", "\r\r\n", "\n\n"};

	for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++) {
		char text[1024];
		struct wr w = wr_init(text, sizeof text - 1);
		for (const char *p = example; *p; p++) {
			if (*p == '\r')
				wr_str(&w, ends[i]);
			else if (*p != '\n')
				wr_u8(&w, (uint8_t)*p);
		}
		wr_u8(&w, 0);
		assert_false(w.bad);
		check_example(text);
	}
}

static void test_last_line_without_end(void **state)
{
	struct sdp sdp;

	assert_int_equal(parse("v=0\r\nm=audio 9 RTP/SAVPF 0\r\na=mid:x", &sdp), 0);
	assert_true(sdp_attr_find(sdp.media[0].body, "mid", NULL));
}

static void test_no_description(void **state)
{
	static const char *const bad[] = {
		"",
		"\r\n\r\n",
		"hello",
		"v=1\r\n",
		"m=audio 9 RTP/SAVPF 0\r\nv=0\r\n",
		" v=0\r\n",
		"v=0\r\nm=\r\n",
		"v=0\r\nm=audio\r\n",
		"v=0\r\nm=audio 9\r\n",
		"v=0\r\nm=audio 9 RTP/SAVPF\r\n",
		"v=0\r\nm=audio 9 RTP/SAVPF  \r\n",
		"v=0\r\nm=audio x RTP/SAVPF 0\r\n",
		"v=0\r\nm=audio 65536 RTP/SAVPF 0\r\n",
		"v=0\r\nm=audio -1 RTP/SAVPF 0\r\n",
		"v=0\r\nm=audio 99999999999999999999999 RTP/SAVPF 0\r\n",
	};

	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct sdp sdp = {.media_count = 77};
		if (parse(bad[i], &sdp) != -ERR_PROTO)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(sdp.media_count, 77);
	}
	struct sdp sdp;
	assert_int_equal(sdp_parse(span_of(NULL, 0), &sdp), -ERR_PROTO);
}

static void test_strange_lines_are_passed_over(void **state)
{
	struct sdp sdp;
	struct span value;

	assert_int_equal(parse("v=0\nx\n=\na\na=\na=:\nz=1\n\x01\xff\nm=audio 9 RTP/SAVPF 0\n"
	                       "am=audio 1 RTP/SAVPF 0\na=mid: 7 \n a=setup:active\n",
	                       &sdp),
	                 0);
	assert_int_equal(sdp.media_count, 1);
	assert_true(sdp_attr_find(sdp.media[0].body, "mid", &value));
	assert_span(value, "7");
	assert_false(sdp_attr_find(sdp.media[0].body, "setup", NULL));
}

/* ── Limits ── */

/* "v=0", `count` times `line`, and what that parses to. */
static int parse_many(const char *line, unsigned count)
{
	size_t cap = 8 + count * strlen(line);
	char *text = malloc(cap);
	struct wr w = wr_init(text, cap);
	struct sdp sdp;

	assert_non_null(text);
	wr_str(&w, "v=0\r\n");
	for (unsigned i = 0; i < count; i++)
		wr_str(&w, line);
	int r = sdp_parse(wr_span(&w), &sdp);
	free(text);
	return r;
}

static void test_media_limit(void **state)
{
	assert_int_equal(parse_many("m=audio 9 RTP/SAVPF 0\r\n", SDP_MEDIA_MAX), 0);
	assert_int_equal(parse_many("m=audio 9 RTP/SAVPF 0\r\n", SDP_MEDIA_MAX + 1), -ERR_FULL);
	assert_int_equal(parse_many("m=audio 9 RTP/SAVPF 0\r\n", 100000), -ERR_FULL);
	assert_int_equal(parse_many("m=a 9 b 0\r", 50000), -ERR_FULL);
}

static void test_attribute_limit(void **state)
{
	assert_int_equal(parse_many("a=x\r\n", SDP_ATTRS_MAX), 0);
	assert_int_equal(parse_many("a=x\r\n", SDP_ATTRS_MAX + 1), -ERR_FULL);
	/* In each part anew */
	char line[SDP_ATTRS_MAX * 4 + 64];
	struct wr w = wr_init(line, sizeof line - 1);
	wr_str(&w, "m=audio 9 RTP/SAVPF 0\n");
	for (unsigned i = 0; i < SDP_ATTRS_MAX; i++)
		wr_str(&w, "a=x\n");
	wr_u8(&w, 0);
	assert_false(w.bad);
	assert_int_equal(parse_many(line, 8), 0);
}

static void test_line_and_text_limit(void **state)
{
	size_t cap = 1 << 20;
	char *text = malloc(cap);
	struct sdp sdp;

	assert_non_null(text);
	memset(text, 'x', cap);
	memcpy(text, "v=0\ra=", 6);
	assert_int_equal(sdp_parse(span_of(text, cap), &sdp), -ERR_FULL);
	assert_int_equal(sdp_parse(span_of(text, 4 + SDP_LINE_MAX), &sdp), 0);
	assert_int_equal(sdp_parse(span_of(text, 4 + SDP_LINE_MAX + 1), &sdp), -ERR_FULL);
	/* Nothing but line ends */
	memset(text + 4, '\r', cap - 4);
	assert_int_equal(sdp_parse(span_of(text, SDP_TEXT_MAX), &sdp), 0);
	assert_int_equal(sdp_parse(span_of(text, SDP_TEXT_MAX + 1), &sdp), -ERR_FULL);
	free(text);
}

/* ── Words ── */

static void test_words(void **state)
{
	struct span s = span_str("  a bc\td  "), empty = span_of(NULL, 0);

	assert_span(sdp_word(&s), "a");
	assert_span(sdp_word(&s), "bc");
	assert_span(sdp_word(&s), "d");
	assert_int_equal(sdp_word(&s).len, 0);
	assert_int_equal(sdp_word(&empty).len, 0);
	s = span_str("a;;b");
	assert_span(sdp_cut(&s, ';'), "a");
	assert_span(sdp_cut(&s, ';'), "");
	assert_span(sdp_cut(&s, ';'), "b");
	assert_int_equal(sdp_cut(&s, ';').len, 0);
	assert_span(sdp_trim(span_str(" \t x y ")), "x y");
	assert_int_equal(sdp_trim(span_str("   ")).len, 0);
}

static void test_tokens(void **state)
{
	assert_true(sdp_is_token(span_str("audio-1_{a}!"), 32));
	assert_false(sdp_is_token(span_str(""), 32));
	assert_false(sdp_is_token(span_str("12345"), 4));
	assert_true(sdp_is_token(span_str("1234"), 4));
	assert_false(sdp_is_token(span_of("a\0b", 3), 32));
	for (const char *p = " \r\n\"(),/:;<=>?@[\\]\x7f\x80"; *p; p++)
		assert_false(sdp_is_token(span_of(p, 1), 32));
}

static void test_numbers(void **state)
{
	uint64_t v = 5;

	assert_int_equal(sdp_number(span_str("0"), 0, &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(sdp_number(span_str("18446744073709551615"), UINT64_MAX, &v), 0);
	assert_true(v == UINT64_MAX);
	assert_int_equal(sdp_number(span_str("18446744073709551616"), UINT64_MAX, &v), -ERR_PROTO);
	assert_int_equal(sdp_number(span_str("00000000000000000001"), 1, &v), 0);
	assert_int_equal(sdp_number(span_str("000000000000000000001"), 1, &v), -ERR_PROTO);
	assert_int_equal(sdp_number(span_str("256"), 255, &v), -ERR_PROTO);
	assert_int_equal(sdp_number(span_str("7"), 6, &v), -ERR_PROTO);
	assert_int_equal(sdp_number(span_str(""), 9, &v), -ERR_PROTO);
	assert_int_equal(sdp_number(span_str("+1"), 9, &v), -ERR_PROTO);
	assert_int_equal(sdp_number(span_str("1 "), 9, &v), -ERR_PROTO);
	assert_int_equal(v, 1);
}

static void test_directions(void **state)
{
	enum sdp_dir dir = SDP_INACTIVE;

	assert_true(sdp_dir_parse(span_str("sendrecv"), &dir));
	assert_int_equal(dir, SDP_SENDRECV);
	assert_false(sdp_dir_parse(span_str("both"), &dir));
	assert_int_equal(sdp_dir_reverse(SDP_SENDONLY), SDP_RECVONLY);
	assert_int_equal(sdp_dir_reverse(SDP_RECVONLY), SDP_SENDONLY);
	assert_int_equal(sdp_dir_reverse(SDP_SENDRECV), SDP_SENDRECV);
	assert_int_equal(sdp_dir_reverse(SDP_INACTIVE), SDP_INACTIVE);
	assert_string_equal(sdp_dir_name(SDP_RECVONLY), "recvonly");
	struct sdp sdp;
	assert_int_equal(parse("v=0\nm=audio 9 RTP/SAVPF 0\n", &sdp), 0);
	assert_int_equal(sdp_dir(&sdp, &sdp.media[0]), SDP_SENDRECV);
}

/* ── Real ones ── */

static void test_browser_offers(void **state)
{
	static const char *const names[] = {"chromium", "firefox"};

	for (unsigned i = 0; i < 2; i++) {
		char path[512];
		snprintf(path, sizeof path, "%s/vectors/offer-%s.sdp", TESTS_DIR, names[i]);
		FILE *f = fopen(path, "rb");
		assert_non_null(f);
		char *text = malloc(SDP_TEXT_MAX);
		assert_non_null(text);
		size_t len = fread(text, 1, SDP_TEXT_MAX, f);
		fclose(f);
		struct sdp sdp;
		assert_int_equal(sdp_parse(span_of(text, len), &sdp), 0);
		assert_int_equal(sdp.media_count, 26);
		for (unsigned m = 0; m < 26; m++) {
			struct span mid;
			char want[8];
			snprintf(want, sizeof want, "%u", m);
			assert_true(sdp_attr_find(sdp.media[m].body, "mid", &mid));
			assert_span(mid, want);
			assert_int_equal(sdp_dir(&sdp, &sdp.media[m]), m < 4 ? SDP_SENDONLY : SDP_RECVONLY);
		}
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_last_line_without_end),
		cmocka_unit_test(test_no_description),
		cmocka_unit_test(test_strange_lines_are_passed_over),
		cmocka_unit_test(test_media_limit),
		cmocka_unit_test(test_attribute_limit),
		cmocka_unit_test(test_line_and_text_limit),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_directions),
		cmocka_unit_test(test_browser_offers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
