/* Case 10: packets too short for what they say they are, and offers that would do without
 * encryption. */
#include "attack/attack.h"

#include "wire/sdp.h"

static void every_length(void **state)
{
	struct scene *c = *state;
	uint8_t pkt[64];
	c->stage->turn = NULL;
	for (int first = 0; first < 256; first++) {
		for (size_t len = 0; len <= 40; len++) {
			memset(pkt, 0xff, sizeof pkt);
			pkt[0] = (uint8_t)first;
			pkt[1] = len % 2 ? 200 : CLIENT_OPUS;
			put_u32(pkt + 8, c->victim->client->mic.ssrc);
			caller_send(c->victim, span_of(pkt, len));
			stranger_send(&c->stranger, span_of(pkt, len));
		}
		stage_run(c->stage, 500);
	}
	scene_assert_unharmed(c);
	scene_assert_silent(c);
	scene_assert_frugal(c);
}

/* Headers that claim more than there is: CSRCs, extension, padding. */
static void headers_that_lie(void **state)
{
	struct scene *c = *state;
	struct caller *a = scene_attacker(c);
	uint8_t pkt[OUT_MAX];
	uint8_t text[64];
	size_t len = 0;
	struct srtp_stream stream = {0};
	uint16_t seq = 0;
	for (int first = 0x81; first < 0xc0; first++) {
		for (uint16_t words = 0; words < 0x8000; words = (uint16_t)(words * 3 + 1)) {
			uint8_t hdr[16] = {(uint8_t)first, CLIENT_OPUS};
			put_u16(hdr + 2, seq++);
			put_u32(hdr + 8, a->client->mic.ssrc);
			put_u16(hdr + 12, 0xbede);
			put_u16(hdr + 14, words);
			memset(text, first, sizeof text);
			/* Sealed as if the first 12 bytes were the header. It opens when only the padding's
			 * bit differs from that: the lie is then in the clear. */
			struct srtp_piece piece = {.a = span_of(hdr + 12, 4), .b = span_of(text, sizeof text)};
			hdr[0] = (uint8_t)(0x80 | (first & 0x20));
			assert_int_equal(srtp_seal_rtp(a->client->tx, &stream, span_of(hdr, 12), &piece, pkt,
										   sizeof pkt, &len),
							 0);
			pkt[0] = (uint8_t)first;
			caller_send(a, span_of(pkt, len));
		}
	}
	scene_assert_unharmed(c);
}

static void without_encryption(void **state)
{
	struct scene *c = *state;
	static const char *const protos[] = {"RTP/AVP", "RTP/AVPF", "UDP", "TCP/RTP/AVP"};
	for (size_t i = 0; i < sizeof protos / sizeof protos[0]; i++) {
		char sdp[700];
		struct wr w = wr_init(sdp, sizeof sdp);
		struct media_line line = {.mid = "0", .role = MEDIA_ROLE_MIC};
		struct media_answer answer;
		wr_str(&w, "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n");
		wr_fmt(&w, "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n"
				   "a=fingerprint:%s\r\na=setup:actpass\r\n",
			   dtls_ctx_fingerprint_text(c->stage->dtls));
		wr_fmt(&w, "m=audio 9 %s 111\r\na=mid:0\r\na=sendonly\r\na=rtcp-mux\r\n"
				   "a=rtpmap:111 opus/48000/2\r\n",
			   protos[i]);
		struct media_offer offer = {
			.group = STAGE_GROUP, .member = 9, .sdp = wr_span(&w), .lines = &line, .line_count = 1};
		assert_int_equal(media_answer(c->stage->media, 0, &offer, &answer), -ERR_UNSUPP);
	}
	scene_assert_unharmed(c);
}

/* Offers of a transport that stands once more, with one text in place of another wherever it is.
 * Returns how many of its lines are taken, or what is wrong. */
static int offer_again(struct caller *a, const char *old, const char *new)
{
	char *buf = malloc(CLIENT_OFFER_MAX);
	char *text = malloc(2 * CLIENT_OFFER_MAX);
	struct media_answer answer = {0};
	struct sdp sdp;
	assert_non_null(buf);
	assert_non_null(text);
	struct wr w = wr_init(text, 2 * CLIENT_OFFER_MAX);
	struct span rest = client_offer(a->client, buf);
	unsigned found = 0;
	while (rest.len > 0) {
		const uint8_t *at = memmem(rest.ptr, rest.len, old, strlen(old));
		size_t before = at ? (size_t)(at - rest.ptr) : rest.len;
		wr_bytes(&w, span_of(rest.ptr, before));
		if (at)
			wr_str(&w, new);
		found += at != NULL;
		size_t gone = before + (at ? strlen(old) : 0);
		rest = span_of(rest.ptr + gone, rest.len - gone);
	}
	assert_true(found > 0);
	assert_false(w.bad);
	struct media_offer offer = {
		.group = STAGE_GROUP,
		.member = a->member,
		.sdp = wr_span(&w),
		.lines = a->client->lines,
		.line_count = a->client->line_count,
		.hears = a->hears,
	};
	int taken = media_answer(a->stage->media, a->id, &offer, &answer);
	if (taken == 0) {
		assert_int_equal(sdp_parse(span_of(answer.sdp, answer.sdp_len), &sdp), 0);
		for (unsigned i = 0; i < sdp.media_count; i++)
			taken += sdp.media[i].port != 0;
		free(answer.sdp);
	}
	free(text);
	free(buf);
	return taken;
}

/* Nor does a later offer lead a call that stands off its encryption (CVE-2022-39269). */
static void without_encryption_later(void **state)
{
	struct scene *c = *state;
	struct caller *a = scene_attacker(c);
	static const char savpf[] = "UDP/TLS/RTP/SAVPF";
	a->talks = true;
	assert_true(stage_wait_heard(c->stage, c->listener, ATTACKER, 10));
	assert_true(offer_again(a, savpf, savpf) > 0); /* as it was */
	a->talks = false;
	stage_run(c->stage, 100 * USEC_PER_MS);
	unsigned heard = client_hears(c->listener->client, ATTACKER)->packets;

	assert_true(offer_again(a, "a=fingerprint:", "a=forgotten:") < 0);
	assert_true(offer_again(a, savpf, "RTP/AVPF") <= 0);
	assert_true(offer_again(a, savpf, "RTP/AVP") <= 0);
	uint8_t pkt[120] = {0x80, CLIENT_OPUS};
	put_u32(pkt + 8, a->client->mic.ssrc);
	for (int i = 0; i < 50; i++) {
		put_u16(pkt + 2, (uint16_t)(a->client->mic.seq + i));
		caller_send(a, span_of(pkt, sizeof pkt));
	}
	scene_assert_unharmed(c);
	assert_int_equal(client_hears(c->listener->client, ATTACKER)->packets, heard);
	assert_int_equal(a->client->early, 0); /* nor is anything plain sent to it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(every_length),
		SCENE(headers_that_lie),
		SCENE(without_encryption),
		SCENE(without_encryption_later),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
