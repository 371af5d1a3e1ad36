/* RTCP: every packet of a compound through every reader; reports and NACKs written anew. */
#include "wire/rtcp.h"

#include "fuzz.h"

static struct rtcp only(struct wr *w)
{
	struct rtcp p;
	struct rd in = rd_init(wr_span(w));
	MUST(rtcp_next(&in, &p) == 1 && rd_left(&in) == 0);
	return p;
}

static void reports(const struct rtcp *p)
{
	uint8_t buf[1024];
	struct rtcp_block blocks[RTCP_COUNT_MAX];
	struct rtcp_sr sr;
	unsigned n = 0;
	while (n < RTCP_COUNT_MAX && rtcp_parse_block(p, n, &blocks[n]) == 0)
		n++;
	if (rtcp_parse_sr(p, &sr) < 0)
		return;
	struct wr w = wr_init(buf, sizeof(buf));
	rtcp_write_sr(&w, &sr, blocks, n);
	MUST(!w.bad && n == p->count);
	struct rtcp again = only(&w);
	MUST(span_eq(again.body, span_sub(p->body, 0, again.body.len)));
}

static void feedback(const struct rtcp *p)
{
	static uint8_t buf[4096];
	struct rtcp_fb fb;
	uint16_t seqs[RTCP_NACK_MAX];
	uint16_t twice[RTCP_NACK_MAX];
	uint32_t ssrc;
	uint8_t command;
	struct rtcp_remb remb;
	if (rtcp_parse_fb(p, &fb) < 0)
		return;
	MUST(inside(p->body, fb.fci));
	int n = rtcp_parse_nack(fb.fci, seqs, RTCP_NACK_MAX);
	MUST(n <= RTCP_NACK_MAX);
	if (n > 0) {
		/* Not in order perhaps, then some are merged; but no new ones appear. */
		struct wr w = wr_init(buf, sizeof(buf));
		rtcp_write_nack(&w, fb.sender, fb.media, seqs, (size_t)n);
		MUST(!w.bad);
		struct rtcp again = only(&w);
		struct rtcp_fb fb2;
		MUST(rtcp_parse_fb(&again, &fb2) == 0 && fb2.sender == fb.sender);
		int m = rtcp_parse_nack(fb2.fci, twice, RTCP_NACK_MAX);
		MUST(m > 0 && m <= n && twice[0] == seqs[0]);
	}
	struct rd in = rd_init(fb.fci);
	while (rtcp_fir_next(&in, &ssrc, &command) > 0)
		;
	if (rtcp_parse_remb(fb.fci, &remb) == 0)
		MUST(inside(fb.fci, remb.ssrcs) && remb.ssrcs.len == remb.count * 4u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span pkt = span_of(data, len);
	struct rd in = rd_init(pkt);
	struct rtcp p;
	while (rtcp_next(&in, &p) > 0) {
		MUST(inside(pkt, p.body) && p.count <= RTCP_COUNT_MAX);
		(void)rtcp_sender(&p);
		reports(&p);
		feedback(&p);
		struct rtcp_bye bye;
		if (rtcp_parse_bye(&p, &bye) == 0)
			MUST(inside(p.body, bye.ssrcs) && inside(p.body, bye.reason));
		struct rd chunks = rd_init(p.body);
		uint32_t ssrc;
		struct span cname;
		while (rtcp_sdes_next(&chunks, &ssrc, &cname) > 0)
			MUST(inside(p.body, cname) && cname.len <= RTCP_CNAME_MAX);
	}
	return 0;
}
