/* RTP: parse; walk the extensions; write the same header anew and read it back. */
#include "wire/rtp.h"

#include "fuzz.h"

static void write_again(const struct rtp *rtp, const struct rtp_ext *ext, unsigned ext_count)
{
	static uint8_t buf[16384];
	uint32_t csrc[RTP_CSRC_MAX];
	struct rtp_head head = {
		.marker = rtp->marker,
		.pt = rtp->pt,
		.seq = rtp->seq,
		.ts = rtp->ts,
		.ssrc = rtp->ssrc,
		.csrc = csrc,
		.csrc_count = rtp->csrc_count,
		.ext = ext,
		.ext_count = ext_count,
	};
	for (unsigned i = 0; i < rtp->csrc_count; i++)
		csrc[i] = rtp_csrc(rtp, i);
	struct wr w = wr_init(buf, sizeof(buf));
	rtp_write_header(&w, &head);
	MUST(!w.bad);
	struct rtp again;
	MUST(rtp_parse(wr_span(&w), &again) == 0);
	MUST(again.header_len == wr_len(&w) && again.payload.len == 0);
	MUST(again.pt == rtp->pt && again.marker == rtp->marker && again.seq == rtp->seq);
	MUST(again.ts == rtp->ts && again.ssrc == rtp->ssrc && span_eq(again.csrc, rtp->csrc));
	struct rtp_ext_iter it = rtp_ext_each(&again);
	struct rtp_ext e;
	for (unsigned i = 0; i < ext_count; i++) {
		MUST(rtp_ext_next(&it, &e));
		MUST(e.id == ext[i].id && span_eq(e.data, ext[i].data));
	}
	MUST(!rtp_ext_next(&it, &e));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span pkt = span_of(data, len);
	struct rtp rtp;
	(void)rtp_is(pkt);
	(void)rtp_is_rtcp(pkt);
	if (rtp_parse_header(pkt, &rtp) < 0)
		return 0;
	MUST(rtp.header_len + rtp.payload.len == len);
	struct rtp_ext_iter it = rtp_ext_each(&rtp);
	struct rtp_ext ext[RTP_EXT_COUNT_MAX];
	unsigned n = 0;
	while (rtp_ext_next(&it, &ext[n])) {
		MUST(inside(rtp.ext, ext[n].data));
		struct span found;
		MUST(rtp_ext_find(&rtp, ext[n].id, &found));
		if (++n == RTP_EXT_COUNT_MAX)
			break;
	}
	write_again(&rtp, ext, n);
	if (rtp_unpad(&rtp) == 0)
		MUST(rtp.header_len + rtp.payload.len + rtp.pad_len == len);
	return 0;
}
