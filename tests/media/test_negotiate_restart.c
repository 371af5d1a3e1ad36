/* The transport of an offer, what makes the whole fail, and later offers on the same transport:
 * more slots, an ICE restart, a stopped m-line. */
#include "media/negotiate.h"

#include "media/offers.h"

#define SLOTS OFFER_OPUS("0", "sendonly") OFFER_VP8("1", "recvonly")

static void check_error(const char *text, int want)
{
	struct negotiate_conf conf = offer_conf();
	struct offered o = offer(&conf, text);

	if (o.r != want)
		fail_msg("%d, not %d: %s", o.r, want, text);
	offered_free(&o);
}

#define HEAD "v=0\r\na=group:BUNDLE 0\r\n"
#define AUDIO OFFER_OPUS("0", "sendonly")
#define UFRAG "a=ice-ufrag:abcd\r\n"
#define PWD "a=ice-pwd:1234567890123456789012\r\n"
#define PRINT "a=fingerprint:" OFFER_FINGERPRINT "\r\n"

static void test_errors(void **state)
{
	check_error("", -ERR_PROTO);
	check_error("v=0\r\n", -ERR_PROTO);
	check_error(HEAD AUDIO, -ERR_PROTO);
	check_error(HEAD AUDIO UFRAG PRINT, -ERR_PROTO);
	check_error(HEAD AUDIO PWD PRINT, -ERR_PROTO);
	check_error(HEAD AUDIO UFRAG PWD, -ERR_AUTH);
	check_error(HEAD AUDIO UFRAG PWD "a=fingerprint:sha-1 00:11\r\n", -ERR_AUTH);
	check_error(HEAD AUDIO UFRAG PWD "a=fingerprint:sha-256 00:11\r\n", -ERR_AUTH);
	check_error(HEAD AUDIO UFRAG PWD PRINT, 0);
	check_error(HEAD AUDIO UFRAG PWD PRINT "a=setup:active\r\n", 0);
	check_error(HEAD AUDIO UFRAG PWD PRINT "a=setup:passive\r\n", -ERR_UNSUPP);
	check_error(HEAD AUDIO UFRAG PWD PRINT "a=setup:holdconn\r\n", -ERR_UNSUPP);
	check_error(HEAD AUDIO UFRAG PWD PRINT "a=setup:both\r\n", -ERR_PROTO);
	check_error(HEAD "a=ice-lite\r\n" AUDIO UFRAG PWD PRINT, -ERR_UNSUPP);
	check_error(HEAD AUDIO "a=ice-ufrag:abc\r\n" PWD PRINT, -ERR_PROTO);
	check_error(HEAD AUDIO "a=ice-ufrag:ab:cd\r\n" PWD PRINT, -ERR_PROTO);
	check_error(HEAD AUDIO "a=ice-ufrag:ab\x01xx\r\n" PWD PRINT, -ERR_PROTO);
	check_error(HEAD AUDIO UFRAG "a=ice-pwd:123456789012345678901\r\n" PRINT, -ERR_PROTO);
	check_error(HEAD AUDIO UFRAG "a=ice-pwd:\r\n" PRINT, -ERR_PROTO);
	/* Words that an answer would have to repeat */
	check_error(HEAD "m=au\x01io 9 RTP/SAVPF 0\r\n" UFRAG PWD PRINT, -ERR_PROTO);
	check_error(HEAD "m=audio 9 RTP/\x80 0\r\n" UFRAG PWD PRINT, -ERR_PROTO);
	check_error(HEAD "m=audio 9 RTP/SAVPF \x02\r\n" UFRAG PWD PRINT, -ERR_PROTO);
	check_error(HEAD "m=audio 9 " OFFER_HEX16 OFFER_HEX16 " 0\r\n" UFRAG PWD PRINT, -ERR_PROTO);
}

/* Credentials of 256 characters are the longest; 257 are refused. */
static void test_credential_lengths(void **state)
{
	struct negotiate_conf conf = offer_conf();
	char text[2048], word[258];

	memset(word, 'x', sizeof word);
	for (int len = 256; len <= 257; len++) {
		snprintf(text, sizeof text, HEAD AUDIO "a=ice-ufrag:%.*s\r\na=ice-pwd:%.*s\r\n" PRINT, len,
		         word, len, word);
		struct offered o = offer(&conf, text);
		assert_int_equal(o.r, len == 256 ? 0 : -ERR_PROTO);
		if (o.n)
			assert_int_equal(strlen(o.n->remote_pwd), 256);
		offered_free(&o);
	}
}

static void test_strongest_fingerprint(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct offered o =
		offer(&conf, HEAD AUDIO UFRAG PWD "a=fingerprint:sha-1 00:11\r\n" PRINT
	                 "a=fingerprint:sha-384 " OFFER_HEX16 ":" OFFER_HEX16 ":" OFFER_HEX16 "\r\n");

	assert_int_equal(o.r, 0);
	assert_int_equal(o.n->remote_fingerprint.hash, SDP_SHA384);
	assert_int_equal(o.n->remote_fingerprint.len, 48);
	offered_free(&o);
}

/* Our own side is wrong: said as such. */
static void test_no_credentials_of_ours(void **state)
{
	struct negotiate_conf conf = offer_conf();

	conf.pwd = NULL;
	struct offered o = offer(&conf, HEAD AUDIO UFRAG PWD PRINT);
	assert_int_equal(o.r, -ERR_INVALID);
	offered_free(&o);
}

/* Room for the answer, one byte too little, and none. */
static void test_answer_room(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct offered whole = offer(&conf, OFFER_HEAD("0 1") SLOTS);
	size_t len = strlen(whole.answer);
	char *text = malloc(len);

	assert_non_null(text);
	for (size_t room = 0; room < len - 40; room += 7) {
		struct wr w = wr_init(text, room);
		struct negotiated *n = NULL;
		int r = negotiate(&conf, span_str(OFFER_HEAD("0 1") SLOTS), NULL, &w, &n);
		assert_int_equal(r, -ERR_SPACE);
		assert_null(n);
	}
	free(text);
	offered_free(&whole);
}

/* The most that an offer can ask for still fits. */
static void test_largest_answer(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct negotiate_candidate candidates[NEGOTIATE_CANDIDATES_MAX + 1];
	char word[NEGOTIATE_PWD_MAX + 1];
	size_t cap = SDP_TEXT_MAX;
	char *text = malloc(cap);
	struct wr w = wr_init(text, cap);

	memset(word, 'x', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	conf.ufrag = conf.pwd = word;
	for (unsigned i = 0; i <= NEGOTIATE_CANDIDATES_MAX; i++)
		candidates[i] = conf.candidates[1];
	conf.candidates = candidates;
	conf.candidate_count = NEGOTIATE_CANDIDATES_MAX + 1;
	conf.downlink_twcc = true;
	wr_str(&w, "v=0\r\na=group:BUNDLE");
	for (unsigned i = 0; i < SDP_MEDIA_MAX; i++)
		wr_fmt(&w, " mid-of-thirty-two-characters--%02u", i);
	wr_str(&w, "\r\n" OFFER_TRANSPORT);
	for (unsigned i = 0; i < SDP_MEDIA_MAX; i++) {
		wr_fmt(&w, "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101 102 103 104 105 106 107 108\r\n"
		           "a=mid:mid-of-thirty-two-characters--%02u\r\na=recvonly\r\na=rtcp-mux\r\n"
		           "a=rtcp-rsize\r\na=rtcp-fb:* nack\r\na=rtcp-fb:* nack pli\r\n"
		           "a=rtcp-fb:* ccm fir\r\na=rtcp-fb:* transport-cc\r\n"
		           "a=extmap:1/recvonly " OFFER_TWCC "\r\n"
		           "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 VP9/90000\r\na=rtpmap:98 AV1/90000\r\n",
		       i);
		static const char *const profiles[] = {"42e01f", "42001f", "4d001f", "640c1f", "64001f"};
		for (unsigned k = 0; k < 5; k++)
			wr_fmt(&w, "a=rtpmap:%u H264/90000\r\na=fmtp:%u packetization-mode=1;"
			           "profile-level-id=%s\r\n", 99 + k, 99 + k, profiles[k]);
		for (unsigned k = 0; k < 5; k++)
			wr_fmt(&w, "a=rtpmap:%u rtx/90000\r\na=fmtp:%u apt=%u\r\n", 104 + k, 104 + k, 96 + k);
	}
	assert_false(w.bad);
	struct offered o = offer_span(&conf, wr_span(&w), NULL);
	assert_int_equal(o.r, 0);
	assert_int_equal(o.n->accepted_count, SDP_MEDIA_MAX);
	assert_int_equal(o.n->media[63].codec_count, 8);
	assert_null(strstr(o.answer, "a=candidate:17 "));
	offered_free(&o);
	free(text);
}

/* ── Later offers ── */

static struct offered offer_again(const struct offered *before, const char *text)
{
	struct negotiate_conf conf = offer_conf();

	conf.fresh_ufrag = "anew";
	conf.fresh_pwd = "abcdefghijabcdefghijab";
	return offer_span(&conf, span_str(text), before->n);
}

/* The window grows: slots are added, those that were there keep their numbers. */
static void test_more_slots(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct offered a = offer(&conf, OFFER_HEAD("0 1") SLOTS);
	struct offered b = offer_again(&a, OFFER_HEAD("0 1 2") SLOTS OFFER_VP8("2", "recvonly"));

	assert_int_equal(b.r, 0);
	assert_int_equal(b.n->accepted_count, 3);
	assert_false(b.n->ice_restarted);
	assert_string_equal(b.n->ufrag, "ours");
	assert_int_equal(b.n->media[1].ssrc, a.n->media[1].ssrc);
	assert_int_equal(b.n->media[1].rtx_ssrc, a.n->media[1].rtx_ssrc);
	assert_string_equal(b.n->media[1].cname, a.n->media[1].cname);
	assert_true(b.n->media[2].ssrc != b.n->media[1].ssrc);
	assert_true(b.n->session_id == a.n->session_id);
	assert_true(b.n->session_version == a.n->session_version + 1);
	offered_free(&a);
	offered_free(&b);
}

/* RFC 8445 9: new credentials of theirs are answered by new ones of ours. */
static void test_ice_restart(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct offered a = offer(&conf, OFFER_HEAD("0 1") SLOTS);
	char text[4096];

	snprintf(text, sizeof text, "%s", OFFER_HEAD("0 1") SLOTS);
	memcpy(strstr(text, OFFER_UFRAG), "ABCD", 4);
	struct offered b = offer_again(&a, text);
	assert_int_equal(b.r, 0);
	assert_true(b.n->ice_restarted);
	assert_string_equal(b.n->remote_ufrag, "ABCD");
	assert_string_equal(b.n->ufrag, "anew");
	assert_string_equal(b.n->pwd, "abcdefghijabcdefghijab");
	assert_line(&b, 0, "a=ice-ufrag:anew");
	assert_int_equal(b.n->media[1].ssrc, a.n->media[1].ssrc);
	offered_free(&a);
	offered_free(&b);
}

static void test_stopped_and_again(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct offered a = offer(&conf, OFFER_HEAD("0 1") SLOTS);
	struct offered b = offer_again(&a, OFFER_HEAD("0") OFFER_OPUS("0", "sendonly")
	                               "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n");

	assert_int_equal(b.r, 0);
	assert_int_equal(b.n->media[1].refused, NEGOTIATE_REFUSED_BY_CLIENT);
	/* The m-line is used again for something new */
	struct offered c = offer_again(&b, OFFER_HEAD("0 9") OFFER_OPUS("0", "sendonly")
	                               OFFER_VP8("9", "recvonly"));
	assert_int_equal(c.r, 0);
	assert_int_equal(c.n->accepted_count, 2);
	assert_true(c.n->media[1].ssrc != a.n->media[1].ssrc);
	offered_free(&a);
	offered_free(&b);
	offered_free(&c);
}

/* A slot that is refused for a while, or is for another role from then on, is still the same: the
 * stream goes on under its numbers, so the answer must name them. */
static void test_slot_keeps_numbers(void **state)
{
	struct negotiate_role_of roles[] = {{"0", NEGOTIATE_MIC}, {"1", NEGOTIATE_SLOT_CAMERA}};
	struct negotiate_conf conf = offer_conf();
	conf.roles = roles;
	conf.role_count = 2;
	struct offered a = offer(&conf, OFFER_HEAD("0 1") SLOTS);
	conf.role_count = 1;
	struct offered b = offer_span(&conf, span_str(OFFER_HEAD("0 1") SLOTS), a.n);
	conf.role_count = 2;
	roles[1].role = NEGOTIATE_SLOT_INTERPRETER;
	struct offered c = offer_span(&conf, span_str(OFFER_HEAD("0 1") SLOTS), b.n);

	assert_int_equal(b.n->media[1].refused, NEGOTIATE_REFUSED_ROLE);
	assert_int_equal(c.n->media[1].role, NEGOTIATE_SLOT_INTERPRETER);
	assert_int_equal(c.n->media[1].ssrc, a.n->media[1].ssrc);
	assert_int_equal(c.n->media[1].rtx_ssrc, a.n->media[1].rtx_ssrc);
	offered_free(&a);
	offered_free(&b);
	offered_free(&c);
}

/* The transport is said on the first m-line of the bundle alone, and that one is refused: the
 * others live. RFC 9143 7.2.1: bundle-only ones carry nothing of it */
static void test_transport_of_refused(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct offered o =
		offer(&conf, "v=0\r\na=group:BUNDLE d 0\r\n"
	                 "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\n"
	                 UFRAG PWD PRINT
	                 "a=setup:actpass\r\n"
	                 "m=audio 0 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=bundle-only\r\na=sendonly\r\n"
	                 "a=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n");

	assert_int_equal(o.r, 0);
	assert_int_equal(o.n->accepted_count, 1);
	assert_string_equal(o.n->remote_ufrag, "abcd");
	assert_line(&o, 1, "a=ice-ufrag:ours");
	offered_free(&o);
}

static void test_later_errors(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct offered a = offer(&conf, OFFER_HEAD("0 1") SLOTS);
	struct offered b = offer_again(&a, OFFER_HEAD("0") OFFER_OPUS("0", "sendonly"));

	assert_int_equal(b.r, -ERR_PROTO);
	offered_free(&b);
	/* Another certificate would be another peer */
	char text[4096];
	snprintf(text, sizeof text, "%s", OFFER_HEAD("0 1") SLOTS);
	memcpy(strstr(text, OFFER_HEX16), "00", 2);
	b = offer_again(&a, text);
	assert_int_equal(b.r, -ERR_AUTH);
	offered_free(&b);
	offered_free(&a);
}

#define EXT(id, name) "a=extmap:" id " urn:ietf:params:rtp-hdrext:" name "\r\n"

/* RFC 8285 6: an id never changes its meaning, not even by way of a pause. */
static void test_ids_keep_their_meaning(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct offered a =
		offer(&conf, OFFER_HEAD("0") OFFER_OPUS("0", "sendonly") EXT("1", "ssrc-audio-level"));
	struct offered b = offer_again(&a, OFFER_HEAD("0") OFFER_OPUS("0", "sendonly"));
	struct offered c = offer_again(&b, OFFER_HEAD("0") OFFER_OPUS("0", "sendonly")
	                               EXT("1", "sdes:mid") EXT("2", "ssrc-audio-level"));

	assert_int_equal(c.r, 0);
	assert_int_equal(a.n->media[0].ext[NEGOTIATE_EXT_AUDIO_LEVEL], 1);
	assert_int_equal(b.n->media[0].ext[NEGOTIATE_EXT_AUDIO_LEVEL], 0);
	assert_int_equal(c.n->media[0].ext[NEGOTIATE_EXT_MID], 0);
	assert_int_equal(c.n->ext_by_id[1], NEGOTIATE_EXT_AUDIO_LEVEL);
	offered_free(&a);
	offered_free(&b);
	offered_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_credential_lengths),
		cmocka_unit_test(test_strongest_fingerprint),
		cmocka_unit_test(test_no_credentials_of_ours),
		cmocka_unit_test(test_answer_room),
		cmocka_unit_test(test_largest_answer),
		cmocka_unit_test(test_more_slots),
		cmocka_unit_test(test_ice_restart),
		cmocka_unit_test(test_stopped_and_again),
		cmocka_unit_test(test_slot_keeps_numbers),
		cmocka_unit_test(test_transport_of_refused),
		cmocka_unit_test(test_later_errors),
		cmocka_unit_test(test_ids_keep_their_meaning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
