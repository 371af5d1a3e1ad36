/* One m-line: whether it can be had (refusal), what it is for (role), and then its formats,
 * extensions, and the streams on it: the client's layers, or our own SSRCs in a slot. Read
 * negotiate_media() at the end first. */
#include "base/random.h"
#include "media/negotiate_parts.h"

enum { RIDS_MAX = 16 }; /* names of a=simulcast that we look for: each costs a walk */

/* ── May it be had at all ── */

/* RTP over DTLS in all the spellings of RFC 9429 5.1.2; the feedback profile is implied. */
static bool is_secure_rtp(struct span proto)
{
	static const char *const known[] = {
		"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/DTLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVP",
		"RTP/SAVPF",         "RTP/SAVP",
	};

	for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
		if (span_is(proto, known[i]))
			return true;
	}
	return false;
}

/* Takes the mid when it can be repeated in an answer and names this m-line alone. */
static bool take_mid(struct negotiate_job *job, unsigned index)
{
	struct negotiated_media *m = &job->n->media[index];
	struct span mid;

	if (!sdp_attr_find(job->sdp.media[index].body, "mid", &mid) ||
	    !sdp_is_token(mid, NEGOTIATE_MID_MAX))
		return false;
	for (unsigned i = 0; i < index; i++) {
		if (span_is(mid, job->n->media[i].mid))
			return false;
	}
	memcpy(m->mid, mid.ptr, mid.len);
	return true;
}

/* One transport: the m-lines of the BUNDLE group, or without one the first that we accept. */
static bool is_bundled(const struct negotiate_job *job, unsigned index)
{
	struct span mids = job->bundle, word;

	if (!job->has_bundle)
		return job->n->accepted_count == 0;
	while ((word = sdp_word(&mids)).len) {
		if (span_is(word, job->n->media[index].mid))
			return true;
	}
	return false;
}

static enum negotiate_role find_role(const struct negotiate_conf *conf,
									 const struct negotiated_media *m, enum sdp_dir offered)
{
	bool audio = m->kind == SDP_AUDIO;

	for (unsigned i = 0; conf->roles && i < conf->role_count; i++) {
		if (strcmp(conf->roles[i].mid, m->mid) == 0)
			return conf->roles[i].role;
	}
	if (conf->roles || offered == SDP_INACTIVE)
		return NEGOTIATE_NO_ROLE;
	if (offered & SDP_SENDONLY)
		return audio ? NEGOTIATE_MIC : NEGOTIATE_CAMERA;
	return audio ? NEGOTIATE_SLOT_AUDIO : NEGOTIATE_SLOT_CAMERA;
}

/* Sets mid, role and direction. */
static enum negotiate_refusal admit(struct negotiate_job *job, unsigned index)
{
	const struct sdp_media *media = &job->sdp.media[index];
	struct negotiated_media *m = &job->n->media[index];
	bool mid = take_mid(job, index);
	enum sdp_dir offered = sdp_dir(&job->sdp, media);

	/* RFC 9143 6: with bundle-only, port 0 does not mean "rejected" */
	if (media->port == 0 && !sdp_attr_find(media->body, "bundle-only", NULL))
		return NEGOTIATE_REFUSED_BY_CLIENT;
	if (m->kind != SDP_AUDIO && m->kind != SDP_VIDEO)
		return NEGOTIATE_REFUSED_KIND;
	if (!is_secure_rtp(media->proto))
		return NEGOTIATE_REFUSED_PROTO;
	if (!mid)
		return NEGOTIATE_REFUSED_MID;
	if (!is_bundled(job, index))
		return NEGOTIATE_REFUSED_BUNDLE;
	if (!sdp_attr_find(media->body, "rtcp-mux", NULL))
		return NEGOTIATE_REFUSED_MUX;
	m->role = find_role(job->conf, m, offered);
	if (m->role == NEGOTIATE_NO_ROLE ||
	    negotiate_role_is_audio(m->role) != (m->kind == SDP_AUDIO))
		return NEGOTIATE_REFUSED_ROLE;
	/* RFC 3264 6.1 */
	bool slot = negotiate_role_is_slot(m->role);
	if (offered & (slot ? SDP_RECVONLY : SDP_SENDONLY))
		m->dir = slot ? SDP_SENDONLY : SDP_RECVONLY;
	else if (offered == SDP_INACTIVE)
		m->dir = SDP_INACTIVE;
	else
		return NEGOTIATE_REFUSED_DIRECTION;
	return NEGOTIATE_ACCEPTED;
}

/* ── Extensions ── */

static const char *const ext_uris[NEGOTIATE_EXT_COUNT] = {
	[NEGOTIATE_EXT_MID] = "urn:ietf:params:rtp-hdrext:sdes:mid",
	[NEGOTIATE_EXT_RID] = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
	[NEGOTIATE_EXT_REPAIRED_RID] = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
	[NEGOTIATE_EXT_AUDIO_LEVEL] = "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
	[NEGOTIATE_EXT_TWCC] =
		"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
	[NEGOTIATE_EXT_ABS_SEND_TIME] =
		"http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
	[NEGOTIATE_EXT_DD] =
		"https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
};

const char *negotiate_ext_uri(enum negotiate_ext ext)
{
	return ext_uris[ext];
}

enum negotiate_ext negotiate_ext_by_uri(struct span uri)
{
	for (unsigned i = NEGOTIATE_EXT_NONE + 1; i < NEGOTIATE_EXT_COUNT; i++) {
		if (span_is(uri, ext_uris[i]))
			return (enum negotiate_ext)i;
	}
	return NEGOTIATE_EXT_NONE;
}

static void take_ext(struct negotiate_job *job, struct negotiated_media *m,
					 const struct sdp_extmap *map)
{
	const struct negotiate_conf *conf = job->conf;
	enum negotiate_ext ext = negotiate_ext_by_uri(map->uri);
	bool slot = negotiate_role_is_slot(m->role);
	uint32_t wanted = slot ? conf->downlink_exts : conf->uplink_exts;
	uint8_t *meaning = &job->n->ext_by_id[map->id];

	if (slot && conf->downlink_twcc)
		wanted |= NEGOTIATE_EXT_BIT(NEGOTIATE_EXT_TWCC);
	if (ext == NEGOTIATE_EXT_NONE || !(wanted & NEGOTIATE_EXT_BIT(ext)) || m->ext[ext])
		return;
	/* RFC 8285 8: the direction is the offerer's, the stream goes one way */
	if (!(map->dir & (slot ? SDP_RECVONLY : SDP_SENDONLY)))
		return;
	/* 15 is reserved in one-byte headers, more need two-byte ones: we read but don't write them */
	if (map->id == 15 || (slot && map->id > 14))
		return;
	/* RFC 9143 14.2: on one transport an id means one thing */
	if (*meaning != NEGOTIATE_EXT_NONE && *meaning != ext)
		return;
	*meaning = (uint8_t)ext;
	m->ext[ext] = map->id;
}

static void take_exts(struct negotiate_job *job, const struct sdp_media *media,
					  struct negotiated_media *m)
{
	struct sdp_attrs it = sdp_attrs(media->body);
	struct sdp_attr attr;
	struct sdp_extmap map;
	bool twcc = false;

	while (sdp_attr_next(&it, &attr)) {
		if (span_is(attr.name, "extmap") && sdp_extmap_parse(attr.value, &map) == 0)
			take_ext(job, m, &map);
	}
	/* Feedback and sequence number go together or not at all */
	for (unsigned i = 0; i < m->codec_count; i++) {
		if (!m->ext[NEGOTIATE_EXT_TWCC])
			m->codecs[i].fb &= (uint8_t)~CODEC_FB_TWCC;
		twcc = twcc || (m->codecs[i].fb & CODEC_FB_TWCC);
	}
	if (!twcc)
		m->ext[NEGOTIATE_EXT_TWCC] = 0;
}

/* ── The client's streams ── */

/* Is there an a=rid line that sends under this name, in a format we chose? RFC 8851 4.3 */
static bool may_send_rid(const struct sdp_media *media, const struct negotiated_media *m,
						 struct span name)
{
	struct sdp_attrs it = sdp_attrs(media->body);
	struct sdp_attr attr;
	struct sdp_rid rid;
	struct span pts;
	uint64_t pt;

	while (sdp_attr_next(&it, &attr)) {
		if (!span_is(attr.name, "rid") || sdp_rid_parse(attr.value, &rid) < 0 || !rid.send ||
		    !span_eq(rid.id, name))
			continue;
		if (!sdp_fmtp_param(rid.params, "pt", &pts))
			return true;
		while (pts.len) {
			if (sdp_number(sdp_cut(&pts, ','), 127, &pt) == 0 && pt == m->codecs[0].pt)
				return true;
		}
	}
	return false;
}

/* The place of a name in the habits of clients, low to high; -1: not one of them. */
static int rid_place(const char *rid, unsigned habit)
{
	static const char *const habits[][NEGOTIATE_LAYERS_MAX] = {
		{"q", "h", "f"}, {"l", "m", "h"}, {"low", "mid", "high"}};

	for (int i = 0; i < NEGOTIATE_LAYERS_MAX; i++) {
		if (strcmp(rid, habits[habit][i]) == 0)
			return i;
	}
	return -1;
}

/* Low to high by name when all names belong to one habit; else the offer's order stays. */
static void sort_layers(struct negotiated_media *m)
{
	for (unsigned habit = 0; habit < 3; habit++) {
		struct negotiated_layer sorted[NEGOTIATE_LAYERS_MAX];
		unsigned count = 0;
		for (int place = 0; place < NEGOTIATE_LAYERS_MAX; place++) {
			for (unsigned i = 0; i < m->layer_count; i++) {
				if (rid_place(m->layers[i].rid, habit) == place)
					sorted[count++] = m->layers[i];
			}
		}
		if (count != m->layer_count)
			continue;
		memcpy(m->layers, sorted, count * sizeof sorted[0]);
		return;
	}
}

/* Simulcast by rid, RFC 8853. */
static void take_rids(const struct negotiate_job *job, const struct sdp_media *media,
					  struct negotiated_media *m)
{
	struct sdp_simulcast sim;
	struct span value, rid;
	bool paused;

	if (m->role != NEGOTIATE_CAMERA || !job->conf->simulcast || !m->ext[NEGOTIATE_EXT_RID] ||
	    !sdp_attr_find(media->body, "simulcast", &value) ||
	    sdp_simulcast_parse(value, &sim) < 0)
		return;
	for (unsigned i = 0; i < RIDS_MAX && m->layer_count < NEGOTIATE_LAYERS_MAX; i++) {
		if (!sdp_simulcast_next(&sim.send, &rid, &paused))
			break;
		if (rid.len > NEGOTIATE_RID_MAX || negotiated_layer_by_rid(m, rid) >= 0 ||
		    !may_send_rid(media, m, rid))
			continue;
		struct negotiated_layer *layer = &m->layers[m->layer_count++];
		memcpy(layer->rid, rid.ptr, rid.len);
		layer->paused = paused;
	}
	sort_layers(m);
}

/* The next a=ssrc-group of these semantics. */
static bool next_group(struct sdp_attrs *it, const char *semantics, struct sdp_ssrc_group *ret)
{
	struct sdp_attr attr;

	while (sdp_attr_next(it, &attr)) {
		if (span_is(attr.name, "ssrc-group") && sdp_ssrc_group_parse(attr.value, ret) == 0 &&
		    span_is(ret->semantics, semantics) && ret->count > 0)
			return true;
	}
	return false;
}

static uint32_t find_rtx_ssrc(const struct sdp_media *media, uint32_t ssrc)
{
	struct sdp_attrs it = sdp_attrs(media->body);
	struct sdp_ssrc_group group;

	while (next_group(&it, "FID", &group)) {
		if (group.count >= 2 && group.ssrcs[0] == ssrc)
			return group.ssrcs[1];
	}
	return 0;
}

/* Streams by declared SSRC: a SIM group is low to high, else there is one. */
static void take_ssrcs(const struct negotiate_job *job, const struct sdp_media *media,
					   struct negotiated_media *m)
{
	struct sdp_attrs it = sdp_attrs(media->body);
	struct sdp_ssrc_group sim = {.count = 0};
	struct sdp_ssrc ssrc;
	struct span value;

	if (m->role != NEGOTIATE_CAMERA || !job->conf->simulcast || !next_group(&it, "SIM", &sim)) {
		/* The first a=ssrc of a sender is the primary one; FID says so surely */
		it = sdp_attrs(media->body);
		if (!next_group(&it, "FID", &sim) && sdp_attr_find(media->body, "ssrc", &value) &&
		    sdp_ssrc_parse(value, &ssrc) == 0)
			sim.ssrcs[0] = ssrc.ssrc;
		sim.count = 1;
	}
	for (unsigned i = 0; i < sim.count && m->layer_count < NEGOTIATE_LAYERS_MAX; i++) {
		struct negotiated_layer *layer = &m->layers[m->layer_count++];
		layer->ssrc = sim.ssrcs[i];
		layer->rtx_ssrc = layer->ssrc ? find_rtx_ssrc(media, layer->ssrc) : 0;
	}
}

/* ── Our streams ── */

/* A random SSRC that nobody on this transport has. */
static uint32_t new_ssrc(struct negotiate_job *job)
{
	const struct negotiate_conf *conf = job->conf;
	uint32_t ssrc = conf->random ? conf->random(conf->random_arg) : random_u32();

	for (unsigned i = 0; i < job->taken_count || ssrc == 0;) {
		if (ssrc && job->taken[i] != ssrc) {
			i++;
			continue;
		}
		ssrc++;
		i = 0;
	}
	if (job->taken_count < NEGOTIATE_TAKEN_MAX)
		job->taken[job->taken_count++] = ssrc;
	return ssrc;
}

/* The same slot in an earlier answer, also when it was for another role or refused since: the
 * stream in it goes on under its numbers. */
static const struct negotiated_media *find_before(const struct negotiate_job *job,
												  const struct negotiated_media *m)
{
	for (unsigned i = 0; job->prev && m->mid[0] && i < job->prev->media_count; i++) {
		const struct negotiated_media *before = &job->prev->media[i];
		if (before->ssrc && strcmp(before->mid, m->mid) == 0)
			return before;
	}
	return NULL;
}

/* Nothing of a refused m-line counts, but the numbers of a slot stay its own. */
static void clear_refused(const struct negotiate_job *job, struct negotiated_media *m)
{
	const struct negotiated_media *before = find_before(job, m);

	m->role = NEGOTIATE_NO_ROLE;
	m->dir = SDP_INACTIVE;
	m->ssrc = before ? before->ssrc : 0;
	m->rtx_ssrc = before ? before->rtx_ssrc : 0;
}

static void fill_slot(struct negotiate_job *job, struct negotiated_media *m)
{
	const struct negotiated_media *before = find_before(job, m);
	bool rtx = false;

	for (unsigned i = 0; i < m->codec_count; i++)
		rtx = rtx || m->codecs[i].rtx_pt;
	m->ssrc = before ? before->ssrc : new_ssrc(job);
	if (rtx)
		m->rtx_ssrc = before && before->rtx_ssrc ? before->rtx_ssrc : new_ssrc(job);
	/* Streams that share a cname or an msid get synchronised, which delays them: one each */
	struct wr cname = wr_init(m->cname, sizeof m->cname - 1);
	struct wr msid = wr_init(m->msid, sizeof m->msid - 1);
	wr_fmt(&cname, "%08x-%s", m->ssrc, m->mid);
	wr_fmt(&msid, "slot-%s", m->mid);
}

/* ── All of it ── */

void negotiate_media(struct negotiate_job *job, unsigned index)
{
	const struct sdp_media *media = &job->sdp.media[index];
	struct negotiated_media *m = &job->n->media[index];

	m->index = (uint8_t)index;
	m->kind = media->kind;
	m->refused = admit(job, index);
	if (m->refused == NEGOTIATE_ACCEPTED) {
		negotiate_codecs(job->conf, media, m);
		if (m->codec_count == 0)
			m->refused = NEGOTIATE_REFUSED_CODEC;
	}
	if (m->refused != NEGOTIATE_ACCEPTED) {
		clear_refused(job, m);
		return;
	}
	m->rtcp_rsize = sdp_attr_find(media->body, "rtcp-rsize", NULL);
	take_exts(job, media, m);
	if (negotiate_role_is_slot(m->role)) {
		fill_slot(job, m);
		return;
	}
	take_rids(job, media, m);
	if (m->layer_count == 0) {
		take_ssrcs(job, media, m);
		m->ext[NEGOTIATE_EXT_RID] = 0; /* nothing to tell apart by name */
		m->ext[NEGOTIATE_EXT_REPAIRED_RID] = 0;
	}
}
