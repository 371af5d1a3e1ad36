/* Negotiation with the offers of real clients: Chromium 156 and Firefox 153 as the page makes
 * them, aiortc 1.4 and GStreamer 1.22 over WHIP and WHEP. Refusals and layers in small offers are
 * in test_negotiate_media.c, transports and later offers in test_negotiate_restart.c. */
#include "media/negotiate.h"

#include "media/offers.h"

enum { BROWSER_MEDIA = 26 };

static const enum negotiate_role browser_roles[] = {
	NEGOTIATE_MIC,        NEGOTIATE_CAMERA,     NEGOTIATE_SCREEN,     NEGOTIATE_SCREEN_AUDIO,
	NEGOTIATE_SLOT_AUDIO, NEGOTIATE_SLOT_AUDIO, NEGOTIATE_SLOT_AUDIO, NEGOTIATE_SLOT_SCREEN_AUDIO,
};

/* The roles of the page's m-lines: senders, four of sound, sixteen cameras, two more. */
static struct negotiate_conf browser_conf(void)
{
	static char mids[BROWSER_MEDIA][8];
	static struct negotiate_role_of roles[BROWSER_MEDIA];
	struct negotiate_conf conf = offer_conf();

	for (unsigned i = 0; i < BROWSER_MEDIA; i++) {
		snprintf(mids[i], sizeof mids[i], "%u", i);
		roles[i].mid = mids[i];
		roles[i].role = i < 8    ? browser_roles[i]
						: i < 24 ? NEGOTIATE_SLOT_CAMERA
						: i < 25 ? NEGOTIATE_SLOT_SCREEN
								 : NEGOTIATE_SLOT_INTERPRETER;
	}
	conf.roles = roles;
	conf.role_count = BROWSER_MEDIA;
	return conf;
}

static struct offered browser(const char *name, const struct negotiate_conf *conf)
{
	struct span text = offer_read(name);
	struct offered o = offer_span(conf, text, NULL);

	free((void *)text.ptr);
	assert_int_equal(o.r, 0);
	return o;
}

/* What holds for both browsers. */
static void check_browser(const struct offered *o, const struct negotiate_conf *conf)
{
	assert_int_equal(o->n->media_count, BROWSER_MEDIA);
	assert_int_equal(o->n->accepted_count, BROWSER_MEDIA);
	assert_int_equal(o->n->remote_setup, SDP_SETUP_ACTPASS);
	assert_int_equal(o->n->remote_fingerprint.hash, SDP_SHA256);
	assert_string_equal(o->n->ufrag, "ours");
	assert_line(o, -1,
	            "a=group:BUNDLE 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 "
	            "20 21 22 23 24 25");
	assert_line(o, -1, "a=ice-lite");
	for (unsigned i = 0; i < BROWSER_MEDIA; i++) {
		const struct negotiated_media *m = &o->n->media[i];
		bool slot = i >= 4;
		assert_int_equal(m->refused, NEGOTIATE_ACCEPTED);
		assert_int_equal(m->role, conf->roles[i].role);
		assert_int_equal(m->dir, slot ? SDP_SENDONLY : SDP_RECVONLY);
		assert_line(o, (int)i, slot ? "a=sendonly" : "a=recvonly");
		assert_line(o, (int)i, "a=setup:passive");
		assert_line(o, (int)i, "a=rtcp-mux");
		assert_line(o, (int)i, "a=ice-ufrag:ours");
		assert_true(m->ext[NEGOTIATE_EXT_MID] > 0);
		assert_ptr_equal(negotiated_by_mid(o->n, span_str(m->mid)), m);
		assert_int_equal(o->n->ext_by_id[m->ext[NEGOTIATE_EXT_MID]], NEGOTIATE_EXT_MID);
		if (slot) {
			assert_true(m->ssrc > 0);
			assert_true((m->rtx_ssrc > 0) == (m->kind == SDP_VIDEO));
			assert_int_equal(m->ext[NEGOTIATE_EXT_TWCC], 0);
		} else {
			assert_true(m->ext[NEGOTIATE_EXT_TWCC] > 0);
			assert_true(m->codecs[0].fb & CODEC_FB_TWCC);
		}
	}
	assert_line(o, 0, "a=candidate:1 1 udp 2130706431 192.0.2.7 3478 typ host");
	assert_line(o, 0, "a=candidate:2 1 tcp 1671430143 2001:db8::7 443 typ host tcptype passive");
	assert_line(o, 0, "a=end-of-candidates");
	assert_no_line(o, 1, "a=end-of-candidates");
	/* Simulcast on the camera only */
	assert_int_equal(o->n->media[1].layer_count, 3);
	assert_string_equal(o->n->media[1].layers[0].rid, "q");
	assert_string_equal(o->n->media[1].layers[2].rid, "f");
	assert_int_equal(negotiated_layer_by_rid(&o->n->media[1], span_str("h")), 1);
	assert_true(o->n->media[1].ext[NEGOTIATE_EXT_RID] > 0);
	assert_true(o->n->media[1].ext[NEGOTIATE_EXT_REPAIRED_RID] > 0);
	assert_line(o, 1, "a=rid:q recv");
	assert_line(o, 1, "a=simulcast:recv q;h;f");
	assert_int_equal(o->n->media[2].layer_count, 1);
	assert_int_equal(o->n->media[2].ext[NEGOTIATE_EXT_RID], 0);
}

static void test_chromium(void **state)
{
	struct negotiate_conf conf = browser_conf();
	struct offered o = browser("chromium", &conf);
	const struct negotiated_media *mic = &o.n->media[0], *camera = &o.n->media[1];
	const struct negotiated_media *slot = &o.n->media[8];

	check_browser(&o, &conf);
	assert_true(o.n->allow_mixed);
	assert_line(&o, -1, "a=extmap-allow-mixed");
	assert_string_equal(o.n->remote_ufrag, "yOJF");
	assert_string_equal(o.n->remote_pwd, "tRrguM7FKWDnrlSFaRIXYOls");
	assert_int_equal(o.n->remote_fingerprint.bytes[0], 0x9d);
	assert_int_equal(o.n->remote_fingerprint.bytes[31], 0xde);
	/* Microphone: Opus alone, no RED; the SSRC that the offer declares */
	assert_int_equal(mic->codec_count, 1);
	assert_int_equal(mic->codecs[0].pt, 111);
	assert_int_equal(mic->codecs[0].red_pt, 0);
	assert_true(mic->layers[0].ssrc == 2570525289);
	assert_int_equal(mic->ext[NEGOTIATE_EXT_AUDIO_LEVEL], 1);
	assert_line(&o, 0, "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1");
	assert_line(&o, 3, "a=fmtp:111 minptime=10;useinbandfec=1;stereo=1");
	/* Camera: VP8 alone, with its RTX */
	assert_int_equal(camera->codec_count, 1);
	assert_int_equal(camera->codecs[0].codec, CODEC_VP8);
	assert_int_equal(camera->codecs[0].rtx_pt, 97);
	assert_int_equal(camera->ext[NEGOTIATE_EXT_DD], 0);
	assert_line(&o, 1, "a=rtcp-fb:96 transport-cc");
	/* Slots: everything the browser decodes, mode 1 of H.264 with the baseline first */
	static const uint8_t pts[] = {96, 108, 102, 116, 98, 45};
	assert_int_equal(slot->codec_count, sizeof pts);
	for (unsigned i = 0; i < sizeof pts; i++) {
		assert_int_equal(slot->codecs[i].pt, pts[i]);
		assert_true(slot->codecs[i].rtx_pt == pts[i] + 1);
		assert_int_equal(slot->codecs[i].fb, CODEC_FB_NACK | CODEC_FB_PLI | CODEC_FB_FIR);
	}
	assert_int_equal(negotiated_codec(slot, CODEC_H264)->pt, 108);
	assert_int_equal(negotiated_format(slot, 109)->pt, 108);
	assert_null(negotiated_format(slot, 104));
	assert_line(&o, 8,
	            "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;"
	            "profile-level-id=42e01f");
	assert_line(&o, 8, "a=fmtp:109 apt=108");
	assert_no_line(&o, 8, "a=rtcp-fb:96 transport-cc");
	assert_no_line(&o, 8, "a=rtcp-fb:96 goog-remb");
	assert_line(&o, 8, "a=msid:slot-8 slot-8");
	offered_free(&o);
}

static void test_firefox(void **state)
{
	struct negotiate_conf conf = browser_conf();
	struct offered o = browser("firefox", &conf);
	const struct negotiated_media *camera = &o.n->media[1], *slot = &o.n->media[8];

	check_browser(&o, &conf);
	assert_string_equal(o.n->remote_ufrag, "ce6cccbf");
	/* Offered as sendonly: answered as recvonly on its camera, nothing in a slot */
	assert_line(&o, 1, "a=extmap:9/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id");
	assert_int_equal(slot->ext[NEGOTIATE_EXT_RID], 0);
	/* Named layers are bound by name, whatever SSRCs stand there */
	assert_int_equal(camera->layers[0].ssrc, 0);
	assert_true(o.n->media[2].layers[0].ssrc == 1029722686);
	assert_true(o.n->media[2].layers[0].rtx_ssrc == 3425179996);
	unsigned layer = 9;
	bool rtx = false;
	assert_ptr_equal(negotiated_by_ssrc(o.n, 3425179996, &layer, &rtx), &o.n->media[2]);
	assert_int_equal(layer, 0);
	assert_true(rtx);
	assert_null(negotiated_by_ssrc(o.n, 1, NULL, NULL));
	assert_null(negotiated_by_ssrc(o.n, 0, NULL, NULL));
	static const uint8_t pts[] = {120, 121, 99};
	assert_int_equal(slot->codec_count, sizeof pts);
	for (unsigned i = 0; i < sizeof pts; i++)
		assert_int_equal(slot->codecs[i].pt, pts[i]);
	assert_true(camera->rtcp_rsize);
	offered_free(&o);
}

/* With dependency descriptors wanted: Firefox sends them and does not take them. */
static void test_extension_directions(void **state)
{
	struct negotiate_conf conf = browser_conf();

	conf.uplink_exts |= NEGOTIATE_EXT_BIT(NEGOTIATE_EXT_DD);
	conf.downlink_exts |= NEGOTIATE_EXT_BIT(NEGOTIATE_EXT_DD);
	struct offered o = browser("firefox", &conf);
	assert_int_equal(o.n->media[1].ext[NEGOTIATE_EXT_DD], 8);
	assert_int_equal(o.n->media[8].ext[NEGOTIATE_EXT_DD], 0);
	offered_free(&o);
	o = browser("chromium", &conf);
	assert_int_equal(o.n->media[1].ext[NEGOTIATE_EXT_DD], 12);
	offered_free(&o);
}

static void test_downlink_twcc(void **state)
{
	struct negotiate_conf conf = browser_conf();

	conf.downlink_twcc = true;
	struct offered o = browser("chromium", &conf);
	assert_int_equal(o.n->media[8].ext[NEGOTIATE_EXT_TWCC], 3);
	assert_line(&o, 8, "a=rtcp-fb:96 transport-cc");
	assert_line(&o, 8, "a=extmap:3 " OFFER_TWCC);
	offered_free(&o);
}

static void test_red(void **state)
{
	struct negotiate_conf conf = browser_conf();

	conf.allow_red = true;
	struct offered o = browser("chromium", &conf);
	assert_int_equal(o.n->media[0].codecs[0].red_pt, 63);
	assert_line(&o, 0, "a=rtpmap:63 red/48000/2");
	assert_line(&o, 0, "a=fmtp:63 111/111");
	assert_non_null(strstr(o.answer, "m=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\n"));
	assert_int_equal(negotiated_format(&o.n->media[0], 63)->pt, 111);
	offered_free(&o);
	o = browser("firefox", &conf);
	assert_int_equal(o.n->media[0].codecs[0].red_pt, 0);
	offered_free(&o);
}

static void test_other_policy(void **state)
{
	struct negotiate_conf conf = browser_conf();

	conf.uplink_video[0] = CODEC_H264;
	conf.uplink_video[1] = CODEC_VP8;
	conf.uplink_video[2] = CODEC_NONE;
	conf.uplink_video_max = 2;
	conf.simulcast = conf.opus_dtx = false;
	struct offered o = browser("chromium", &conf);
	const struct negotiated_media *camera = &o.n->media[1];
	assert_int_equal(camera->codec_count, 2);
	assert_int_equal(camera->codecs[0].pt, 108);
	assert_int_equal(camera->codecs[1].pt, 96);
	assert_int_equal(camera->layer_count, 1);
	assert_no_line(&o, 1, "a=rid:q recv");
	assert_line(&o, 0, "a=fmtp:111 minptime=10;useinbandfec=1");
	offered_free(&o);
	o = browser("firefox", &conf);
	assert_int_equal(o.n->media[1].codecs[0].codec, CODEC_VP8);
	offered_free(&o);
}

/* ── WHIP and WHEP ── */

static void test_whip(void **state)
{
	struct negotiate_conf conf = offer_conf();
	struct offered o = browser("aiortc-whip", &conf);

	assert_int_equal(o.n->accepted_count, 2);
	assert_int_equal(o.n->media[0].role, NEGOTIATE_MIC);
	assert_int_equal(o.n->media[1].role, NEGOTIATE_CAMERA);
	assert_line(&o, 0, "a=recvonly");
	assert_int_equal(o.n->media[1].codecs[0].pt, 97);
	assert_int_equal(o.n->media[1].codecs[0].rtx_pt, 98);
	assert_true(o.n->media[1].layers[0].ssrc == 1144481122);
	assert_true(o.n->media[1].layers[0].rtx_ssrc == 1175380386);
	/* It gives id 2 to the level of sound and, on the other m-line, to the sending time */
	assert_int_equal(o.n->ext_by_id[2], NEGOTIATE_EXT_AUDIO_LEVEL);
	/* Packets with nothing but a payload type are told apart by it */
	assert_ptr_equal(negotiated_by_pt(o.n, 96), &o.n->media[0]);
	assert_ptr_equal(negotiated_by_pt(o.n, 98), &o.n->media[1]);
	assert_null(negotiated_by_pt(o.n, 0));
	assert_null(negotiated_by_pt(o.n, 100));
	offered_free(&o);

	o = browser("gstreamer-whip", &conf);
	assert_int_equal(o.n->accepted_count, 2);
	assert_int_equal(o.n->media[0].role, NEGOTIATE_CAMERA);
	assert_int_equal(o.n->media[1].role, NEGOTIATE_MIC);
	assert_string_equal(o.n->media[0].mid, "video0");
	/* No nack, no RTX; transport-cc without the extension is none */
	assert_int_equal(o.n->media[0].codecs[0].fb, CODEC_FB_PLI | CODEC_FB_FIR);
	offered_free(&o);
}

static void test_one_meaning_an_id(void **state)
{
	struct negotiate_conf conf = offer_conf();

	conf.uplink_exts |= NEGOTIATE_EXT_BIT(NEGOTIATE_EXT_ABS_SEND_TIME);
	struct offered o = browser("aiortc-whip", &conf);
	assert_int_equal(o.n->media[0].ext[NEGOTIATE_EXT_AUDIO_LEVEL], 2);
	assert_int_equal(o.n->media[1].ext[NEGOTIATE_EXT_ABS_SEND_TIME], 0);
	offered_free(&o);
}

static void test_whep(void **state)
{
	static const char *const names[] = {"aiortc-whep", "gstreamer-whep"};
	struct negotiate_conf conf = offer_conf();

	for (unsigned i = 0; i < 2; i++) {
		struct offered o = browser(names[i], &conf);
		assert_int_equal(o.n->accepted_count, 2);
		assert_int_equal(o.n->media[0].role, NEGOTIATE_SLOT_AUDIO);
		assert_int_equal(o.n->media[1].role, NEGOTIATE_SLOT_CAMERA);
		assert_line(&o, 1, "a=sendonly");
		assert_true(o.n->media[0].ssrc && o.n->media[1].ssrc != o.n->media[0].ssrc);
		assert_int_equal(o.n->media[1].rtx_ssrc != 0, i == 0);
		offered_free(&o);
	}
	/* Two transports are offered: the first stands, the other is refused */
	struct offered o = browser("gstreamer-unbundled", &conf);
	assert_int_equal(o.n->accepted_count, 1);
	assert_int_equal(o.n->media[1].refused, NEGOTIATE_REFUSED_BUNDLE);
	assert_null(strstr(o.answer, "a=group:BUNDLE"));
	offered_free(&o);
}

/* ── Slots in a receiver's numbers ── */

static void test_sink(void **state)
{
	struct negotiate_conf conf = browser_conf();
	struct offered chromium = browser("chromium", &conf), firefox = browser("firefox", &conf);
	const struct negotiated_media *slot = &chromium.n->media[8], *other = &firefox.n->media[8];
	struct codec_format h264 = {.codec = CODEC_H264, .h264_packetization_mode = 1};

	assert_int_equal(negotiated_sink(slot, &firefox.n->media[1].codecs[0])->pt, 96);
	assert_int_equal(negotiated_sink(other, &chromium.n->media[1].codecs[0])->pt, 120);
	h264.h264_profile_level_id = 0x42e01f;
	assert_int_equal(negotiated_sink(slot, &h264)->pt, 108);
	h264.h264_profile_level_id = 0x4d0028;
	assert_int_equal(negotiated_sink(slot, &h264)->pt, 116);
	h264.h264_profile_level_id = 0x640028;
	assert_null(negotiated_sink(slot, &h264));
	assert_null(negotiated_sink(other, &h264));
	offered_free(&chromium);
	offered_free(&firefox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chromium),
		cmocka_unit_test(test_firefox),
		cmocka_unit_test(test_extension_directions),
		cmocka_unit_test(test_downlink_twcc),
		cmocka_unit_test(test_red),
		cmocka_unit_test(test_other_policy),
		cmocka_unit_test(test_whip),
		cmocka_unit_test(test_one_meaning_an_id),
		cmocka_unit_test(test_whep),
		cmocka_unit_test(test_sink),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
