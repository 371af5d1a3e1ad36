/* Which formats an m-line carries. One walk over its attributes fills a table by payload type;
 * then formats are picked in our order of preference, and each is given its RTX, its RED and the
 * feedback that both ends know. */
#include "media/negotiate_parts.h"

/* What the offer says about one payload type. */
struct format_offer {
	bool listed; /* on the m= line */
	bool mapped; /* has an rtpmap */
	bool rtx, red;
	uint8_t apt;           /* of an RTX format */
	struct span params;    /* its fmtp */
	struct codec_format f; /* codec CODEC_NONE: not one of ours */
};

struct format_table {
	struct format_offer by_pt[128];
	uint8_t fb_all;     /* feedback offered for "*" */
	uint8_t order[128]; /* payload types in the order of the m= line */
	unsigned order_count;
};

/* ── Reading ── */

/* RFC 5761 4: with rtcp-mux 64 to 95 would look like RTCP. 0 means "none" here (it is PCMU). */
static bool is_pt(uint64_t pt)
{
	return pt > 0 && (pt < 64 || pt >= 96);
}

static void read_order(struct format_table *t, struct span fmts)
{
	for (;;) {
		struct span word = sdp_word(&fmts);
		uint64_t pt;
		if (word.len == 0)
			return;
		if (sdp_number(word, 127, &pt) < 0 || !is_pt(pt) || t->by_pt[pt].listed)
			continue;
		t->by_pt[pt].listed = true;
		t->order[t->order_count++] = (uint8_t)pt;
	}
}

static void read_rtpmap(struct format_table *t, struct span value)
{
	struct sdp_rtpmap map;

	if (sdp_rtpmap_parse(value, &map) < 0 || t->by_pt[map.pt].mapped)
		return;
	struct format_offer *o = &t->by_pt[map.pt];
	enum codec codec = codec_by_name(map.name);
	uint32_t clock = codec_is_audio(codec) ? 48000 : 90000;
	o->mapped = true;
	o->f.clock = map.clock;
	o->rtx = sdp_is(map.name, "rtx");
	o->red = sdp_is(map.name, "red");
	/* RFC 7587 7: Opus is always said to be opus/48000/2 */
	if (codec == CODEC_NONE || map.clock != clock || (codec == CODEC_OPUS && map.channels != 2))
		return;
	o->f.codec = codec;
	o->f.pt = map.pt;
	o->f.channels = map.channels;
}

static uint8_t fb_bit(const struct sdp_rtcp_fb *fb)
{
	if (span_is(fb->type, "nack"))
		return fb->param.len == 0 ? CODEC_FB_NACK : span_is(fb->param, "pli") ? CODEC_FB_PLI : 0;
	if (span_is(fb->type, "ccm"))
		return span_is(fb->param, "fir") ? CODEC_FB_FIR : 0;
	return span_is(fb->type, "transport-cc") ? CODEC_FB_TWCC : 0;
}

static void read_attr(struct format_table *t, const struct sdp_attr *attr)
{
	struct sdp_fmtp fmtp;
	struct sdp_rtcp_fb fb;

	if (span_is(attr->name, "rtpmap")) {
		read_rtpmap(t, attr->value);
	} else if (span_is(attr->name, "fmtp")) {
		if (sdp_fmtp_parse(attr->value, &fmtp) == 0 && t->by_pt[fmtp.pt].params.len == 0)
			t->by_pt[fmtp.pt].params = fmtp.params;
	} else if (span_is(attr->name, "rtcp-fb")) {
		if (sdp_rtcp_fb_parse(attr->value, &fb) < 0)
			return;
		if (fb.pt < 0)
			t->fb_all |= fb_bit(&fb);
		else
			t->by_pt[fb.pt].f.fb |= fb_bit(&fb);
	}
}

static void read_formats(struct format_table *t, const struct sdp_media *media)
{
	struct sdp_attrs it = sdp_attrs(media->body);
	struct sdp_attr attr;

	read_order(t, media->fmts);
	while (sdp_attr_next(&it, &attr))
		read_attr(t, &attr);
	/* Parameters may stand before the rtpmap that gives them a meaning: Firefox does so */
	for (unsigned i = 0; i < t->order_count; i++) {
		struct format_offer *o = &t->by_pt[t->order[i]];
		struct span text;
		uint64_t apt;
		codec_fmtp_parse(&o->f, o->params);
		if (o->rtx && sdp_fmtp_param(o->params, "apt", &text) && sdp_number(text, 127, &apt) == 0)
			o->apt = (uint8_t)apt;
	}
}

/* ── Picking ── */

static uint8_t find_rtx(const struct format_table *t, const struct codec_format *f)
{
	for (unsigned i = 0; i < t->order_count; i++) {
		const struct format_offer *o = &t->by_pt[t->order[i]];
		if (o->rtx && o->apt == f->pt && o->f.clock == f->clock)
			return t->order[i];
	}
	return 0;
}

/* RFC 2198 5: fmtp "111/111", all blocks in the one format. */
static uint8_t find_red(const struct format_table *t, const struct codec_format *f)
{
	for (unsigned i = 0; i < t->order_count; i++) {
		const struct format_offer *o = &t->by_pt[t->order[i]];
		struct span blocks = o->params;
		uint64_t pt = f->pt;
		if (!o->red || o->f.clock != f->clock)
			continue;
		while (blocks.len && pt == f->pt) {
			if (sdp_number(sdp_trim(sdp_cut(&blocks, '/')), 127, &pt) < 0)
				pt = 0;
		}
		if (o->params.len && pt == f->pt)
			return t->order[i];
	}
	return 0;
}

static void add_format(const struct negotiate_conf *conf, const struct format_table *t,
					   const struct codec_format *offered, struct negotiated_media *m)
{
	bool slot = negotiate_role_is_slot(m->role);

	if (m->codec_count == NEGOTIATE_CODECS_MAX)
		return;
	struct codec_format *f = &m->codecs[m->codec_count++];
	*f = *offered;
	f->fb |= t->fb_all;
	if (slot && !conf->downlink_twcc)
		f->fb &= (uint8_t)~CODEC_FB_TWCC;
	if (codec_is_audio(f->codec))
		f->fb &= CODEC_FB_NACK | CODEC_FB_TWCC;
	/* RTX answers NACK and nothing else */
	if (f->fb & CODEC_FB_NACK)
		f->rtx_pt = find_rtx(t, f);
	if (conf->allow_red && codec_is_audio(f->codec))
		f->red_pt = find_red(t, f);
}

/* The best format of a codec whose rank is above `above`; NULL: none. */
static const struct codec_format *best(const struct format_table *t, enum codec codec, int above)
{
	const struct codec_format *found = NULL;

	for (unsigned i = 0; i < t->order_count; i++) {
		const struct codec_format *f = &t->by_pt[t->order[i]].f;
		if (f->codec != codec || codec_rank(f) <= above)
			continue;
		if (!found || codec_rank(f) < codec_rank(found))
			found = f;
	}
	return found;
}

/* All variants of a codec that the receiver decodes, the best first. Packetization mode 1 takes
 * what mode 0 has, so that with one of mode 1 those of mode 0 would only lengthen the answer. */
static void add_variants(const struct negotiate_conf *conf, const struct format_table *t,
						 enum codec codec, struct negotiated_media *m)
{
	const struct codec_format *first = best(t, codec, -1);

	for (const struct codec_format *f = first; f; f = best(t, codec, codec_rank(f))) {
		if (f->h264_packetization_mode != first->h264_packetization_mode)
			return;
		add_format(conf, t, f, m);
	}
}

void negotiate_codecs(const struct negotiate_conf *conf, const struct sdp_media *media,
					  struct negotiated_media *m)
{
	static const enum codec audio[] = {CODEC_OPUS, CODEC_NONE};
	struct format_table t = {.order_count = 0};
	bool slot = negotiate_role_is_slot(m->role);
	const enum codec *video = slot ? conf->downlink_video : conf->uplink_video;
	const enum codec *list = negotiate_role_is_audio(m->role) ? audio : video;

	read_formats(&t, media);
	for (unsigned i = 0; i < CODEC_COUNT && list[i] != CODEC_NONE; i++) {
		/* Nothing is transcoded: what a sender may use must be what receivers know */
		if (!slot && m->codec_count >= (conf->uplink_video_max ? conf->uplink_video_max : 1))
			break;
		if (slot) {
			add_variants(conf, &t, list[i], m);
			continue;
		}
		const struct codec_format *f = best(&t, list[i], -1);
		if (f)
			add_format(conf, &t, f, m);
	}
}
