/* The forwarder, driven by a script of bytes: peers come, renegotiate and go, send whatever RTP
 * and RTCP the script says, are assigned sources, and time passes. Nothing may break; no number is
 * sealed twice; in the end every packet is back and nothing waits.
 *
 * A step is one byte that says what, one that says who, and what it needs. */
#include "media/forward.h"
#include "media/peer.h"
#include "wire/ext.h"
#include "wire/rtcp.h"

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	PEERS = 6,
	POOL = 256,
	USED_MAX = 8, /* SSRCs a peer is sent: two slots of each kind, the video ones with RTX */
	STEPS_MAX = 4096,
};

struct end {
	struct peer *peer;
	unsigned used_count;
	struct used {
		uint32_t ssrc;
		uint8_t seen[65536 / 8];
	} *used;
};

static struct end ends[PEERS];
static usec now;
static uint16_t likely_seq; /* of the newest likely packet */
static struct packet_pool *pool;
static struct forward *fw;

/* ── What the forwarder calls ── */

static int send_rtp(void *transport, struct srtp_stream *stream, struct span header,
					const struct srtp_piece *payload)
{
	struct end *e = transport;
	uint32_t ssrc = get_u32(header.ptr + 8);
	uint16_t seq = get_u16(header.ptr + 2), far = (uint16_t)(seq + 32768);
	unsigned i = 0;

	MUST(header.len >= 16 && header.len <= 64);
	MUST(payload->a.len + payload->b.len <= PACKET_CAP);
	MUST((payload->pad > 0) == (payload->a.len + payload->b.len == 0));
	if (!stream->started)
		*stream = (struct srtp_stream){.started = true, .ssrc = ssrc};
	MUST(stream->ssrc == ssrc);
	while (i < e->used_count && e->used[i].ssrc != ssrc)
		i++;
	if (i == e->used_count) {
		MUST(i < USED_MAX);
		memset(&e->used[i], 0, sizeof(e->used[i]));
		e->used[e->used_count++].ssrc = ssrc;
	}
	uint8_t *seen = e->used[i].seen;
	MUST((seen[seq / 8] >> seq % 8 & 1) == 0);
	seen[seq / 8] |= (uint8_t)(1 << seq % 8);
	seen[far / 8] &= (uint8_t) ~(1 << far % 8);
	return seq % 97 ? 0 : -ERR_FULL;
}

static void send_rtcp(void *transport, struct span compound)
{
	struct rd in = rd_init(compound);
	struct rtcp p;
	int rc;

	(void)transport;
	MUST(compound.len > 0 && compound.len <= FORWARD_RTCP_MAX);
	while ((rc = rtcp_next(&in, &p)) > 0)
		;
	MUST(rc == 0);
}

static void on_source(void *arg, void *transport, uint32_t source, bool arriving,
					  unsigned receivers)
{
	(void)arg;
	MUST(transport == &ends[source / MEDIA_KINDS] || source / MEDIA_KINDS == PEERS);
	MUST(arriving || receivers == 0);
	MUST(receivers <= PEERS * 8);
}

static void on_speaking(void *arg, uint64_t group, uint32_t dominant, const uint32_t *members,
						int count)
{
	(void)arg;
	MUST(group >= 1 && group <= 2 && dominant <= PEERS);
	MUST(count >= 0 && count <= FORWARD_SPEAKING_MAX);
	for (int i = 0; i < count; i++)
		MUST(members[i] <= PEERS);
}

static void on_quality(void *arg, void *transport, int quality)
{
	(void)arg;
	(void)transport;
	MUST(quality >= 0 && quality <= 3);
}

static void on_quiet(void *arg, void *transport)
{
	(void)arg;
	MUST(transport);
}

static const struct forward_ops ops = {send_rtp, send_rtcp, on_source, on_speaking, on_quality,
	on_quiet};

/* ── Offers ── */

static const struct codec_format formats[] = {
	{.codec = CODEC_OPUS, .clock = 48000, .channels = 2, .pt = 111},
	{.codec = CODEC_VP8, .clock = 90000, .pt = 96, .rtx_pt = 97,
	 .fb = CODEC_FB_NACK | CODEC_FB_PLI},
	{.codec = CODEC_H264, .clock = 90000, .pt = 102, .rtx_pt = 103,
	 .fb = CODEC_FB_NACK | CODEC_FB_FIR, .h264_packetization_mode = 1,
	 .h264_profile_level_id = 0x42e01f},
	{.codec = CODEC_VP9, .clock = 90000, .pt = 98, .fb = CODEC_FB_NACK},
	{.codec = CODEC_AV1, .clock = 90000, .pt = 45, .rtx_pt = 46},
};

static const struct peer_exts exts = {
	.audio_level = 1, .mid = 4, .rid = 10, .repaired_rid = 11, .twcc = 3,
};

static void add_line(struct peer_conf *conf, struct peer_line *lines, const char *mid,
					 enum media_role role, bool video, uint8_t flags)
{
	static struct codec_format room[16][PEER_CODECS_MAX]; /* of each line of an offer */
	struct codec_format *codecs = room[conf->line_count];
	struct peer_line *l = &lines[conf->line_count++];
	uint32_t n = 1 + (uint32_t)(mid[0] == 'v') * 2 + (uint32_t)(mid[1] == '1');

	*l = (struct peer_line){.role = role, .ext = exts, .layer_count = 1, .codecs = codecs};
	snprintf(l->mid, sizeof(l->mid), "%s", mid);
	if (!video) {
		codecs[l->codec_count++] = formats[0];
		codecs[0].fb = flags & 1 ? CODEC_FB_NACK : 0;
	} else {
		for (unsigned i = 1; i < 5; i++) {
			if (flags >> i & 1 || i == 1)
				codecs[l->codec_count++] = formats[i];
		}
	}
	if (role == MEDIA_ROLE_CAMERA && flags & 0x20) {
		l->layer_count = 3;
		for (int i = 0; i < 3; i++)
			l->layers[i].rid[0] = "qhf"[i];
	}
	l->layers[0].ssrc = flags & 0x40 ? 7 + n : 0;
	l->layers[0].rtx_ssrc = flags & 0x40 ? 70 + n : 0;
	if (role >= MEDIA_ROLE_SLOT_AUDIO) {
		l->ssrc = 1000 + n;
		l->rtx_ssrc = video && !(flags & 0x80) ? 2000 + n : 0;
	}
}

static void offer(struct rd *in, unsigned who)
{
	struct peer_line lines[16];
	uint8_t which = rd_u8(in), flags = rd_u8(in);
	struct peer_conf conf = {
		.group = 1 + (who & which >> 7), .member = who, .transport = &ends[who], .lines = lines,
		.echo = flags & 1, .hears = which & 1, .rtcp_rsize = flags & 2,
	};

	if (which & 2)
		add_line(&conf, lines, "m", MEDIA_ROLE_MIC, false, flags);
	if (which & 4)
		add_line(&conf, lines, "c", MEDIA_ROLE_CAMERA, true, flags);
	if (which & 8)
		add_line(&conf, lines, "s", MEDIA_ROLE_SCREEN, true, flags);
	for (unsigned i = 0; i < (which >> 4 & 3u) && i < 2; i++) {
		add_line(&conf, lines, i ? "a1" : "a0", MEDIA_ROLE_SLOT_AUDIO, false, flags);
		add_line(&conf, lines, i ? "v1" : "v0", MEDIA_ROLE_SLOT_CAMERA, true, flags);
	}
	int rc;
	if (ends[who].peer) {
		rc = peer_update(ends[who].peer, &conf, now);
	} else {
		ends[who].used_count = 0;
		rc = peer_new(fw, &conf, now, &ends[who].peer);
	}
	MUST(rc == 0);
	for (int k = 0; k < MEDIA_KINDS; k++)
		peer_gate(ends[who].peer, (enum media_kind)k, flags >> k & 1, now);
}

/* ── Packets ── */

static void recv_rtp(struct end *e, struct span bytes)
{
	forward_make_room(fw, 1);
	struct packet *p = packet_new(pool);
	MUST(p);
	if (bytes.len)
		memcpy(p->buf, bytes.ptr, bytes.len);
	p->len = (uint16_t)bytes.len;
	p->arrived = now;
	peer_recv_rtp(e->peer, p, now);
	packet_unref(p);
}

/* A packet that mostly makes sense: a few streams, numbers near each other. */
static void likely_rtp(struct rd *in, struct end *e)
{
	static const uint8_t pts[] = {111, 96, 97, 102, 103, 98, 45, 46};
	static const char *const mids[] = {"m", "c", "s", "a0"};
	static const char *const rids[] = {"q", "h", "f", "x"};
	uint8_t what = rd_u8(in), more = rd_u8(in), step = rd_u8(in);
	uint8_t buf[PACKET_CAP], level = rd_u8(in) & 127;
	struct rtp_ext ext[5];
	unsigned n = 0;
	uint8_t twcc[2];

	uint16_t seq = likely_seq = (uint16_t)(likely_seq + (int8_t)step);
	if (what & 1)
		ext[n++] = (struct rtp_ext){4, span_str(mids[what >> 1 & 3])};
	if (what & 8)
		ext[n++] = (struct rtp_ext){more & 1 ? 11 : 10, span_str(rids[what >> 4 & 3])};
	if (what & 64)
		ext[n++] = (struct rtp_ext){1, span_of(&level, 1)};
	ext_write_twcc(twcc, (uint16_t)(seq * 3));
	if (what & 128)
		ext[n++] = (struct rtp_ext){3, span_of(twcc, 2)};
	struct rtp_head head = {
		.pt = pts[more >> 1 & 7], .seq = seq, .ts = (uint32_t)(now * 90 / 1000),
		.ssrc = 7 + (more >> 4 & 7u), .ext = ext, .ext_count = n, .padding = more >> 7,
	};
	struct wr w = wr_init(buf, sizeof(buf));
	rtp_write_header(&w, &head);
	wr_bytes(&w, rd_take(in, rd_u8(in) & 31));
	if (head.padding)
		rtp_write_padding(&w, 4);
	recv_rtp(e, wr_span(&w));
}

static void likely_rtcp(struct rd *in, struct end *e)
{
	uint8_t what = rd_u8(in), buf[256];
	uint32_t media = 1000 + (what >> 4);
	uint16_t seqs[3] = {rd_u16(in), 0, 0};
	struct wr w = wr_init(buf, sizeof(buf));
	struct rtcp_sr sr = {.ssrc = 7 + (what >> 4), .ntp = rd_u64(in)};
	struct rtcp_block block = {.ssrc = media, .fraction_lost = what, .lsr = rd_u32(in)};

	seqs[1] = (uint16_t)(seqs[0] + 1);
	seqs[2] = (uint16_t)(seqs[0] + 9);
	switch (what & 7) {
	case 0:
		rtcp_write_nack(&w, 1, media, seqs, 3);
		break;
	case 1:
		rtcp_write_pli(&w, 1, media);
		break;
	case 2:
		rtcp_write_fir(&w, 1, media, what);
		break;
	case 3:
		rtcp_write_sr(&w, &sr, &block, 1);
		break;
	case 4:
		rtcp_write_bye(&w, &sr.ssrc, 1, span_str("x"));
		break;
	default:
		rtcp_write_rr(&w, 1, &block, 1);
		break;
	}
	peer_recv_rtcp(e->peer, wr_span(&w), now);
}

/* ── The script ── */

static void step(struct rd *in)
{
	uint8_t what = rd_u8(in), who = rd_u8(in) % PEERS;
	static const char *const slots[] = {"v0", "v1", "a0", "a1", "m"};
	struct end *e = &ends[who];

	if (what % 16 == 0) {
		offer(in, who);
		return;
	}
	if (what % 16 == 1) {
		now += rd_u16(in) * 100;
		forward_tick(fw, now);
		MUST(forward_deadline(fw) > now);
		return;
	}
	if (!e->peer)
		return;
	switch (what % 16) {
	case 2:
		if (what >> 4 == 0)
			peer_free(&e->peer);
		break;
	case 3:
	case 4: {
		uint8_t at = rd_u8(in);
		(void)!peer_assign(e->peer, slots[at % 5], rd_u8(in) % ((PEERS + 1) * MEDIA_KINDS),
						   rd_u8(in) * 8, now);
		break;
	}
	case 5:
		peer_gate(e->peer, what >> 4 & 3, what >> 6 & 1, now);
		break;
	case 6:
		recv_rtp(e, rd_take(in, rd_u8(in)));
		break;
	case 7:
		peer_recv_rtcp(e->peer, rd_take(in, rd_u8(in)), now);
		break;
	case 8:
		likely_rtcp(in, e);
		break;
	default:
		likely_rtp(in, e);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rd in = rd_init(span_of(data, len));
	struct forward_conf conf = {.ops = &ops, .audio_slots = 1 + (int)(len % 4), .seed = 1};
	struct forward_counts counts;

	now = 10 * USEC_PER_SEC;
	likely_seq = 0;
	MUST(packet_pool_new(POOL, &pool) == 0);
	conf.pool = pool;
	MUST(forward_new(&conf, &fw) == 0);
	for (int i = 0; i < PEERS; i++) {
		if (!ends[i].used)
			ends[i].used = malloc(USED_MAX * sizeof(*ends[i].used));
	}
	for (unsigned i = 0; i < STEPS_MAX && rd_left(&in) > 0; i++)
		step(&in);
	for (int i = 0; i < PEERS; i++)
		peer_free(&ends[i].peer);
	MUST(packet_pool_in_use(pool) == 0);
	forward_counts(fw, &counts);
	MUST(counts.peers == 0 && counts.groups == 0 && counts.cached == 0);
	MUST(forward_deadline(fw) == USEC_NEVER);
	forward_free(&fw);
	packet_pool_free(&pool);
	return 0;
}
