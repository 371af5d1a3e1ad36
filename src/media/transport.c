/* Read transport_recv first: what a datagram is, and which machine takes it. Then the keys
 * (connected), the state told to control (update_state), sending (at the end). */
#include "media/transport.h"

#include "media/ice.h"
#include "media/peer.h"

#include <stdlib.h>

struct transport {
	/* given */
	struct transport_env env;
	transport_id id;
	uint64_t group;
	uint32_t member;

	/* owned */
	struct ice *ice;
	struct dtls *dtls;
	struct srtp_rx *rx; /* NULL before the keys */
	struct srtp_tx *tx;
	struct peer *peer;

	/* state */
	bool broken; /* there were keys, but no memory to use them */
	enum media_state told; /* the state that the owner knows */
	struct transport_counts counts;
	usec now; /* of the call that is running, for callbacks */
};

void transport_conf_free(struct transport_conf **conf)
{
	if (!*conf)
		return;
	negotiated_free(&(*conf)->negotiated);
	free(*conf);
	*conf = NULL;
}

/* ── What the machines call back ── */

static void path_changed(void *arg, const struct addr *addr, bool added)
{
	struct transport *t = arg;
	if (!added)
		t->env.ops->path_gone(t->env.arg, t, addr);
}

/* ── From the negotiation to the peer's lines ── */

static void fill_layers(struct peer_line *line, const struct negotiated_media *m)
{
	line->layer_count = m->layer_count;
	for (int i = 0; i < m->layer_count; i++) {
		memcpy(line->layers[i].rid, m->layers[i].rid, sizeof line->layers[i].rid);
		line->layers[i].ssrc = m->layers[i].ssrc;
		line->layers[i].rtx_ssrc = m->layers[i].rtx_ssrc;
	}
}

static void fill_line(struct peer_line *line, const struct negotiated_media *m)
{
	_Static_assert(sizeof line->mid == sizeof m->mid, "mids");
	_Static_assert(sizeof line->layers[0].rid == sizeof m->layers[0].rid, "rids");
	_Static_assert(sizeof line->cname >= sizeof m->cname, "cnames");
	_Static_assert((int)PEER_CODECS_MAX >= (int)NEGOTIATE_CODECS_MAX, "codecs");
	memset(line, 0, sizeof *line);
	memcpy(line->mid, m->mid, sizeof line->mid);
	line->role = (enum media_role)m->role;
	line->codec_count = m->codec_count;
	line->codecs = m->codecs;
	line->ext = (struct peer_exts){
		.mid = m->ext[NEGOTIATE_EXT_MID],
		.rid = m->ext[NEGOTIATE_EXT_RID],
		.repaired_rid = m->ext[NEGOTIATE_EXT_REPAIRED_RID],
		.audio_level = m->ext[NEGOTIATE_EXT_AUDIO_LEVEL],
		.twcc = m->ext[NEGOTIATE_EXT_TWCC],
		.abs_send_time = m->ext[NEGOTIATE_EXT_ABS_SEND_TIME],
	};
	fill_layers(line, m);
	line->ssrc = m->ssrc;
	line->rtx_ssrc = m->rtx_ssrc;
	memcpy(line->cname, m->cname, sizeof m->cname);
}

/* The accepted lines as the peer takes them; the caller frees. */
static struct peer_line *make_lines(const struct negotiated *n, unsigned *ret_count,
									bool *ret_rsize)
{
	struct peer_line *lines = calloc(n->media_count ? n->media_count : 1, sizeof *lines);
	unsigned count = 0;
	bool rsize = true;
	for (unsigned i = 0; lines && i < n->media_count; i++) {
		const struct negotiated_media *m = &n->media[i];
		if (m->refused != NEGOTIATE_ACCEPTED)
			continue;
		fill_line(&lines[count++], m);
		rsize = rsize && m->rtcp_rsize;
	}
	*ret_count = count;
	*ret_rsize = rsize;
	return lines;
}

static int make_peer(struct transport *t, const struct transport_conf *conf, usec now)
{
	struct peer_conf pc = {
		.group = conf->group,
		.member = conf->member,
		.transport = t,
		.echo = conf->echo,
		.hears = conf->hears,
		.waits = true,
	};
	struct peer_line *lines = make_lines(conf->negotiated, &pc.line_count, &pc.rtcp_rsize);
	if (!lines)
		return -ERR_NOMEM;
	pc.lines = lines;
	int err = t->peer ? peer_update(t->peer, &pc, now)
					  : peer_new(t->env.forward, &pc, now, &t->peer);
	free(lines);
	return err;
}

static struct ice_creds creds_of(const struct negotiated *n)
{
	return (struct ice_creds){n->ufrag, n->pwd, n->remote_ufrag};
}

static int make_machines(struct transport *t, const struct transport_conf *conf, usec now)
{
	const struct negotiated *n = conf->negotiated;
	struct ice_conf ice = {.creds = creds_of(n), .path = path_changed, .arg = t};
	int err = ice_new(&ice, now, &t->ice);
	if (err < 0)
		return err;
	struct dtls_fingerprint peer = {.len = (uint8_t)n->remote_fingerprint.len};
	memcpy(peer.hash, n->remote_fingerprint.bytes, peer.len);
	err = dtls_new(t->env.dtls, DTLS_SERVER, &peer, &t->dtls);
	return err < 0 ? err : make_peer(t, conf, now);
}

int transport_new(const struct transport_env *env, const struct transport_conf *conf, usec now,
				  struct transport **ret_t)
{
	struct transport *t = calloc(1, sizeof *t);
	if (!t)
		return -ERR_NOMEM;
	t->env = *env;
	t->id = conf->id;
	t->group = conf->group;
	t->member = conf->member;
	t->told = MEDIA_NEW;
	t->now = now;
	int err = make_machines(t, conf, now);
	if (err < 0) {
		transport_free(&t);
		return err;
	}
	*ret_t = t;
	return 0;
}

void transport_free(struct transport **ref)
{
	struct transport *t = *ref;
	*ref = NULL;
	if (!t)
		return;
	peer_free(&t->peer);
	const struct addr *to = t->ice ? ice_selected(t->ice) : NULL;
	if (t->dtls && to)
		dtls_close(t->dtls, to, t->env.out);
	dtls_free(&t->dtls);
	ice_free(&t->ice);
	srtp_rx_free(&t->rx);
	srtp_tx_free(&t->tx);
	free(t);
}

/* ── State ── */

static enum media_state state_of(const struct transport *t)
{
	if (t->broken)
		return MEDIA_FAILED;
	switch (dtls_state(t->dtls)) {
	case DTLS_FAILED:
		return MEDIA_FAILED;
	case DTLS_CLOSED:
		return MEDIA_CLOSED;
	case DTLS_NEW:
	case DTLS_HANDSHAKE:
		return ice_state(t->ice) == ICE_FAILED ? MEDIA_FAILED : MEDIA_NEW;
	case DTLS_CONNECTED:
		break;
	}
	switch (ice_state(t->ice)) {
	case ICE_FAILED:
		return MEDIA_FAILED;
	case ICE_DISCONNECTED:
		return MEDIA_DISCONNECTED;
	default:
		return MEDIA_CONNECTED;
	}
}

/* Takes the keys as soon as there are any, and gives the handshake's memory back. */
static void connected(struct transport *t, usec now)
{
	struct srtp_keys rx;
	struct srtp_keys tx;
	t->broken = dtls_export(t->dtls, &rx, &tx) < 0 || srtp_rx_new(&rx, &t->rx) < 0
				|| srtp_tx_new(&tx, &t->tx) < 0;
	explicit_bzero(&rx, sizeof rx);
	explicit_bzero(&tx, sizeof tx);
	dtls_shed(t->dtls, now);
	if (!t->broken)
		peer_start(t->peer, now);
}

static void update_state(struct transport *t, usec now)
{
	if (dtls_state(t->dtls) == DTLS_CONNECTED && !t->rx && !t->broken)
		connected(t, now);
	enum media_state state = state_of(t);
	if (state != t->told) {
		t->told = state;
		t->env.ops->state(t->env.arg, t, state);
	}
	t->env.ops->wake(t->env.arg, t);
}

int transport_update(struct transport *t, const struct transport_conf *conf, usec now)
{
	struct ice_creds creds = creds_of(conf->negotiated);
	t->now = now;
	int err = make_peer(t, conf, now);
	/* Whatever became of the lines: the answer is on its way, and names the new credentials */
	int ice = conf->negotiated->ice_restarted ? ice_restart(t->ice, &creds, now) : 0;
	update_state(t, now);
	return err < 0 ? err : ice;
}

/* ── Receiving ── */

static void recv_stun(struct transport *t, struct packet *pkt, const struct addr *from, usec now)
{
	/* What does not authenticate has been counted by ICE. */
	if (ice_recv(t->ice, span_of(pkt->buf, pkt->len), from, now, t->env.out) == 0)
		update_state(t, now);
}

static void recv_dtls(struct transport *t, struct packet *pkt, const struct addr *from, usec now)
{
	/* Answers go where the hello came from: the path may not be nominated yet. The state says
	 * what came of it. */
	int err = dtls_recv(t->dtls, span_of(pkt->buf, pkt->len), from, now, t->env.out);
	(void)err;
	update_state(t, now);
}

/* There are keys, and nobody has said goodbye. */
static bool is_open(const struct transport *t)
{
	return t->tx && !t->broken && dtls_state(t->dtls) == DTLS_CONNECTED;
}

static void recv_media(struct transport *t, struct packet *pkt, usec now)
{
	if (!is_open(t)) {
		t->counts.early++;
		return;
	}
	size_t len = pkt->len;
	bool rtcp = rtp_is_rtcp(span_of(pkt->buf, len));
	int err = rtcp ? srtp_open_rtcp(t->rx, pkt->buf, &len) : srtp_open_rtp(t->rx, pkt->buf, &len);
	if (err < 0) {
		t->counts.unopened++;
		return;
	}
	pkt->len = (uint16_t)len;
	if (rtcp)
		peer_recv_rtcp(t->peer, span_of(pkt->buf, len), now);
	else
		peer_recv_rtp(t->peer, pkt, now);
}

void transport_recv(struct transport *t, struct packet *pkt, const struct addr *from, usec now)
{
	if (pkt->len == 0)
		return;
	t->now = now;
	t->counts.packets_in++;
	t->counts.bytes_in += pkt->len;
	uint8_t first = pkt->buf[0]; /* RFC 7983 7 */
	if (first <= 3) {
		recv_stun(t, pkt, from, now);
		return;
	}
	/* Only an address that ICE has authenticated is listened to: whoever else sends a hello or a
	 * packet changes nothing and gets nothing. */
	if (!ice_is_valid(t->ice, from)) {
		t->counts.strangers++;
		return;
	}
	if (first >= 20 && first <= 63)
		recv_dtls(t, pkt, from, now);
	else if (first >= 128 && first <= 191)
		recv_media(t, pkt, now);
}

/* ── Time ── */

void transport_tick(struct transport *t, usec now)
{
	t->now = now;
	ice_tick(t->ice, now);
	const struct addr *to = ice_selected(t->ice);
	if (to)
		dtls_tick(t->dtls, to, now, t->env.out);
	update_state(t, now);
}

usec transport_deadline(const struct transport *t)
{
	usec dtls = ice_selected(t->ice) ? dtls_deadline(t->dtls) : USEC_NEVER;
	return usec_min(ice_deadline(t->ice), dtls);
}

bool transport_is_valid(const struct transport *t, const struct addr *from)
{
	return ice_is_valid(t->ice, from);
}

bool transport_holds(const struct transport *t, const struct addr *from, usec now)
{
	return t->told != MEDIA_CLOSED && t->told != MEDIA_FAILED && ice_is_alive(t->ice, from, now);
}

void transport_path_lost(struct transport *t, const struct addr *addr, usec now)
{
	t->now = now;
	ice_del_path(t->ice, addr);
	ice_tick(t->ice, now);
	update_state(t, now);
}

/* ── Questions ── */

transport_id transport_get_id(const struct transport *t)
{
	return t->id;
}

uint64_t transport_group(const struct transport *t)
{
	return t->group;
}

uint32_t transport_member(const struct transport *t)
{
	return t->member;
}

enum media_state transport_state(const struct transport *t)
{
	return t->told;
}

struct peer *transport_peer(struct transport *t)
{
	return t->peer;
}

const struct transport_counts *transport_counts(const struct transport *t)
{
	return &t->counts;
}

bool transport_is_tcp(const struct transport *t)
{
	const struct addr *to = ice_selected(t->ice);
	return to && to->tcp;
}

/* ── Sending ── */

int transport_send_rtp(void *transport, struct srtp_stream *stream, struct span header,
					   const struct srtp_piece *payload)
{
	struct transport *t = transport;
	const struct addr *to = is_open(t) ? ice_selected(t->ice) : NULL;
	uint8_t *room = to ? out_room(t->env.out) : NULL;
	size_t len;
	if (!room || srtp_seal_rtp(t->tx, stream, header, payload, room, OUT_MAX, &len) < 0) {
		t->counts.unsealed++;
		return -ERR_AGAIN;
	}
	t->counts.packets_out++;
	t->counts.bytes_out += len;
	out_commit(t->env.out, to, len);
	return 0;
}

void transport_send_rtcp(void *transport, struct span compound)
{
	struct transport *t = transport;
	const struct addr *to = is_open(t) ? ice_selected(t->ice) : NULL;
	uint8_t *room = to ? out_room(t->env.out) : NULL;
	size_t len;
	if (!room || srtp_seal_rtcp(t->tx, compound, room, OUT_MAX, &len) < 0) {
		t->counts.unsealed++;
		return;
	}
	t->counts.packets_out++;
	t->counts.bytes_out += len;
	out_commit(t->env.out, to, len);
}
