/* Seats and what they are told; then datagrams and time. */
#include "media/server.h"

#include "base/random.h"
#include "media/ice.h"
#include "media/ufrag.h"

#include <stdlib.h>

enum { PACKETS = 1024 };

/* ── What the machines tell ── */

static struct server_seat *seat_of(struct server *s, const struct transport *t)
{
	return &s->seats[transport_get_id(t) - 1];
}

static void path_gone(void *arg, struct transport *t, const struct addr *addr)
{
	struct server *s = arg;
	(void)t, (void)addr;
	s->gone++;
}

static void on_state(void *arg, struct transport *t, enum media_state state)
{
	struct server_seat *seat = seat_of(arg, t);
	seat->state = state;
	seat->state_count++;
	seat->failed_count += state == MEDIA_FAILED;
}

static void on_wake(void *arg, struct transport *t)
{
	struct server *s = arg;
	s->wake = usec_min(s->wake, transport_deadline(t));
}

static void on_source(void *arg, void *transport, uint32_t source, bool arriving,
					  unsigned receivers)
{
	(void)arg, (void)transport, (void)source, (void)arriving, (void)receivers;
}

static void on_speaking(void *arg, uint64_t group, uint32_t dominant, const uint32_t *members,
						int count)
{
	(void)arg, (void)group, (void)dominant, (void)members, (void)count;
}

static void on_quality(void *arg, void *transport, int quality)
{
	(void)arg, (void)transport, (void)quality;
}

static void on_quiet(void *arg, void *transport)
{
	(void)arg, (void)transport;
}

static const struct transport_ops transport_ops = {path_gone, on_state, on_wake};
static const struct forward_ops forward_ops = {
	.send_rtp = transport_send_rtp,
	.send_rtcp = transport_send_rtcp,
	.on_source = on_source,
	.on_speaking = on_speaking,
	.on_quality = on_quality,
	.on_quiet = on_quiet,
};

/* ── Seats ── */

void server_init(struct server *s, struct dtls_ctx *dtls, struct out *out)
{
	*s = (struct server){.dtls = dtls, .out = out, .wake = USEC_NEVER};
	BUG_IF(packet_pool_new(PACKETS, &s->pool) < 0);
	struct forward_conf fc = {
		.ops = &forward_ops,
		.arg = s,
		.pool = s->pool,
		.audio_slots = 4,
		.seed = 1,
	};
	BUG_IF(forward_new(&fc, &s->forward) < 0);
}

void server_close(struct server *s, int i)
{
	transport_free(&s->seats[i].transport);
	negotiated_free(&s->seats[i].negotiated);
}

void server_done(struct server *s)
{
	for (int i = 0; i < SERVER_TRANSPORTS_MAX; i++)
		server_close(s, i);
	forward_free(&s->forward);
	BUG_IF(packet_pool_in_use(s->pool) != 0);
	packet_pool_free(&s->pool);
}

static int find_seat(const struct server *s, uint32_t member)
{
	int empty = -1;
	for (int i = SERVER_TRANSPORTS_MAX - 1; i >= 0; i--) {
		if (s->seats[i].transport && s->seats[i].member == member)
			return i;
		if (!s->seats[i].transport)
			empty = i;
	}
	return empty;
}

static struct negotiated *negotiate_with(const struct server *s, struct client *c, int i,
										 struct wr *answer)
{
	const struct negotiated *prev = s->seats[i].negotiated;
	struct negotiate_conf conf;
	struct negotiate_role_of roles[2 + CLIENT_SLOTS_MAX];
	struct negotiate_candidate candidate = {.addr = c->conf.server, .priority = 1};
	char ufrag[UFRAG_LEN + 1], pwd[UFRAG_PWD_LEN + 1];
	char *buf = malloc(CLIENT_OFFER_MAX);
	struct negotiated *n = NULL;
	BUG_IF(!buf);
	ufrag_make(0, (uint32_t)i, ufrag, pwd);
	negotiate_conf_init(&conf);
	conf.ufrag = prev ? prev->ufrag : ufrag;
	conf.pwd = prev ? prev->pwd : pwd;
	conf.fresh_ufrag = ufrag;
	conf.fresh_pwd = pwd;
	conf.fingerprint = strchr(dtls_ctx_fingerprint_text(s->dtls), ' ') + 1;
	conf.candidates = &candidate;
	conf.candidate_count = 1;
	struct span offer = client_offer(c, buf);
	for (int k = 0; k < c->line_count; k++)
		roles[k] = (struct negotiate_role_of){c->lines[k].mid,
											  (enum negotiate_role)c->lines[k].role};
	conf.roles = roles;
	conf.role_count = (unsigned)c->line_count;
	BUG_IF(negotiate(&conf, offer, prev, answer, &n) < 0);
	free(buf);
	return n;
}

static struct negotiated *copy_of(const struct negotiated *n)
{
	size_t len = sizeof *n + n->media_count * sizeof n->media[0];
	struct negotiated *copy = malloc(len);
	BUG_IF(!copy);
	memcpy(copy, n, len);
	return copy;
}

int server_answer(struct server *s, struct client *c, uint32_t member, usec now)
{
	int i = find_seat(s, member);
	BUG_IF(i < 0);
	struct server_seat *seat = &s->seats[i];
	uint8_t *room = malloc(NEGOTIATE_ANSWER_MAX);
	BUG_IF(!room);
	struct wr answer = wr_init(room, NEGOTIATE_ANSWER_MAX);
	struct negotiated *n = negotiate_with(s, c, i, &answer);
	struct transport_conf conf = {
		.id = (transport_id)i + 1,
		.group = SERVER_GROUP,
		.member = member,
		.hears = true,
		.negotiated = copy_of(n),
	};
	struct transport_env env = {
		.dtls = s->dtls,
		.forward = s->forward,
		.out = s->out,
		.ops = &transport_ops,
		.arg = s,
	};
	if (seat->transport) {
		BUG_IF(transport_update(seat->transport, &conf, now) < 0);
	} else {
		*seat = (struct server_seat){.member = member};
		BUG_IF(transport_new(&env, &conf, now, &seat->transport) < 0);
	}
	negotiated_free(&conf.negotiated);
	negotiated_free(&seat->negotiated);
	seat->negotiated = n;
	peer_gate(transport_peer(seat->transport), MEDIA_MIC, true, now);
	peer_gate(transport_peer(seat->transport), MEDIA_CAMERA, true, now);
	BUG_IF(client_answer(c, wr_span(&answer), now) < 0);
	s->wake = now;
	free(room);
	return i;
}

/* ── Datagrams and time ── */

static struct transport *find_transport(const struct server *s, struct span datagram,
										const struct addr *from)
{
	struct span ufrag;
	int worker;
	uint32_t index;
	if (ice_peek_ufrag(datagram, &ufrag) == 0 && ufrag_find(ufrag, &worker, &index) == 0
		&& index < SERVER_TRANSPORTS_MAX && s->seats[index].transport)
		return s->seats[index].transport;
	for (int i = 0; i < SERVER_TRANSPORTS_MAX; i++) {
		struct transport *t = s->seats[i].transport;
		if (t && transport_is_valid(t, from))
			return t;
	}
	return NULL;
}

void server_recv(struct server *s, struct span datagram, const struct addr *from, usec now)
{
	struct transport *t = find_transport(s, datagram, from);
	if (!t || datagram.len > PACKET_CAP)
		return;
	forward_make_room(s->forward, 1);
	struct packet *pkt = packet_new(s->pool);
	if (!pkt)
		return;
	memcpy(pkt->buf, datagram.ptr, datagram.len);
	pkt->len = (uint16_t)datagram.len;
	pkt->arrived = now;
	transport_recv(t, pkt, from, now);
	packet_unref(pkt);
}

void server_tick(struct server *s, usec now)
{
	if (forward_deadline(s->forward) <= now)
		forward_tick(s->forward, now);
	if (s->wake > now)
		return;
	s->wake = USEC_NEVER;
	for (int i = 0; i < SERVER_TRANSPORTS_MAX; i++) {
		struct transport *t = s->seats[i].transport;
		if (!t)
			continue;
		if (transport_deadline(t) <= now)
			transport_tick(t, now);
		s->wake = usec_min(s->wake, transport_deadline(t));
	}
}

usec server_deadline(const struct server *s)
{
	return usec_min(s->wake, forward_deadline(s->forward));
}
