/* The answer's text, line by line in the order of RFC 9429 5.3.1. What an m-line repeats of the
 * offer has been checked to be harmless: see may_echo in negotiate.c and the token checks. */
#include "media/negotiate_parts.h"

#include <inttypes.h>

/* ── Transport lines ── */

static void write_transport(const struct negotiate_job *job, struct wr *w)
{
	wr_fmt(w, "a=ice-ufrag:%s\r\n", job->n->ufrag);
	wr_fmt(w, "a=ice-pwd:%s\r\n", job->n->pwd);
	wr_fmt(w, "a=fingerprint:sha-256 %s\r\n", job->conf->fingerprint);
	wr_str(w, "a=setup:passive\r\n");
}

/* RFC 8839 5.1, RFC 6544 4.5. All is said at once: nothing trickles from us. */
static void write_candidates(const struct negotiate_job *job, struct wr *w)
{
	unsigned count = job->conf->candidate_count;
	char host[ADDR_TEXT_MAX];

	if (count > NEGOTIATE_CANDIDATES_MAX)
		count = NEGOTIATE_CANDIDATES_MAX;
	for (unsigned i = 0; i < count; i++) {
		const struct negotiate_candidate *c = &job->conf->candidates[i];
		wr_fmt(w, "a=candidate:%u 1 %s %" PRIu32 " %s %u typ host%s\r\n", i + 1,
		       c->tcp ? "tcp" : "udp", c->priority, addr_host_text(&c->addr, host), c->addr.port,
		       c->tcp ? " tcptype passive" : "");
	}
	wr_str(w, "a=end-of-candidates\r\n");
}

/* ── Formats ── */

static void write_fmtp(const struct negotiate_job *job, const struct negotiated_media *m,
					   const struct codec_format *f, struct wr *w)
{
	switch (f->codec) {
	case CODEC_OPUS:
		/* RFC 7587 6.1: what we like to receive. Music keeps both channels and its silence */
		wr_fmt(w, "a=fmtp:%u minptime=10;useinbandfec=1%s%s\r\n", f->pt,
		       m->role == NEGOTIATE_MIC && job->conf->opus_dtx ? ";usedtx=1" : "",
		       m->role == NEGOTIATE_SCREEN_AUDIO ? ";stereo=1" : "");
		break;
	case CODEC_H264:
		/* RFC 6184 8.2.2: profile and mode are answered as offered */
		wr_fmt(w,
		       "a=fmtp:%u level-asymmetry-allowed=%d;packetization-mode=%u;"
		       "profile-level-id=%06x\r\n",
		       f->pt, f->h264_level_asymmetry, f->h264_packetization_mode,
		       f->h264_profile_level_id);
		break;
	case CODEC_VP9:
		wr_fmt(w, "a=fmtp:%u profile-id=%u\r\n", f->pt, f->profile);
		break;
	case CODEC_AV1:
		wr_fmt(w, "a=fmtp:%u level-idx=%u;profile=%u;tier=%u\r\n", f->pt, f->av1_level_idx,
		       f->profile, f->av1_tier);
		break;
	default:
		break;
	}
}

static void write_feedback(const struct codec_format *f, struct wr *w)
{
	static const struct {
		enum codec_fb bit;
		const char *text;
	} all[] = {
		{CODEC_FB_NACK, "nack"},
		{CODEC_FB_PLI, "nack pli"},
		{CODEC_FB_FIR, "ccm fir"},
		{CODEC_FB_TWCC, "transport-cc"},
	};

	for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
		if (f->fb & all[i].bit)
			wr_fmt(w, "a=rtcp-fb:%u %s\r\n", f->pt, all[i].text);
	}
}

static void write_format(const struct negotiate_job *job, const struct negotiated_media *m,
						 const struct codec_format *f, struct wr *w)
{
	wr_fmt(w, "a=rtpmap:%u %s/%" PRIu32, f->pt, codec_name(f->codec), f->clock);
	if (codec_is_audio(f->codec))
		wr_fmt(w, "/%u", f->channels);
	wr_str(w, "\r\n");
	write_feedback(f, w);
	write_fmtp(job, m, f, w);
	if (f->red_pt) {
		wr_fmt(w, "a=rtpmap:%u red/%" PRIu32 "/%u\r\n", f->red_pt, f->clock, f->channels);
		wr_fmt(w, "a=fmtp:%u %u/%u\r\n", f->red_pt, f->pt, f->pt);
	}
	if (f->rtx_pt) {
		wr_fmt(w, "a=rtpmap:%u rtx/%" PRIu32 "\r\n", f->rtx_pt, f->clock);
		wr_fmt(w, "a=fmtp:%u apt=%u\r\n", f->rtx_pt, f->pt);
	}
}

/* RED stands before what it carries: a sender uses the first. */
static void write_format_list(const struct negotiated_media *m, struct wr *w)
{
	for (unsigned i = 0; i < m->codec_count; i++) {
		const struct codec_format *f = &m->codecs[i];
		if (f->red_pt)
			wr_fmt(w, " %u", f->red_pt);
		wr_fmt(w, " %u", f->pt);
		if (f->rtx_pt)
			wr_fmt(w, " %u", f->rtx_pt);
	}
	wr_str(w, "\r\n");
}

/* ── Extensions and streams ── */

/* In the offer's order. Where the offer names a direction, so do we: ours. RFC 8285 8 */
static void write_exts(const struct sdp_media *media, const struct negotiated_media *m,
					   struct wr *w)
{
	struct sdp_attrs it = sdp_attrs(media->body);
	struct sdp_attr attr;
	struct sdp_extmap map;
	unsigned written = 0;
	enum sdp_dir dir = negotiate_role_is_slot(m->role) ? SDP_SENDONLY : SDP_RECVONLY;

	while (sdp_attr_next(&it, &attr)) {
		if (!span_is(attr.name, "extmap") || sdp_extmap_parse(attr.value, &map) < 0)
			continue;
		enum negotiate_ext ext = negotiate_ext_by_uri(map.uri);
		if (ext == NEGOTIATE_EXT_NONE || m->ext[ext] != map.id ||
		    written & NEGOTIATE_EXT_BIT(ext))
			continue;
		written |= NEGOTIATE_EXT_BIT(ext);
		wr_fmt(w, "a=extmap:%u%s%s %s\r\n", map.id, map.has_dir ? "/" : "",
		       map.has_dir ? sdp_dir_name(dir) : "", negotiate_ext_uri(ext));
	}
}

/* RFC 8853 5.3: the answer says recv with the same names. */
static void write_layers(const struct negotiated_media *m, struct wr *w)
{
	if (m->layer_count == 0 || m->layers[0].rid[0] == '\0')
		return;
	for (unsigned i = 0; i < m->layer_count; i++)
		wr_fmt(w, "a=rid:%s recv\r\n", m->layers[i].rid);
	wr_str(w, "a=simulcast:recv ");
	for (unsigned i = 0; i < m->layer_count; i++)
		wr_fmt(w, "%s%s", i ? ";" : "", m->layers[i].rid);
	wr_str(w, "\r\n");
}

/* RFC 5576. Undeclared, Firefox would repair nothing. */
static void write_sources(const struct negotiated_media *m, struct wr *w)
{
	if (!m->ssrc)
		return;
	if (m->rtx_ssrc)
		wr_fmt(w, "a=ssrc-group:FID %" PRIu32 " %" PRIu32 "\r\n", m->ssrc, m->rtx_ssrc);
	for (unsigned i = 0; i < 2; i++) {
		uint32_t ssrc = i ? m->rtx_ssrc : m->ssrc;
		if (!ssrc)
			continue;
		wr_fmt(w, "a=ssrc:%" PRIu32 " cname:%s\r\n", ssrc, m->cname);
		wr_fmt(w, "a=ssrc:%" PRIu32 " msid:%s %s\r\n", ssrc, m->msid, m->msid);
	}
}

/* ── m-lines ── */

static void write_refused(const struct sdp_media *media, const struct negotiated_media *m,
						  struct wr *w)
{
	struct span fmts = media->fmts;

	/* RFC 3264 6: port 0, at least one format */
	wr_str(w, "m=");
	wr_bytes(w, media->kind_text);
	wr_str(w, " 0 ");
	wr_bytes(w, media->proto);
	wr_str(w, " ");
	wr_bytes(w, sdp_word(&fmts));
	wr_str(w, "\r\nc=IN IP4 0.0.0.0\r\n");
	if (m->mid[0])
		wr_fmt(w, "a=mid:%s\r\n", m->mid);
	wr_str(w, "a=inactive\r\n");
}

static void write_media(const struct negotiate_job *job, const struct negotiated_media *m, bool tag,
						struct wr *w)
{
	const struct sdp_media *media = &job->sdp.media[m->index];

	wr_fmt(w, "m=%s 9 ", m->kind == SDP_AUDIO ? "audio" : "video");
	wr_bytes(w, media->proto);
	write_format_list(m, w);
	wr_str(w, "c=IN IP4 0.0.0.0\r\n");
	/* RFC 9143 7.3: candidates once for the whole bundle */
	if (tag)
		write_candidates(job, w);
	write_transport(job, w);
	wr_fmt(w, "a=mid:%s\r\n", m->mid);
	write_exts(media, m, w);
	wr_fmt(w, "a=%s\r\n", sdp_dir_name(m->dir));
	if (m->msid[0])
		wr_fmt(w, "a=msid:%s %s\r\n", m->msid, m->msid);
	wr_str(w, "a=rtcp-mux\r\n");
	if (m->rtcp_rsize)
		wr_str(w, "a=rtcp-rsize\r\n");
	for (unsigned i = 0; i < m->codec_count; i++)
		write_format(job, m, &m->codecs[i], w);
	write_layers(m, w);
	write_sources(m, w);
}

static void write_bundle(const struct negotiate_job *job, struct wr *w)
{
	const struct negotiated *n = job->n;

	if (!job->has_bundle || n->accepted_count == 0)
		return;
	wr_str(w, "a=group:BUNDLE");
	for (unsigned i = 0; i < n->media_count; i++) {
		if (n->media[i].refused == NEGOTIATE_ACCEPTED)
			wr_fmt(w, " %s", n->media[i].mid);
	}
	wr_str(w, "\r\n");
}

void negotiate_answer(const struct negotiate_job *job, struct wr *w)
{
	const struct negotiated *n = job->n;
	bool tag = true;

	wr_fmt(w, "v=0\r\no=- %" PRIu64 " %" PRIu64 " IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n",
	       n->session_id, n->session_version);
	write_bundle(job, w);
	wr_str(w, "a=ice-lite\r\n");
	if (n->allow_mixed)
		wr_str(w, "a=extmap-allow-mixed\r\n");
	wr_str(w, "a=msid-semantic: WMS *\r\n");
	for (unsigned i = 0; i < n->media_count; i++) {
		const struct negotiated_media *m = &n->media[i];
		if (m->refused != NEGOTIATE_ACCEPTED) {
			write_refused(&job->sdp.media[i], m, w);
			continue;
		}
		write_media(job, m, tag, w);
		tag = false;
	}
}
