/* Whole transports, driven by a script of bytes: strangers' datagrams, real clients whose handshake
 * may be tampered with, RTP and RTCP of any shape under right keys, checks from here and there,
 * offers again, and time. Nothing may break; nobody is sent a byte who has not authenticated; in
 * the end every packet is back.
 *
 * A step is one byte that says what, one that says who and from where, and what it needs. */
#include "media/crypto.h"
#include "media/server.h"
#include "wire/rtp.h"
#include "wire/stun.h"

#include "fuzz.h"

enum { CLIENTS = 2, ADDRS = 5, QUEUE = 64, STEPS_MAX = 300, PUMP_MAX = 400 };

struct datagram {
	int from, to; /* addresses; -1: the server's */
	size_t len;
	uint8_t bytes[OUT_MAX];
};

struct node {
	struct out out; /* first */
	int addr;       /* -1: the server's */
	struct client *client;
	struct {
		unsigned after; /* this many of its datagrams from now; 0: none */
		uint16_t at;
		uint8_t xor;
	} tamper;
	uint8_t room[OUT_MAX];
};

static struct dtls_ctx *server_ctx, *client_ctx;
static struct server server;
static struct node server_node, nodes[CLIENTS];
static bool known[ADDRS]; /* a good check may have come from there */
static struct datagram queue[QUEUE];
static unsigned queued, taken;
static usec now;

/* ── A network without loss, in order ── */

static struct addr nth(int i)
{
	return (struct addr){.family = 4, .port = (uint16_t)(5000 + i), .host = {192, 0, 2, 1}};
}

static int index_of(const struct addr *a)
{
	for (int i = -1; i < ADDRS; i++) {
		struct addr b = nth(i);
		if (addr_eq(a, &b))
			return i;
	}
	abort();
}

static uint8_t *room(struct out *out)
{
	return ((struct node *)out)->room;
}

static void push(int from, int to, struct span bytes)
{
	if (queued - taken == QUEUE)
		return;
	struct datagram *d = &queue[queued++ % QUEUE];
	d->from = from;
	d->to = to;
	d->len = bytes.len;
	if (bytes.len)
		memcpy(d->bytes, bytes.ptr, bytes.len);
}

static void commit(struct out *out, const struct addr *to, size_t len)
{
	struct node *n = (struct node *)out;
	MUST(len <= OUT_MAX);
	if (n == &server_node)
		MUST(known[index_of(to)]);
	else if (n->tamper.after && --n->tamper.after == 0)
		n->room[n->tamper.at % len] ^= n->tamper.xor;
	if (n != &server_node && n->room[0] <= 3)
		known[n->addr] = true;
	push(n->addr, index_of(to), span_of(n->room, len));
}

static void pump(void)
{
	for (int i = 0; i < PUMP_MAX && taken < queued; i++) {
		struct datagram d = queue[taken++ % QUEUE];
		struct addr from = nth(d.from);
		if (d.to < 0)
			server_recv(&server, span_of(d.bytes, d.len), &from, now);
		for (int k = 0; k < CLIENTS; k++) {
			if (d.to >= 0 && d.to == nodes[k].addr)
				client_recv(nodes[k].client, span_of(d.bytes, d.len), now, &nodes[k].out);
		}
	}
	taken = queued;
}

static void tick(void)
{
	if (server_deadline(&server) <= now)
		server_tick(&server, now);
	for (int k = 0; k < CLIENTS; k++) {
		if (client_deadline(nodes[k].client) <= now)
			client_tick(nodes[k].client, now, &nodes[k].out);
	}
	pump();
}

/* ── Clients ── */

static void join(int k)
{
	struct client_conf conf = {
		.dtls = client_ctx,
		.tag = 11 + (uint32_t)k,
		.mic = true,
		.camera = true,
		.simulcast = k == 1,
		.audio_slots = 2,
		.camera_slots = 1,
		.server = nth(-1),
	};
	nodes[k].client = client_new(&conf);
	(void)server_answer(&server, nodes[k].client, conf.tag, now);
}

static void leave(int k)
{
	for (int i = 0; i < SERVER_TRANSPORTS_MAX; i++) {
		if (server.seats[i].transport && server.seats[i].member == 11 + (uint32_t)k)
			server_close(&server, i);
	}
	client_free(&nodes[k].client);
}

static struct server_seat *seat_of(int k)
{
	for (int i = 0; i < SERVER_TRANSPORTS_MAX; i++) {
		if (server.seats[i].transport && server.seats[i].member == 11 + (uint32_t)k)
			return &server.seats[i];
	}
	abort();
}

/* Under a client's keys, whatever it is. */
static void send_sealed(int k, int from, struct span plain, bool rtcp)
{
	struct client *c = nodes[k].client;
	uint8_t buf[OUT_MAX];
	struct srtp_stream stream = {0};
	struct rtp rtp;
	size_t len = 0;
	if (!c->tx)
		return;
	if (rtcp) {
		if (srtp_seal_rtcp(c->tx, plain, buf, sizeof buf, &len) < 0)
			return;
	} else {
		if (rtp_parse_header(plain, &rtp) < 0)
			return;
		struct srtp_piece piece = {.b = span_sub(plain, rtp.header_len, plain.len)};
		if (srtp_seal_rtp(c->tx, &stream, span_of(plain.ptr, rtp.header_len), &piece, buf,
						  sizeof buf, &len) < 0)
			return;
	}
	push(from, -1, span_of(buf, len));
}

/* Feedback about one of its slots, whose SSRCs no script can know: that stands in the third word
 * by number. */
static struct span about_a_slot(int k, struct span rtcp, uint8_t dst[OUT_MAX])
{
	const struct client *c = nodes[k].client;
	if (rtcp.len < 12)
		return rtcp;
	memcpy(dst, rtcp.ptr, rtcp.len);
	put_u32(dst + 8, c->slots[dst[11] % c->slot_count].ssrc);
	return span_of(dst, rtcp.len);
}

static void send_check(int k, int from, uint8_t flags)
{
	const struct negotiated *n = seat_of(k)->negotiated;
	static const uint8_t zero[STUN_TXID_LEN];
	uint8_t buf[OUT_MAX], tag[CRYPTO_SHA1_LEN];
	char user[2 * NEGOTIATE_UFRAG_MAX + 2];
	struct wr w = wr_init(buf, sizeof buf);
	struct wr u = wr_init(user, sizeof user);
	struct crypto_hmac key;
	wr_fmt(&u, "%s:%s%s", n->ufrag, n->remote_ufrag, flags & 1 ? "x" : "");
	stun_write_begin(&w, STUN_REQUEST, STUN_BINDING, zero);
	stun_write_attr(&w, STUN_ATTR_USERNAME, wr_span(&u));
	stun_write_attr(&w, flags & 2 ? STUN_ATTR_ICE_CONTROLLED : STUN_ATTR_ICE_CONTROLLING,
					span_of(zero, 8));
	if (flags & 4)
		stun_write_attr(&w, STUN_ATTR_USE_CANDIDATE, span_of(NULL, 0));
	if (flags & 8)
		stun_write_attr(&w, 0x7f00, span_of(NULL, 0));
	crypto_hmac_init(&key, flags & 16 ? span_str("not the password at all") : span_str(n->pwd));
	struct span input = stun_write_integrity_begin(&w);
	crypto_hmac_sha1(&key, &input, 1, tag);
	stun_write_integrity(&w, tag);
	stun_write_fingerprint(&w);
	if (!(flags & (1 | 16)))
		known[from] = true; /* from now on it may be answered */
	push(from, -1, wr_span(&w));
}

/* ── The script ── */

enum step {
	STEP_RAW,
	STEP_RTP,
	STEP_RTCP,
	STEP_CHECK,
	STEP_TAMPER,
	STEP_WAIT,
	STEP_MOVE,
	STEP_OFFER,
	STEP_ANEW,
	STEP_ASSIGN,
	STEP_LOST,
	STEP_TALK,
	STEPS
};

static void talk(int k)
{
	struct node *n = &nodes[k];
	if (!client_is_connected(n->client))
		return;
	client_sound(n->client, 20, true, &n->out);
	for (int i = 0; i < n->client->layer_count; i++)
		client_frame(n->client, i, 2, &n->out);
}

static void change(enum step step, int k, int addr, struct rd *in)
{
	struct server_seat *seat = seat_of(k);
	struct addr a = nth(addr);
	switch (step) {
	case STEP_TAMPER:
		nodes[k].tamper.after = rd_u8(in) % 16;
		nodes[k].tamper.at = rd_u16(in);
		nodes[k].tamper.xor = rd_u8(in);
		break;
	case STEP_WAIT:
		now += (usec)rd_u16(in) * USEC_PER_MS;
		break;
	case STEP_MOVE:
		nodes[k].addr = addr;
		break;
	case STEP_OFFER:
		if (rd_u8(in) % 2)
			client_restart(nodes[k].client);
		(void)server_answer(&server, nodes[k].client, seat->member, now);
		break;
	case STEP_ANEW:
		leave(k);
		join(k);
		break;
	case STEP_ASSIGN:
		(void)!peer_assign(transport_peer(seat->transport), rd_u8(in) % 2 ? "c0" : "a0",
						   rd_u8(in), 720, now);
		peer_gate(transport_peer(seat->transport), MEDIA_MIC, rd_u8(in) % 4 != 0, now);
		break;
	case STEP_LOST:
		transport_path_lost(seat->transport, &a, now);
		break;
	default:
		talk(k);
		break;
	}
}

static void step(struct rd *in)
{
	enum step step = (enum step)(rd_u8(in) % STEPS);
	uint8_t who = rd_u8(in);
	int k = who % CLIENTS;
	int addr = who / CLIENTS % ADDRS;
	if (step <= STEP_RTCP) {
		uint8_t room_for[OUT_MAX];
		struct span bytes = rd_take(in, rd_u16(in) % OUT_MAX);
		if (step == STEP_RTCP && who & 0x40)
			bytes = about_a_slot(k, bytes, room_for);
		if (step == STEP_RAW)
			push(addr, -1, bytes);
		else
			send_sealed(k, who & 0x80 ? addr : nodes[k].addr, bytes, step == STEP_RTCP);
	} else if (step == STEP_CHECK) {
		send_check(k, addr, rd_u8(in));
	} else {
		change(step, k, addr, in);
	}
	tick();
}

/* A check and its answer, then the handshake. */
static void connect_all(void)
{
	for (int i = 0; i < 3; i++)
		tick();
	for (int k = 0; k < CLIENTS; k++)
		MUST(client_is_connected(nodes[k].client) && seat_of(k)->state == MEDIA_CONNECTED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rd in = rd_init(span_of(data, len));
	if (!server_ctx)
		MUST(dtls_ctx_new(NULL, &server_ctx) == 0 && dtls_ctx_new(NULL, &client_ctx) == 0);
	now = 1000 * USEC_PER_SEC;
	queued = taken = 0;
	memset(known, 0, sizeof known);
	server_node = (struct node){.out = {room, commit}, .addr = -1};
	server_init(&server, server_ctx, &server_node.out);
	for (int k = 0; k < CLIENTS; k++) {
		nodes[k] = (struct node){.out = {room, commit}, .addr = k};
		join(k);
	}
	if (rd_u8(&in) % 4) /* most begin with two that are connected */
		connect_all();
	for (int i = 0; i < STEPS_MAX && rd_left(&in) > 0; i++)
		step(&in);
	for (int k = 0; k < CLIENTS; k++)
		leave(k);
	server_done(&server);
	return 0;
}
