/* Offers: the answer must be a description that we can read ourselves, with as many m-lines, and
 * the result must keep its own promises; then the same offer once more on the same transport. The
 * first byte sets the policy. */
#include "media/negotiate.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint8_t answer[NEGOTIATE_ANSWER_MAX];

static void require(bool ok)
{
	if (!ok)
		abort();
}

static struct negotiate_conf make_conf(uint8_t flags)
{
	static const struct negotiate_role_of roles[] = {
		{"0", NEGOTIATE_MIC},          {"1", NEGOTIATE_CAMERA},      {"2", NEGOTIATE_SCREEN},
		{"3", NEGOTIATE_SCREEN_AUDIO}, {"4", NEGOTIATE_SLOT_AUDIO},  {"5", NEGOTIATE_SLOT_AUDIO},
		{"6", NEGOTIATE_SLOT_CAMERA},  {"8", NEGOTIATE_SLOT_CAMERA}, {"9", NEGOTIATE_SLOT_SCREEN},
	};
	static const struct negotiate_candidate candidate = {
		.addr = {.family = 4, .port = 9, .host = {127, 0, 0, 1}}, .priority = 1};
	struct negotiate_conf conf;

	negotiate_conf_init(&conf);
	conf.ufrag = "ours";
	conf.pwd = "0123456789012345678901";
	conf.fresh_ufrag = "anew";
	conf.fresh_pwd = conf.pwd;
	conf.fingerprint = "00:11";
	conf.candidates = &candidate;
	conf.candidate_count = 1;
	if (flags & 1) {
		conf.roles = roles;
		conf.role_count = sizeof roles / sizeof *roles;
	}
	conf.downlink_twcc = flags & 2;
	conf.allow_red = flags & 4;
	conf.uplink_video_max = flags & 8 ? 4 : 1;
	if (flags & 16)
		conf.uplink_exts = conf.downlink_exts = UINT32_MAX;
	return conf;
}

static void check_media(const struct negotiated *n, const struct negotiated_media *m)
{
	bool slot = negotiate_role_is_slot(m->role);

	if (m->refused != NEGOTIATE_ACCEPTED) {
		require(m->codec_count == 0 && m->layer_count == 0 && m->ssrc == 0);
		return;
	}
	require(m->role != NEGOTIATE_NO_ROLE && m->mid[0]);
	require(m->codec_count > 0 && m->codec_count <= NEGOTIATE_CODECS_MAX);
	require(negotiated_by_mid(n, span_str(m->mid)) == m);
	require(slot ? m->ssrc != 0 && m->layer_count == 0
	             : m->ssrc == 0 && m->layer_count > 0 && m->layer_count <= NEGOTIATE_LAYERS_MAX);
	for (unsigned i = 0; i < m->codec_count; i++) {
		require(m->codecs[i].pt > 0 && m->codecs[i].pt < 128);
		require(negotiated_format(m, m->codecs[i].pt) != NULL);
	}
	for (unsigned i = 0; i < NEGOTIATE_EXT_COUNT; i++)
		require(!m->ext[i] || n->ext_by_id[m->ext[i]] == i);
}

static void check_slots(const struct negotiated *n)
{
	for (unsigned i = 0; i < n->media_count; i++) {
		for (unsigned k = i + 1; k < n->media_count; k++) {
			const struct negotiated_media *a = &n->media[i], *b = &n->media[k];
			require(!a->ssrc || (a->ssrc != b->ssrc && a->ssrc != b->rtx_ssrc));
			require(!a->rtx_ssrc || (a->rtx_ssrc != b->ssrc && a->rtx_ssrc != b->rtx_ssrc));
		}
	}
}

static struct negotiated *run(const struct negotiate_conf *conf, struct span offer,
							  const struct negotiated *prev)
{
	struct wr w = wr_init(answer, sizeof answer);
	struct negotiated *n = NULL;
	struct sdp sdp;

	if (negotiate(conf, offer, prev, &w, &n) < 0) {
		require(n == NULL);
		return NULL;
	}
	require(sdp_parse(wr_span(&w), &sdp) == 0);
	require(sdp.media_count == n->media_count);
	for (unsigned i = 0; i < n->media_count; i++) {
		check_media(n, &n->media[i]);
		require((sdp.media[i].port != 0) == (n->media[i].refused == NEGOTIATE_ACCEPTED));
	}
	check_slots(n);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len == 0)
		return 0;
	struct negotiate_conf conf = make_conf(data[0]);
	struct span offer = span_of(data + 1, len - 1);
	struct negotiated *first = run(&conf, offer, NULL);
	if (!first)
		return 0;
	struct negotiated *again = run(&conf, offer, first);
	require(again && !again->ice_restarted && again->accepted_count == first->accepted_count);
	for (unsigned i = 0; i < first->media_count; i++)
		require(again->media[i].ssrc == first->media[i].ssrc);
	negotiated_free(&first);
	negotiated_free(&again);
	return 0;
}
