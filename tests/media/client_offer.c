/* The client's offer: one transport for all lines, which have telling names: mic, cam, a0, c0. */
#include "media/client.h"

#include "wire/ext.h"

static const char *const rids[CLIENT_LAYERS] = {"q", "h", "f"};

static void begin_line(const struct client *c, const char *kind, const char *formats,
					   const char *mid, const char *dir, struct wr *w)
{
	wr_fmt(w, "m=%s 9 UDP/TLS/RTP/SAVPF %s\r\nc=IN IP4 0.0.0.0\r\n", kind, formats);
	wr_fmt(w, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=ice-options:trickle\r\n", c->ufrag, c->pwd);
	wr_fmt(w, "a=fingerprint:%s\r\na=setup:actpass\r\n", dtls_ctx_fingerprint_text(c->conf.dtls));
	wr_fmt(w, "a=mid:%s\r\na=%s\r\na=rtcp-mux\r\na=rtcp-rsize\r\n", mid, dir);
	wr_fmt(w, "a=extmap:%d %s\r\n", CLIENT_EXT_MID, EXT_URI_MID);
	wr_fmt(w, "a=extmap:%d %s\r\n", CLIENT_EXT_TWCC, EXT_URI_TWCC);
}

static void write_audio(const struct client *c, const char *mid, const char *dir, struct wr *w)
{
	begin_line(c, "audio", "111", mid, dir, w);
	wr_fmt(w, "a=extmap:%d %s\r\n", CLIENT_EXT_LEVEL, EXT_URI_LEVEL);
	wr_fmt(w, "a=rtpmap:%d opus/48000/2\r\n", CLIENT_OPUS);
	wr_fmt(w, "a=rtcp-fb:%d transport-cc\r\n", CLIENT_OPUS);
	wr_fmt(w, "a=fmtp:%d minptime=10;useinbandfec=1\r\n", CLIENT_OPUS);
}

static void write_video(const struct client *c, const char *mid, const char *dir, struct wr *w)
{
	static const char *const feedback[] = {"transport-cc", "nack", "nack pli", "ccm fir"};
	begin_line(c, "video", "96 97", mid, dir, w);
	wr_fmt(w, "a=rtpmap:%d VP8/90000\r\n", CLIENT_VP8);
	for (size_t i = 0; i < sizeof feedback / sizeof feedback[0]; i++)
		wr_fmt(w, "a=rtcp-fb:%d %s\r\n", CLIENT_VP8, feedback[i]);
	wr_fmt(w, "a=rtpmap:%d rtx/90000\r\n", CLIENT_RTX);
	wr_fmt(w, "a=fmtp:%d apt=%d\r\n", CLIENT_RTX, CLIENT_VP8);
}

static void write_ssrc(uint32_t ssrc, struct wr *w)
{
	wr_fmt(w, "a=ssrc:%u cname:client\r\n", ssrc);
}

static void write_layers(struct wr *w)
{
	wr_fmt(w, "a=extmap:%d %s\r\n", CLIENT_EXT_RID, EXT_URI_RID);
	wr_fmt(w, "a=extmap:%d %s\r\n", CLIENT_EXT_REPAIRED_RID, EXT_URI_REPAIRED_RID);
	for (int i = 0; i < CLIENT_LAYERS; i++)
		wr_fmt(w, "a=rid:%s send\r\n", rids[i]);
	wr_fmt(w, "a=simulcast:send %s;%s;%s\r\n", rids[0], rids[1], rids[2]);
}

static void write_senders(const struct client *c, struct wr *w)
{
	if (c->conf.mic) {
		write_audio(c, c->mic.mid, "sendonly", w);
		write_ssrc(c->mic.ssrc, w);
	}
	if (!c->conf.camera)
		return;
	write_video(c, c->camera[0].mid, "sendonly", w);
	if (c->conf.simulcast) {
		write_layers(w);
		return;
	}
	wr_fmt(w, "a=ssrc-group:FID %u %u\r\n", c->camera[0].ssrc, c->camera[0].ssrc + 8);
	write_ssrc(c->camera[0].ssrc, w);
	write_ssrc(c->camera[0].ssrc + 8, w);
}

/* ── What stands in it ── */

static void add_line(struct client *c, const char *mid, enum media_role role)
{
	struct media_line *line = &c->lines[c->line_count++];
	line->role = role;
	BUG_IF(strlen(mid) >= sizeof line->mid);
	memcpy(line->mid, mid, strlen(mid) + 1);
}

static void add_slots(struct client *c, int count, bool video)
{
	for (int i = 0; i < count; i++) {
		struct client_slot *s = &c->slots[c->slot_count++];
		s->video = video;
		BUG_IF(i > 99);
		struct wr w = wr_init(s->mid, sizeof s->mid - 1);
		wr_fmt(&w, "%c%d", video ? 'c' : 'a', i);
		add_line(c, s->mid, video ? MEDIA_ROLE_SLOT_CAMERA : MEDIA_ROLE_SLOT_AUDIO);
	}
}

static void set_up_camera(struct client *c)
{
	c->layer_count = c->conf.simulcast ? CLIENT_LAYERS : 1;
	for (int i = 0; i < c->layer_count; i++) {
		uint16_t height = (uint16_t)(720 >> (c->layer_count - 1 - i));
		c->camera[i] = (struct client_sender){
			.mid = "cam",
			.pt = CLIENT_VP8,
			.ssrc = c->conf.tag * 16 + 1 + (uint32_t)i,
			.seq = (uint16_t)(c->conf.tag * 777 + 1000u * (unsigned)i),
			.ts = c->conf.tag * 90001,
			.width = (uint16_t)(height / 9 * 16),
			.height = height,
			.want_key = true,
		};
		if (c->conf.simulcast)
			c->camera[i].rid[0] = rids[i][0];
	}
	add_line(c, "cam", MEDIA_ROLE_CAMERA);
}

static void set_up(struct client *c)
{
	if (c->conf.mic) {
		c->mic = (struct client_sender){
			.mid = "mic",
			.pt = CLIENT_OPUS,
			.ssrc = c->conf.tag * 16,
			.seq = (uint16_t)(c->conf.tag * 555),
			.ts = c->conf.tag * 48001,
		};
		add_line(c, "mic", MEDIA_ROLE_MIC);
	}
	if (c->conf.camera)
		set_up_camera(c);
	add_slots(c, c->conf.audio_slots, false);
	add_slots(c, c->conf.camera_slots, true);
}

void client_restart(struct client *c)
{
	c->restarts++;
	c->ufrag[0] = '\0';
}

struct span client_offer(struct client *c, char buf[CLIENT_OFFER_MAX])
{
	struct wr w = wr_init(buf, CLIENT_OFFER_MAX);
	if (c->line_count == 0)
		set_up(c);
	if (!c->ufrag[0]) {
		struct wr ufrag = wr_init(c->ufrag, sizeof c->ufrag - 1);
		struct wr pwd = wr_init(c->pwd, sizeof c->pwd - 1);
		wr_fmt(&ufrag, "%04x%02x", c->conf.tag & 0xffff, c->restarts & 0xff);
		wr_fmt(&pwd, "clientclientclient%08x", c->restarts);
	}
	wr_str(&w, "v=0\r\no=- 4711 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE");
	for (int i = 0; i < c->line_count; i++)
		wr_fmt(&w, " %s", c->lines[i].mid);
	wr_str(&w, "\r\na=extmap-allow-mixed\r\n");
	write_senders(c, &w);
	for (int i = 0; i < c->slot_count; i++) {
		if (c->slots[i].video)
			write_video(c, c->slots[i].mid, "recvonly", &w);
		else
			write_audio(c, c->slots[i].mid, "recvonly", &w);
	}
	BUG_IF(w.bad);
	return wr_span(&w);
}
