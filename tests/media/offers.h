/* Offers for the tests of negotiation: real ones from tests/vectors, and small ones written on
 * the spot. */
#ifndef TESTS_MEDIA_OFFERS_H
#define TESTS_MEDIA_OFFERS_H

#include "media/negotiate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define OFFER_UFRAG "yOJF"
#define OFFER_PWD "tRrguM7FKWDnrlSFaRIXYOls"
#define OFFER_HEX16 "9D:2D:F8:2D:31:C7:65:B2:B9:0F:1A:46:CB:6E:86:4A"
#define OFFER_FINGERPRINT "sha-256 " OFFER_HEX16 ":" OFFER_HEX16
#define OFFER_TRANSPORT                                                                            \
	"a=ice-ufrag:" OFFER_UFRAG "\r\na=ice-pwd:" OFFER_PWD "\r\na=fingerprint:" OFFER_FINGERPRINT   \
	"\r\na=setup:actpass\r\n"
#define OFFER_TWCC "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

/* A description's beginning, whose bundle holds `mids`. */
#define OFFER_HEAD(mids)                                                                           \
	"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE " mids "\r\n" OFFER_TRANSPORT
#define OFFER_OPUS(mid, dir)                                                                       \
	"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:" mid "\r\na=" dir "\r\na=rtcp-mux\r\n"              \
	"a=rtpmap:111 opus/48000/2\r\n"
#define OFFER_VP8(mid, dir)                                                                        \
	"m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:" mid "\r\na=" dir "\r\na=rtcp-mux\r\n"            \
	"a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"

/* The house's policy with a transport. candidates: UDP over IPv4, TCP over IPv6. */
static inline struct negotiate_conf offer_conf(void)
{
	static struct negotiate_candidate candidates[2];
	struct negotiate_conf conf;

	candidates[0] = (struct negotiate_candidate){.priority = 2130706431};
	candidates[1] = (struct negotiate_candidate){.priority = 1671430143, .tcp = true};
	assert_int_equal(addr_parse("192.0.2.7", 3478, &candidates[0].addr), 0);
	assert_int_equal(addr_parse("[2001:db8::7]:443", 0, &candidates[1].addr), 0);
	negotiate_conf_init(&conf);
	conf.ufrag = "ours";
	conf.pwd = "0123456789012345678901";
	conf.fingerprint = OFFER_HEX16 ":" OFFER_HEX16;
	conf.candidates = candidates;
	conf.candidate_count = 2;
	return conf;
}

/* What came of an offer. The answer ends in NUL. */
struct offered {
	int r;
	struct negotiated *n;
	char *answer;
};

static inline struct offered offer_span(const struct negotiate_conf *conf, struct span text,
										const struct negotiated *prev)
{
	struct offered o = {.n = NULL, .answer = calloc(1, NEGOTIATE_ANSWER_MAX + 1)};

	assert_non_null(o.answer);
	struct wr w = wr_init(o.answer, NEGOTIATE_ANSWER_MAX);
	o.r = negotiate(conf, text, prev, &w, &o.n);
	if (o.r < 0)
		assert_null(o.n);
	else
		o.answer[wr_len(&w)] = '\0';
	return o;
}

static inline struct offered offer(const struct negotiate_conf *conf, const char *text)
{
	return offer_span(conf, span_str(text), NULL);
}

/* An offer of tests/vectors. */
static inline struct span offer_read(const char *name)
{
	char path[512];

	snprintf(path, sizeof path, "%s/vectors/offer-%s.sdp", TESTS_DIR, name);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	uint8_t *text = malloc(SDP_TEXT_MAX);
	assert_non_null(text);
	size_t len = fread(text, 1, SDP_TEXT_MAX, f);
	fclose(f);
	return span_of(text, len);
}

static inline void offered_free(struct offered *o)
{
	negotiated_free(&o->n);
	free(o->answer);
	o->answer = NULL;
}

/* Does the answer (m-line `index` of it; -1: the session part) have this whole line? */
static inline bool offered_has(const struct offered *o, int index, const char *line)
{
	struct sdp sdp;

	assert_int_equal(sdp_parse(span_str(o->answer), &sdp), 0);
	struct span part = index < 0 ? sdp.session : sdp.media[index].body;
	for (size_t at = 0, len = strlen(line); at + len <= part.len; at++) {
		if ((at == 0 || part.ptr[at - 1] == '\n') && memcmp(part.ptr + at, line, len) == 0 &&
		    (at + len == part.len || part.ptr[at + len] == '\r'))
			return true;
	}
	return false;
}

static inline void assert_line(const struct offered *o, int index, const char *line)
{
	if (!offered_has(o, index, line))
		fail_msg("m-line %d lacks %s in:\n%s", index, line, o->answer);
}

static inline void assert_no_line(const struct offered *o, int index, const char *line)
{
	if (offered_has(o, index, line))
		fail_msg("m-line %d has %s", index, line);
}

#endif
