/* Case 10: packets too short for what they say they are, and offers that would do without
 * encryption. */
#include "attack/attack.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(every_length),
		SCENE(headers_that_lie),
		SCENE(without_encryption),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
