/* The call as a whole: names, the house's policy, what belongs to the transport (ICE credentials,
 * fingerprint, BUNDLE), and the order of things. Read negotiate() at the end first; the m-lines
 * are decided in negotiate_media.c, the text is written in negotiate_answer.c, and questions to
 * the result are answered in negotiated.c. */
#include "media/negotiate.h"

#include "base/random.h"
#include "media/negotiate_parts.h"

#include <stdlib.h>

/* ── Names ── */

static const char *const role_names[NEGOTIATE_ROLE_COUNT] = {
	[NEGOTIATE_NO_ROLE] = "none",
	[NEGOTIATE_MIC] = "mic",
	[NEGOTIATE_CAMERA] = "camera",
	[NEGOTIATE_SCREEN] = "screen",
	[NEGOTIATE_SCREEN_AUDIO] = "screen-audio",
	[NEGOTIATE_SLOT_AUDIO] = "slot-audio",
	[NEGOTIATE_SLOT_CAMERA] = "slot-camera",
	[NEGOTIATE_SLOT_SCREEN] = "slot-screen",
	[NEGOTIATE_SLOT_SCREEN_AUDIO] = "slot-screen-audio",
	[NEGOTIATE_SLOT_INTERPRETER] = "slot-interpreter",
};

static const char *const refusal_names[NEGOTIATE_REFUSAL_COUNT] = {
	[NEGOTIATE_ACCEPTED] = "accepted",
	[NEGOTIATE_REFUSED_BY_CLIENT] = "client",
	[NEGOTIATE_REFUSED_KIND] = "kind",
	[NEGOTIATE_REFUSED_PROTO] = "proto",
	[NEGOTIATE_REFUSED_MID] = "mid",
	[NEGOTIATE_REFUSED_BUNDLE] = "bundle",
	[NEGOTIATE_REFUSED_MUX] = "mux",
	[NEGOTIATE_REFUSED_ROLE] = "role",
	[NEGOTIATE_REFUSED_DIRECTION] = "direction",
	[NEGOTIATE_REFUSED_CODEC] = "codec",
};

const char *negotiate_role_name(enum negotiate_role role)
{
	return role_names[role];
}

enum negotiate_role negotiate_role_by_name(struct span name)
{
	for (unsigned i = NEGOTIATE_NO_ROLE + 1; i < NEGOTIATE_ROLE_COUNT; i++) {
		if (span_is(name, role_names[i]))
			return (enum negotiate_role)i;
	}
	return NEGOTIATE_NO_ROLE;
}

bool negotiate_role_is_slot(enum negotiate_role role)
{
	return role >= NEGOTIATE_SLOT_AUDIO;
}

bool negotiate_role_is_audio(enum negotiate_role role)
{
	return role == NEGOTIATE_MIC || role == NEGOTIATE_SCREEN_AUDIO ||
	       role == NEGOTIATE_SLOT_AUDIO || role == NEGOTIATE_SLOT_SCREEN_AUDIO;
}

const char *negotiate_refusal_name(enum negotiate_refusal r)
{
	return refusal_names[r];
}

/* ── Policy ── */

void negotiate_conf_init(struct negotiate_conf *conf)
{
	*conf = (struct negotiate_conf){
		.uplink_video = {CODEC_VP8, CODEC_H264, CODEC_VP9, CODEC_AV1},
		.downlink_video = {CODEC_VP8, CODEC_H264, CODEC_VP9, CODEC_AV1},
		.uplink_video_max = 1,
		.uplink_exts = NEGOTIATE_EXT_BIT(NEGOTIATE_EXT_MID) |
		               NEGOTIATE_EXT_BIT(NEGOTIATE_EXT_RID) |
		               NEGOTIATE_EXT_BIT(NEGOTIATE_EXT_REPAIRED_RID) |
		               NEGOTIATE_EXT_BIT(NEGOTIATE_EXT_AUDIO_LEVEL) |
		               NEGOTIATE_EXT_BIT(NEGOTIATE_EXT_TWCC),
		.downlink_exts = NEGOTIATE_EXT_BIT(NEGOTIATE_EXT_MID) |
		                 NEGOTIATE_EXT_BIT(NEGOTIATE_EXT_AUDIO_LEVEL),
		.opus_dtx = true,
		.simulcast = true,
	};
}

/* ── Transport ── */

/* The m-line that speaks for the bundle: the first accepted one (RFC 9143 7.3.1), else the
 * first. */
static unsigned tagged(const struct negotiated *n)
{
	for (unsigned i = 0; i < n->media_count; i++) {
		if (n->media[i].refused == NEGOTIATE_ACCEPTED)
			return i;
	}
	return 0;
}

/* The m-line on which the offer says the transport: of a bundle at least the offerer's first one
 * does, though we may refuse it. RFC 9143 7.2.1 */
static const struct sdp_media *transport_line(const struct negotiate_job *job)
{
	const struct sdp_media *tag = &job->sdp.media[tagged(job->n)];
	struct span mids = job->bundle, first = sdp_word(&mids);

	if (sdp_attr_find_both(&job->sdp, tag, "ice-ufrag", NULL))
		return tag;
	for (unsigned i = 0; first.len && i < job->n->media_count; i++) {
		if (span_is(first, job->n->media[i].mid))
			return &job->sdp.media[i];
	}
	return tag;
}

/* Copies an ICE credential. RFC 8839 5.4: ufrag 4 to 256, pwd 22 to 256 characters. We are
 * tolerant of which ones, but a colon would make USERNAME ambiguous. */
static int copy_credential(struct span s, size_t min, size_t max, char *ret)
{
	if (s.len < min || s.len > max)
		return -ERR_PROTO;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] <= 0x20 || s.ptr[i] >= 0x7f || s.ptr[i] == ':')
			return -ERR_PROTO;
	}
	memcpy(ret, s.ptr, s.len);
	ret[s.len] = '\0';
	return 0;
}

static int copy_text(const char *text, size_t max, char *ret)
{
	size_t len = text ? strlen(text) : 0;

	if (len == 0 || len > max)
		return -ERR_INVALID;
	memcpy(ret, text, len + 1);
	return 0;
}

static int take_ice(struct negotiate_job *job, const struct sdp_media *media)
{
	const struct negotiate_conf *conf = job->conf;
	struct negotiated *n = job->n;
	struct span ufrag, pwd;

	if (!sdp_attr_find_both(&job->sdp, media, "ice-ufrag", &ufrag) ||
	    !sdp_attr_find_both(&job->sdp, media, "ice-pwd", &pwd))
		return -ERR_PROTO;
	if (copy_credential(ufrag, 4, NEGOTIATE_UFRAG_MAX, n->remote_ufrag) < 0 ||
	    copy_credential(pwd, 22, NEGOTIATE_PWD_MAX, n->remote_pwd) < 0)
		return -ERR_PROTO;
	/* Neither side would send checks: RFC 8445 6.1.1 leaves that to full agents */
	if (sdp_attr_find(job->sdp.session, "ice-lite", NULL))
		return -ERR_UNSUPP;
	/* RFC 8445 9: either of them new is a restart, which takes new ones of ours */
	n->ice_restarted = job->prev && (strcmp(job->prev->remote_ufrag, n->remote_ufrag) != 0 ||
	                                 strcmp(job->prev->remote_pwd, n->remote_pwd) != 0);
	bool fresh = n->ice_restarted && conf->fresh_ufrag && conf->fresh_pwd;
	int r = copy_text(fresh ? conf->fresh_ufrag : conf->ufrag, NEGOTIATE_UFRAG_MAX, n->ufrag);
	if (r < 0)
		return r;
	return copy_text(fresh ? conf->fresh_pwd : conf->pwd, NEGOTIATE_PWD_MAX, n->pwd);
}

/* The strongest fingerprint of one part. */
static bool find_fingerprint(struct span part, struct sdp_fingerprint *ret)
{
	struct sdp_attrs it = sdp_attrs(part);
	struct sdp_attr attr;
	struct sdp_fingerprint fp;
	bool found = false;

	while (sdp_attr_next(&it, &attr)) {
		if (!span_is(attr.name, "fingerprint") || sdp_fingerprint_parse(attr.value, &fp) < 0)
			continue;
		if (found && fp.hash <= ret->hash)
			continue;
		*ret = fp;
		found = true;
	}
	return found;
}

static int take_dtls(struct negotiate_job *job, const struct sdp_media *media)
{
	struct negotiated *n = job->n;
	struct sdp_fingerprint *fp = &n->remote_fingerprint;
	struct span value;

	if (!find_fingerprint(media->body, fp) && !find_fingerprint(job->sdp.session, fp))
		return -ERR_AUTH;
	/* Another certificate on a running transport would be another peer */
	if (job->prev && (job->prev->remote_fingerprint.hash != fp->hash ||
	                  memcmp(job->prev->remote_fingerprint.bytes, fp->bytes, fp->len) != 0))
		return -ERR_AUTH;
	n->remote_setup = SDP_SETUP_ACTIVE; /* RFC 4145 4: the default */
	if (sdp_attr_find_both(&job->sdp, media, "setup", &value) &&
	    sdp_setup_parse(value, &n->remote_setup) < 0)
		return -ERR_PROTO;
	if (n->remote_setup != SDP_SETUP_ACTPASS && n->remote_setup != SDP_SETUP_ACTIVE)
		return -ERR_UNSUPP;
	return 0;
}

/* ── The whole ── */

static void find_bundle(struct negotiate_job *job)
{
	struct sdp_attrs it = sdp_attrs(job->sdp.session);
	struct sdp_attr attr;
	struct sdp_group group;

	while (!job->has_bundle && sdp_attr_next(&it, &attr)) {
		if (!span_is(attr.name, "group") || sdp_group_parse(attr.value, &group) < 0)
			continue;
		if (!span_is(group.semantics, "BUNDLE"))
			continue;
		job->has_bundle = true;
		job->bundle = group.mids;
	}
}

static void take_ssrc(struct negotiate_job *job, uint32_t ssrc)
{
	if (ssrc && job->taken_count < NEGOTIATE_TAKEN_MAX)
		job->taken[job->taken_count++] = ssrc;
}

/* All SSRCs that are in use: the client's, and ours from before. */
static void collect_ssrcs(struct negotiate_job *job)
{
	for (unsigned i = 0; job->prev && i < job->prev->media_count; i++) {
		take_ssrc(job, job->prev->media[i].ssrc);
		take_ssrc(job, job->prev->media[i].rtx_ssrc);
	}
	for (unsigned i = 0; i < job->sdp.media_count; i++) {
		struct sdp_attrs it = sdp_attrs(job->sdp.media[i].body);
		struct sdp_attr attr;
		struct sdp_ssrc ssrc;
		while (sdp_attr_next(&it, &attr)) {
			if (!span_is(attr.name, "ssrc") || sdp_ssrc_parse(attr.value, &ssrc) < 0)
				continue;
			/* Several lines in a row tell of one source */
			if (job->taken_count == 0 || job->taken[job->taken_count - 1] != ssrc.ssrc)
				take_ssrc(job, ssrc.ssrc);
		}
	}
}

/* An answer repeats the m-lines' own words: only harmless ones may be in them. */
static bool is_echo(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] <= 0x20 || s.ptr[i] >= 0x7f)
			return false;
	}
	return s.len > 0 && s.len <= NEGOTIATE_ECHO_MAX;
}

static bool may_echo(const struct sdp *sdp)
{
	for (unsigned i = 0; i < sdp->media_count; i++) {
		struct span fmts = sdp->media[i].fmts;
		if (!is_echo(sdp->media[i].kind_text) || !is_echo(sdp->media[i].proto) ||
		    !is_echo(sdp_word(&fmts)))
			return false;
	}
	return true;
}

static int decide(struct negotiate_job *job)
{
	struct negotiated *n = job->n;
	const struct negotiated *prev = job->prev;

	find_bundle(job);
	collect_ssrcs(job);
	if (prev) {
		/* RFC 8285 6: what an id means does not change in a session */
		memcpy(n->ext_by_id, prev->ext_by_id, sizeof n->ext_by_id);
		n->session_id = prev->session_id;
		n->session_version = prev->session_version + 1;
	} else {
		/* RFC 9429 5.2.1: 64 bits with the highest one clear */
		n->session_id = random_u64() >> 1;
		n->session_version = 1;
	}
	for (unsigned i = 0; i < n->media_count; i++) {
		negotiate_media(job, i);
		if (n->media[i].refused == NEGOTIATE_ACCEPTED)
			n->accepted_count++;
	}
	const struct sdp_media *transport = transport_line(job);
	n->allow_mixed = sdp_attr_find_both(&job->sdp, &job->sdp.media[tagged(n)],
										"extmap-allow-mixed", NULL);
	int r = take_ice(job, transport);
	return r < 0 ? r : take_dtls(job, transport);
}

int negotiate(const struct negotiate_conf *conf, struct span offer, const struct negotiated *prev,
			  struct wr *answer, struct negotiated **ret)
{
	struct negotiate_job job = {.conf = conf, .prev = prev};

	int r = sdp_parse(offer, &job.sdp);
	if (r < 0)
		return r;
	/* RFC 3264 8: m-lines are never taken away */
	if (job.sdp.media_count == 0 || (prev && job.sdp.media_count < prev->media_count))
		return -ERR_PROTO;
	if (!may_echo(&job.sdp))
		return -ERR_PROTO;
	job.n = calloc(1, sizeof *job.n + job.sdp.media_count * sizeof job.n->media[0]);
	if (!job.n)
		return -ERR_NOMEM;
	job.n->media_count = job.sdp.media_count;
	r = decide(&job);
	if (r >= 0) {
		negotiate_answer(&job, answer);
		r = answer->bad ? -ERR_SPACE : 0;
	}
	if (r < 0) {
		negotiated_free(&job.n);
		return r;
	}
	*ret = job.n;
	return 0;
}
