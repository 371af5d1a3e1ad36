/* Attribute values: the examples of the RFCs that define them, and malformed ones, which leave
 * the result untouched. */
#include "wire/sdp_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static void assert_span(struct span s, const char *text)
{
	if (!span_is(s, text))
		fail_msg("\"%.*s\" is not \"%s\"", (int)s.len, (const char *)s.ptr, text);
}

/* Every text of a list (ended by NULL) is refused by `parser`. */
#define ASSERT_REFUSED(parser, type, ...)                                                          \
	do {                                                                                           \
		const char *const list[] = {__VA_ARGS__, NULL};                                            \
		for (unsigned i = 0; list[i]; i++) {                                                       \
			type before, out;                                                                      \
			memset(&before, 0x5a, sizeof before);                                                  \
			memcpy(&out, &before, sizeof out);                                                     \
			if (parser(span_str(list[i]), &out) >= 0)                                              \
				fail_msg("taken: %s", list[i]);                                                    \
			assert_memory_equal(&out, &before, sizeof out);                                        \
		}                                                                                          \
	} while (0)

/* RFC 8866 6.6 */
static void test_rtpmap(void **state)
{
	struct sdp_rtpmap map;

	assert_int_equal(sdp_rtpmap_parse(span_str("98 L16/16000/2"), &map), 0);
	assert_int_equal(map.pt, 98);
	assert_span(map.name, "L16");
	assert_int_equal(map.clock, 16000);
	assert_int_equal(map.channels, 2);
	assert_int_equal(sdp_rtpmap_parse(span_str("99 h263-1998/90000"), &map), 0);
	assert_int_equal(map.channels, 1);
	ASSERT_REFUSED(sdp_rtpmap_parse, struct sdp_rtpmap, "", "98", "98 L16", "98 /16000", "98 L16/",
	               "128 L16/16000", "x L16/16000", "98 L16/16000/256", "98 L16/4294967296");
}

static void test_fmtp(void **state)
{
	struct sdp_fmtp fmtp;
	struct span value;

	assert_int_equal(
		sdp_fmtp_parse(span_str("98 profile-level-id=42A01E; packetization-mode=1;x"), &fmtp), 0);
	assert_int_equal(fmtp.pt, 98);
	assert_true(sdp_fmtp_param(fmtp.params, "packetization-mode", &value));
	assert_span(value, "1");
	assert_true(sdp_fmtp_param(fmtp.params, "Profile-Level-Id", &value));
	assert_span(value, "42A01E");
	assert_true(sdp_fmtp_param(fmtp.params, "x", &value));
	assert_int_equal(value.len, 0);
	assert_false(sdp_fmtp_param(fmtp.params, "mode", &value));
	assert_int_equal(sdp_fmtp_parse(span_str("101 0-15"), &fmtp), 0);
	assert_span(fmtp.params, "0-15");
	ASSERT_REFUSED(sdp_fmtp_parse, struct sdp_fmtp, "", "a b=c", "200 b=c");
}

/* RFC 4585 4.2.4 */
static void test_rtcp_fb(void **state)
{
	struct sdp_rtcp_fb fb;

	assert_int_equal(sdp_rtcp_fb_parse(span_str("98 nack rpsi"), &fb), 0);
	assert_int_equal(fb.pt, 98);
	assert_span(fb.type, "nack");
	assert_span(fb.param, "rpsi");
	assert_int_equal(sdp_rtcp_fb_parse(span_str("* nack"), &fb), 0);
	assert_int_equal(fb.pt, -1);
	assert_int_equal(fb.param.len, 0);
	ASSERT_REFUSED(sdp_rtcp_fb_parse, struct sdp_rtcp_fb, "", "98", "98 ", "** nack", "255 nack");
}

/* RFC 8285 8 */
static void test_extmap(void **state)
{
	struct sdp_extmap map;

	struct span value = span_str("2/sendrecv http://example.com/082005/ext.htm#xmeta short");
	assert_int_equal(sdp_extmap_parse(value, &map), 0);
	assert_int_equal(map.id, 2);
	assert_true(map.has_dir);
	assert_int_equal(map.dir, SDP_SENDRECV);
	assert_span(map.uri, "http://example.com/082005/ext.htm#xmeta");
	assert_int_equal(sdp_extmap_parse(span_str("255 urn:x"), &map), 0);
	assert_int_equal(map.id, 255);
	assert_false(map.has_dir);
	assert_int_equal(sdp_extmap_parse(span_str("3/recvonly urn:x"), &map), 0);
	assert_int_equal(map.dir, SDP_RECVONLY);
	ASSERT_REFUSED(sdp_extmap_parse, struct sdp_extmap, "", "1", "0 urn:x", "256 urn:x",
	               "1/both urn:x", "/sendonly urn:x", "4096 urn:x");
}

/* RFC 8851 10, RFC 8853 5.6.1 */
static void test_rid_and_simulcast(void **state)
{
	struct sdp_rid rid;
	struct sdp_simulcast sim;
	struct span name;
	bool paused;

	struct span value = span_str("1 send pt=97;max-width=1280;max-height=720");
	assert_int_equal(sdp_rid_parse(value, &rid), 0);
	assert_span(rid.id, "1");
	assert_true(rid.send);
	assert_true(sdp_fmtp_param(rid.params, "max-width", &name));
	assert_span(name, "1280");
	assert_int_equal(sdp_rid_parse(span_str("q recv"), &rid), 0);
	assert_false(rid.send);
	ASSERT_REFUSED(sdp_rid_parse, struct sdp_rid, "", "q", "q both", "q;h send", "~q send");

	assert_int_equal(sdp_simulcast_parse(span_str("send 1,4;~2;3,~5 recv 6;~7,~8"), &sim), 0);
	assert_span(sim.recv, "6;~7,~8");
	assert_true(sdp_simulcast_next(&sim.send, &name, &paused));
	assert_span(name, "1");
	assert_false(paused);
	assert_true(sdp_simulcast_next(&sim.send, &name, &paused));
	assert_span(name, "2");
	assert_true(paused);
	assert_true(sdp_simulcast_next(&sim.send, &name, &paused));
	assert_span(name, "3");
	assert_false(paused);
	assert_false(sdp_simulcast_next(&sim.send, &name, &paused));
	assert_int_equal(sdp_simulcast_parse(span_str("recv x"), &sim), 0);
	assert_int_equal(sim.send.len, 0);
	ASSERT_REFUSED(sdp_simulcast_parse, struct sdp_simulcast, "", "send", "send a send b",
	               "both a", "send a recv", "recv a recv b");
	struct span strange = span_str(";;~;a b;~~x;ok");
	assert_true(sdp_simulcast_next(&strange, &name, &paused));
	assert_span(name, "ok");
}

/* RFC 5576 4.1, 4.2 */
static void test_ssrc(void **state)
{
	struct sdp_ssrc ssrc;
	struct sdp_ssrc_group group;

	assert_int_equal(sdp_ssrc_parse(span_str("11111 cname:user3@example.com"), &ssrc), 0);
	assert_int_equal(ssrc.ssrc, 11111);
	assert_span(ssrc.name, "cname");
	assert_span(ssrc.value, "user3@example.com");
	assert_int_equal(sdp_ssrc_parse(span_str("4294967295"), &ssrc), 0);
	ASSERT_REFUSED(sdp_ssrc_parse, struct sdp_ssrc, "", "4294967296 cname:x", "-1 cname:x", "x");

	assert_int_equal(sdp_ssrc_group_parse(span_str("FID 11111 22222"), &group), 0);
	assert_span(group.semantics, "FID");
	assert_int_equal(group.count, 2);
	assert_int_equal(group.ssrcs[1], 22222);
	assert_int_equal(sdp_ssrc_group_parse(span_str("SIM 1 2 3 4 5 6 7 8 9 10"), &group), 0);
	assert_int_equal(group.count, SDP_GROUP_SSRCS_MAX);
	assert_int_equal(group.ssrcs[7], 8);
	ASSERT_REFUSED(sdp_ssrc_group_parse, struct sdp_ssrc_group, "", "FID 1 x");
}

static void test_msid_and_group(void **state)
{
	struct sdp_msid msid;
	struct sdp_group group;

	assert_int_equal(sdp_msid_parse(span_str("47017fee a3a6"), &msid), 0);
	assert_span(msid.stream, "47017fee");
	assert_span(msid.track, "a3a6");
	assert_int_equal(sdp_msid_parse(span_str("-"), &msid), 0);
	assert_int_equal(msid.track.len, 0);
	ASSERT_REFUSED(sdp_msid_parse, struct sdp_msid, "", "  ");
	assert_int_equal(sdp_group_parse(span_str("BUNDLE foo bar zen"), &group), 0);
	assert_span(group.semantics, "BUNDLE");
	assert_span(group.mids, "foo bar zen");
	assert_int_equal(sdp_group_parse(span_str("BUNDLE"), &group), 0);
	assert_int_equal(group.mids.len, 0);
}

/* RFC 8122 5, with a hash of this length */
#define HEX16 "6B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35"
static void test_fingerprint(void **state)
{
	struct sdp_fingerprint fp;

	assert_int_equal(sdp_fingerprint_parse(span_str("sha-256 " HEX16 ":" HEX16), &fp), 0);
	assert_int_equal(fp.hash, SDP_SHA256);
	assert_int_equal(fp.len, 32);
	assert_int_equal(fp.bytes[0], 0x6b);
	assert_int_equal(fp.bytes[31], 0x35);
	assert_int_equal(sdp_fingerprint_parse(span_str("SHA-384 " HEX16 ":" HEX16 ":" HEX16), &fp), 0);
	assert_int_equal(fp.len, 48);
	assert_int_equal(
		sdp_fingerprint_parse(span_str("sha-512 " HEX16 ":" HEX16 ":" HEX16 ":" HEX16), &fp), 0);
	assert_int_equal(fp.hash, SDP_SHA512);
	assert_string_equal(sdp_hash_name(fp.hash), "sha-512");
	assert_int_equal(sdp_fingerprint_parse(span_str("sha-1 00:11"), &fp), -ERR_UNSUPP);
	ASSERT_REFUSED(sdp_fingerprint_parse, struct sdp_fingerprint, "", "sha-256", "sha-256 00",
	               "sha-256 " HEX16, "sha-256 " HEX16 ":" HEX16 ":00", "sha-512 " HEX16 ":" HEX16,
	               "sha-256 " HEX16 "-" HEX16,
	               "sha-256 6B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:3x:" HEX16);
}

static void test_setup(void **state)
{
	enum sdp_setup setup;

	assert_int_equal(sdp_setup_parse(span_str("actpass"), &setup), 0);
	assert_int_equal(setup, SDP_SETUP_ACTPASS);
	assert_int_equal(sdp_setup_parse(span_str("holdconn"), &setup), 0);
	assert_int_equal(setup, SDP_SETUP_HOLDCONN);
	ASSERT_REFUSED(sdp_setup_parse, enum sdp_setup, "", "both");
}

/* RFC 8839 5.1, RFC 6544 4.5 */
static void test_candidate(void **state)
{
	struct sdp_candidate c;
	char text[ADDR_TEXT_MAX];

	assert_int_equal(sdp_candidate_parse(span_str("2 1 UDP 1694498815 192.0.2.3 45664 typ srflx "
	                                              "raddr 203.0.113.141 rport 8998"),
	                                     &c),
	                 0);
	assert_int_equal(c.component, 1);
	assert_false(c.tcp);
	assert_true(c.priority == 1694498815);
	assert_string_equal(addr_text(&c.addr, text), "192.0.2.3:45664");
	assert_span(c.type, "srflx");
	assert_int_equal(sdp_candidate_parse(
						 span_str("1 1 TCP 2128609279 2001:db8::5 9 typ host tcptype active"), &c),
	                 0);
	assert_true(c.tcp);
	assert_int_equal(c.addr.family, 6);
	assert_span(c.tcptype, "active");
	/* A name that only the local network knows */
	assert_int_equal(
		sdp_candidate_parse(span_str("1 1 udp 1 8d7a1e.local 5 typ host generation 0"), &c), 0);
	assert_true(addr_is_none(&c.addr));
	assert_span(c.host, "8d7a1e.local");
	ASSERT_REFUSED(sdp_candidate_parse, struct sdp_candidate, "", "1 1 udp 1 192.0.2.3 5",
	               "1 1 sctp 1 192.0.2.3 5 typ host", "1 1 udp 1 192.0.2.3 65536 typ host",
	               "1 257 udp 1 192.0.2.3 5 typ host", "1 1 udp 1 192.0.2.3 5 typ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rtpmap),
		cmocka_unit_test(test_fmtp),
		cmocka_unit_test(test_rtcp_fb),
		cmocka_unit_test(test_extmap),
		cmocka_unit_test(test_rid_and_simulcast),
		cmocka_unit_test(test_ssrc),
		cmocka_unit_test(test_msid_and_group),
		cmocka_unit_test(test_fingerprint),
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_candidate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
