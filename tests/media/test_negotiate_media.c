/* One m-line at a time, in small offers: each refusal alone beside an m-line that stands, the
 * layers of cameras in every notation, and what hostile words become. */
#include "media/negotiate.h"

#include "media/offers.h"

#define PAIR OFFER_HEAD("0 1") OFFER_OPUS("0", "sendonly")

/* The second m-line of an offer is refused with this reason, the first stands. */
static void check_refused(const struct negotiate_conf *conf, const char *text,
						  enum negotiate_refusal reason)
{
	struct offered o = offer(conf, text);

	assert_int_equal(o.r, 0);
	assert_int_equal(o.n->media_count, 2);
	assert_int_equal(o.n->accepted_count, 1);
	assert_int_equal(o.n->media[0].refused, NEGOTIATE_ACCEPTED);
	if (o.n->media[1].refused != reason)
		fail_msg("%s: %s", negotiate_refusal_name(o.n->media[1].refused), text);
	assert_int_equal(o.n->media[1].dir, SDP_INACTIVE);
	assert_int_equal(o.n->media[1].role, NEGOTIATE_NO_ROLE);
	assert_int_equal(o.n->media[1].codec_count, 0);
	assert_line(&o, -1, "a=group:BUNDLE 0");
	assert_line(&o, 1, "a=inactive");
	struct sdp sdp;
	assert_int_equal(sdp_parse(span_str(o.answer), &sdp), 0);
	assert_int_equal(sdp.media_count, 2);
	assert_int_equal(sdp.media[0].port, 9);
	assert_int_equal(sdp.media[1].port, 0);
	offered_free(&o);
}

static void test_refusals(void **state)
{
	struct negotiate_conf conf = offer_conf();

	/* Stopped by the client, in which case even the mid may be gone */
	check_refused(&conf, PAIR "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n",
	              NEGOTIATE_REFUSED_BY_CLIENT);
	check_refused(&conf, PAIR "m=video 0 UDP/TLS/RTP/SAVPF 96\r\n", NEGOTIATE_REFUSED_BY_CLIENT);
	check_refused(&conf,
	              PAIR "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\n"
	                   "a=sctp-port:5000\r\na=max-message-size:262144\r\n",
	              NEGOTIATE_REFUSED_KIND);
	check_refused(&conf, PAIR "m=text 9 UDP/TLS/RTP/SAVPF 98\r\na=mid:1\r\na=rtcp-mux\r\n",
	              NEGOTIATE_REFUSED_KIND);
	check_refused(&conf, PAIR "m=video 9 RTP/AVPF 96\r\na=mid:1\r\na=rtcp-mux\r\n",
	              NEGOTIATE_REFUSED_PROTO);
	check_refused(&conf, PAIR "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtcp-mux\r\n",
	              NEGOTIATE_REFUSED_MID);
	check_refused(&conf, PAIR OFFER_VP8("2", "sendonly"), NEGOTIATE_REFUSED_BUNDLE);
	check_refused(&conf, PAIR OFFER_VP8("0", "sendonly"), NEGOTIATE_REFUSED_MID);
	check_refused(&conf, PAIR OFFER_VP8("123456789012345678901234567890123", "sendonly"),
	              NEGOTIATE_REFUSED_MID);
	check_refused(&conf, PAIR OFFER_VP8("a:b", "sendonly"), NEGOTIATE_REFUSED_MID);
	check_refused(&conf,
	              PAIR "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n",
	              NEGOTIATE_REFUSED_MUX);
	check_refused(&conf, PAIR OFFER_VP8("1", "inactive"), NEGOTIATE_REFUSED_ROLE);
	check_refused(&conf,
	              PAIR "m=video 9 UDP/TLS/RTP/SAVPF 100\r\na=mid:1\r\na=rtcp-mux\r\n"
	                   "a=rtpmap:100 H265/90000\r\n",
	              NEGOTIATE_REFUSED_CODEC);
}

static void test_refusals_by_role(void **state)
{
	struct negotiate_role_of roles[] = {{"0", NEGOTIATE_MIC}, {"1", NEGOTIATE_NO_ROLE}};
	struct negotiate_conf conf = offer_conf();

	conf.roles = roles;
	conf.role_count = 1;
	check_refused(&conf, PAIR OFFER_VP8("1", "sendonly"), NEGOTIATE_REFUSED_ROLE);
	conf.role_count = 2;
	check_refused(&conf, PAIR OFFER_VP8("1", "sendonly"), NEGOTIATE_REFUSED_ROLE);
	roles[1].role = NEGOTIATE_SLOT_AUDIO;
	check_refused(&conf, PAIR OFFER_VP8("1", "recvonly"), NEGOTIATE_REFUSED_ROLE);
	roles[1].role = NEGOTIATE_CAMERA;
	check_refused(&conf, PAIR OFFER_VP8("1", "recvonly"), NEGOTIATE_REFUSED_DIRECTION);
	roles[1].role = NEGOTIATE_SLOT_CAMERA;
	check_refused(&conf, PAIR OFFER_VP8("1", "sendonly"), NEGOTIATE_REFUSED_DIRECTION);
}

/* RFC 3264 6.1: a sender that is idle stays, and says so. */
static void test_inactive(void **state)
{
	struct negotiate_role_of roles[] = {{"0", NEGOTIATE_MIC}, {"1", NEGOTIATE_SLOT_CAMERA}};
	struct negotiate_conf conf = offer_conf();

	conf.roles = roles;
	conf.role_count = 2;
	struct offered o = offer(
		&conf, OFFER_HEAD("0 1") OFFER_OPUS("0", "inactive") OFFER_VP8("1", "sendrecv"));
	assert_int_equal(o.r, 0);
	assert_int_equal(o.n->accepted_count, 2);
	assert_int_equal(o.n->media[0].dir, SDP_INACTIVE);
	assert_line(&o, 0, "a=inactive");
	assert_line(&o, 1, "a=sendonly");
	offered_free(&o);
}

/* The first m-line refused: the next one speaks for the bundle, and the candidates go there. */
static void test_first_refused(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct offered o = offer(&conf, OFFER_HEAD("0 1") "m=text 9 RTP/SAVPF 98\r\na=mid:0\r\n"
	                         OFFER_VP8("1", "sendonly"));

	assert_int_equal(o.r, 0);
	assert_line(&o, -1, "a=group:BUNDLE 1");
	assert_no_line(&o, 0, "a=end-of-candidates");
	assert_line(&o, 1, "a=end-of-candidates");
	offered_free(&o);
}

static void test_all_refused(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct offered o = offer(&conf, OFFER_HEAD("0") OFFER_OPUS("1", "sendonly"));

	assert_int_equal(o.r, 0);
	assert_int_equal(o.n->accepted_count, 0);
	assert_no_line(&o, -1, "a=group:BUNDLE ");
	assert_null(negotiated_by_mid(o.n, span_str("1")));
	offered_free(&o);
}

/* ── Formats ── */

/* One sender whose formats and attributes are these. */
static struct offered offer_video(const struct negotiate_conf *conf, const char *fmts,
								  const char *attrs)
{
	char text[4096];
	struct wr w = wr_init(text, sizeof text - 1);

	wr_str(&w, OFFER_HEAD("0"));
	wr_fmt(&w, "m=video 9 UDP/TLS/RTP/SAVPF %s\r\na=mid:0\r\na=sendonly\r\na=rtcp-mux\r\n", fmts);
	wr_str(&w, attrs);
	wr_u8(&w, 0);
	assert_false(w.bad);
	struct offered o = offer(conf, text);
	assert_int_equal(o.r, 0);
	return o;
}

static void test_fallback_codecs(void **state)
{
	static const struct {
		const char *fmts, *attrs;
		uint8_t pt;
	} cases[] = {
		{"98 100", "a=rtpmap:98 VP9/90000\r\na=rtpmap:100 AV1/90000\r\n", 98},
		{"100 98", "a=rtpmap:98 VP9/90000\r\na=rtpmap:100 AV1/90000\r\n", 98},
		{"100", "a=rtpmap:100 AV1/90000\r\n", 100},
		{"98 99",
		 "a=rtpmap:98 VP9/90000\r\na=fmtp:98 profile-id=2\r\na=rtpmap:99 H264/90000\r\n", 99},
		/* Two of a kind: the first */
		{"102 96", "a=rtpmap:96 VP8/90000\r\na=rtpmap:102 VP8/90000\r\n", 102},
		/* Not on the m= line */
		{"98", "a=rtpmap:96 VP8/90000\r\na=rtpmap:98 VP9/90000\r\n", 98},
		/* Numbers that RTCP would be mistaken for, and none at all */
		{"72 0 98",
		 "a=rtpmap:72 VP8/90000\r\na=rtpmap:0 VP8/90000\r\na=rtpmap:98 VP9/90000\r\n", 98},
		/* Another clock is another codec */
		{"96 98", "a=rtpmap:96 VP8/48000\r\na=rtpmap:98 VP9/90000\r\n", 98},
		{"35 300 x 98", "a=rtpmap:35 VP8/90000\r\n", 35},
	};
	struct negotiate_conf conf = offer_conf();

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct offered o = offer_video(&conf, cases[i].fmts, cases[i].attrs);
		assert_int_equal(o.n->media[0].codec_count, 1);
		assert_int_equal(o.n->media[0].codecs[0].pt, cases[i].pt);
		offered_free(&o);
	}
}

static void test_feedback(void **state)
{
	struct negotiate_conf conf = offer_conf();
	/* For all formats at once; transport-cc lacks its extension; RTX needs NACK */
	struct offered o = offer_video(&conf, "96 97",
	                               "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:* nack pli\r\n"
	                               "a=rtcp-fb:* ccm fir\r\na=rtcp-fb:* ccm tmmbr\r\n"
	                               "a=rtcp-fb:* transport-cc\r\na=rtpmap:97 rtx/90000\r\n"
	                               "a=fmtp:97 apt=96\r\n");

	assert_int_equal(o.n->media[0].codecs[0].fb, CODEC_FB_PLI | CODEC_FB_FIR);
	assert_int_equal(o.n->media[0].codecs[0].rtx_pt, 0);
	assert_line(&o, 0, "a=rtcp-fb:96 nack pli");
	assert_no_line(&o, 0, "a=rtcp-fb:96 nack");
	offered_free(&o);
	/* The extension without the feedback is nothing either */
	o = offer_video(&conf, "96", "a=rtpmap:96 VP8/90000\r\na=extmap:3 " OFFER_TWCC "\r\n");
	assert_int_equal(o.n->media[0].ext[NEGOTIATE_EXT_TWCC], 0);
	assert_no_line(&o, 0, "a=extmap:3 " OFFER_TWCC);
	offered_free(&o);
}

/* ── Extensions ── */

static void test_extension_ids(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct offered o = offer_video(&conf, "96",
	                               "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 transport-cc\r\n"
	                               "a=extmap:15 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
	                               "a=extmap:20/sendonly urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
	                               "a=extmap:21 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
	                               "a=extmap:7/recvonly " OFFER_TWCC "\r\n"
	                               "a=extmap:20 " OFFER_TWCC "\r\n"
	                               "a=extmap:5 urn:example:unknown\r\n");
	const struct negotiated_media *m = &o.n->media[0];

	assert_int_equal(m->ext[NEGOTIATE_EXT_MID], 20);
	assert_int_equal(m->ext[NEGOTIATE_EXT_TWCC], 0);
	assert_line(&o, 0, "a=extmap:20/recvonly urn:ietf:params:rtp-hdrext:sdes:mid");
	assert_null(strstr(o.answer, "a=extmap:21"));
	assert_null(strstr(o.answer, "a=extmap:5"));
	assert_int_equal(m->codecs[0].fb, 0);
	offered_free(&o);
	/* In a slot we write one-byte headers */
	o = offer(&conf, OFFER_HEAD("0") OFFER_VP8("0", "recvonly")
	          "a=extmap:20 urn:ietf:params:rtp-hdrext:sdes:mid\r\n");
	assert_int_equal(o.n->media[0].ext[NEGOTIATE_EXT_MID], 0);
	offered_free(&o);
}

/* ── Layers ── */

#define VP8 "a=rtpmap:96 VP8/90000\r\n"
#define RID_EXT "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"
#define SEND(rid) "a=rid:" rid " send\r\n"

static void check_layers(const char *attrs, const char *low, const char *mid, const char *high)
{
	const char *const want[] = {low, mid, high};
	struct negotiate_conf conf = offer_conf();
	struct offered o = offer_video(&conf, "96", attrs);
	const struct negotiated_media *m = &o.n->media[0];
	unsigned count = 0;

	while (count < 3 && want[count])
		count++;
	assert_int_equal(m->layer_count, count);
	for (unsigned i = 0; i < count; i++)
		assert_string_equal(m->layers[i].rid, want[i]);
	assert_true(offered_has(&o, 0, "a=rid:q recv") == (strcmp(low, "q") == 0));
	offered_free(&o);
}

static void test_rids(void **state)
{
	/* By name, whatever the order; unknown names keep theirs */
	check_layers(VP8 RID_EXT SEND("f") SEND("h") SEND("q") "a=simulcast:send f;h;q\r\n", "q", "h",
	             "f");
	check_layers(VP8 RID_EXT SEND("h") SEND("q") "a=simulcast:send h;q\r\n", "q", "h", NULL);
	check_layers(VP8 RID_EXT SEND("high") SEND("low") "a=simulcast:send high;low\r\n", "low",
	             "high", NULL);
	check_layers(VP8 RID_EXT SEND("h") SEND("m") SEND("l") "a=simulcast:send h;m;l\r\n", "l", "m",
	             "h");
	check_layers(VP8 RID_EXT SEND("b") SEND("a") "a=simulcast:send b;a\r\n", "b", "a", NULL);
	/* A fourth is left out, as is one without a line of its own, one said twice, an alternative,
	 * one in another format */
	check_layers(VP8 RID_EXT SEND("1") SEND("2") SEND("3") SEND("4") "a=simulcast:send 1;2;3;4\r\n",
	             "1", "2", "3");
	check_layers(VP8 RID_EXT SEND("q") "a=rid:h recv\r\na=simulcast:send q;q;h;f\r\n", "q", NULL,
	             NULL);
	check_layers(VP8 RID_EXT SEND("q") SEND("h") "a=simulcast:send q,h\r\n", "q", NULL, NULL);
	check_layers(VP8 RID_EXT "a=rid:q send pt=97,96;max-width=320\r\na=rid:h send pt=97\r\n"
	                         "a=simulcast:send q;h\r\n",
	             "q", NULL, NULL);
	/* Not without the extension that names them */
	check_layers(VP8 SEND("q") SEND("h") "a=simulcast:send q;h\r\n", "", NULL, NULL);
	check_layers(VP8 RID_EXT SEND("12345678901234567") "a=simulcast:send 12345678901234567\r\n", "",
	             NULL, NULL);
}

static void test_paused_rid(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct offered o = offer_video(
		&conf, "96", VP8 RID_EXT SEND("q") SEND("h") SEND("f") "a=simulcast:send q;~h;f\r\n");

	assert_false(o.n->media[0].layers[0].paused);
	assert_true(o.n->media[0].layers[1].paused);
	assert_line(&o, 0, "a=simulcast:recv q;h;f");
	offered_free(&o);
}

/* The older notation of three SSRCs, low to high. */
static void test_sim_group(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct offered o =
		offer_video(&conf, "96 97",
	                VP8 "a=rtcp-fb:96 nack\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
	                    "a=ssrc-group:FID 11 21\r\na=ssrc-group:FID 12 22\r\n"
	                    "a=ssrc-group:FID 13 23\r\na=ssrc-group:SIM 11 12 13\r\n"
	                    "a=ssrc:11 cname:x\r\n");
	unsigned layer;
	bool rtx;

	assert_int_equal(o.n->media[0].layer_count, 3);
	assert_non_null(negotiated_by_ssrc(o.n, 12, &layer, &rtx));
	assert_true(layer == 1 && !rtx);
	assert_non_null(negotiated_by_ssrc(o.n, 23, &layer, &rtx));
	assert_true(layer == 2 && rtx);
	assert_int_equal(negotiated_layer_by_rid(&o.n->media[0], span_of(NULL, 0)), -ERR_NOTFOUND);
	assert_null(strstr(o.answer, "simulcast"));
	offered_free(&o);
}

/* ── Our numbers ── */

static uint32_t always(void *arg)
{
	(void)arg;
	return 0xffffffff;
}

static void test_ssrcs_are_unique(void **state)
{
	struct negotiate_conf conf = offer_conf();

	/* A source of numbers that knows only one, which the client has too */
	conf.random = always;
	struct offered o = offer(&conf, OFFER_HEAD("0 1 2") OFFER_OPUS("0", "sendonly")
	                         "a=ssrc:4294967295 cname:x\r\na=ssrc:1 cname:x\r\n"
	                         OFFER_VP8("1", "recvonly") OFFER_VP8("2", "recvonly"));
	assert_int_equal(o.r, 0);
	assert_int_equal(o.n->media[1].ssrc, 2);
	assert_int_equal(o.n->media[1].rtx_ssrc, 3);
	assert_int_equal(o.n->media[2].ssrc, 4);
	assert_int_equal(o.n->media[2].rtx_ssrc, 5);
	assert_string_not_equal(o.n->media[1].cname, o.n->media[2].cname);
	assert_line(&o, 1, "a=ssrc-group:FID 2 3");
	assert_line(&o, 1, "a=ssrc:2 cname:00000002-1");
	assert_line(&o, 1, "a=ssrc:3 msid:slot-1 slot-1");
	offered_free(&o);
}

/* A payload type alone tells nothing when two m-lines have it. */
static void test_payload_types(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct offered o = offer(&conf, OFFER_HEAD("0 1 2") OFFER_OPUS("0", "sendonly")
	                         OFFER_VP8("1", "sendonly") OFFER_VP8("2", "sendonly"));

	assert_ptr_equal(negotiated_by_pt(o.n, 111), &o.n->media[0]);
	assert_null(negotiated_by_pt(o.n, 96));
	offered_free(&o);
}

static void test_names(void **state)
{
	for (unsigned i = NEGOTIATE_NO_ROLE + 1; i < NEGOTIATE_ROLE_COUNT; i++) {
		enum negotiate_role role = (enum negotiate_role)i;
		const char *name = negotiate_role_name(role);
		assert_int_equal(negotiate_role_by_name(span_str(name)), i);
		assert_true(negotiate_role_is_slot(role) == (strncmp(name, "slot", 4) == 0));
	}
	assert_int_equal(negotiate_role_by_name(span_str("none")), NEGOTIATE_NO_ROLE);
	for (unsigned i = 0; i < NEGOTIATE_REFUSAL_COUNT; i++)
		assert_non_null(negotiate_refusal_name((enum negotiate_refusal)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_refusals_by_role),
		cmocka_unit_test(test_inactive),
		cmocka_unit_test(test_first_refused),
		cmocka_unit_test(test_all_refused),
		cmocka_unit_test(test_fallback_codecs),
		cmocka_unit_test(test_feedback),
		cmocka_unit_test(test_extension_ids),
		cmocka_unit_test(test_rids),
		cmocka_unit_test(test_paused_rid),
		cmocka_unit_test(test_sim_group),
		cmocka_unit_test(test_ssrcs_are_unique),
		cmocka_unit_test(test_payload_types),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
