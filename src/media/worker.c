/* The thread's loop is at the end (run); above it, in order: what comes from the network
 * (datagrams, ICE-TCP), what is told by control (commands), and what the machines call back. */
#include "media/worker.h"

#include "base/random.h"
#include "media/ice.h"
#include "media/ice_tcp.h"
#include "media/paths.h"
#include "media/peer.h"
#include "media/ufrag.h"
#include "media/worker_events.h"
#include "net/loop.h"
#include "net/tcp.h"
#include "net/udp.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
	BATCHES_A_TURN = 4,   /* of UDP_BATCH datagrams, before timers get their turn */
	COMMANDS_A_TURN = 256,
	EARLY_MAX = 16,       /* hellos kept that came before ICE knew their address */
	EARLY_MS = 500,
	PORT_TRIES = 16,
	TLS_HANDSHAKE = 22,   /* RFC 6347 4.1: content type of a hello's record */
};

/* A transport's place in the worker's table. */
struct place {
	struct transport *t; /* NULL: free */
	struct loop_timer timer;
	struct worker *worker;
};

/* A hello that came before the check that would have made its address known. */
struct early {
	struct packet *pkt;
	struct addr from;
};

struct worker {
	/* given */
	int number;
	int transport_max;
	struct post *commands; /* owned; written by control */
	struct events events;
	struct counts *counts; /* borrowed */

	/* the thread and its files */
	pthread_t thread;
	bool started;
	bool stop;
	struct loop *loop;
	struct udp *udp;
	struct loop_io udp_io;
	struct loop_io command_io;
	struct tcp_listener *listener;
	struct ice_tcp *tcp;
	struct out out; /* UDP or TCP, by address */

	/* the machines */
	struct dtls_ctx *dtls; /* borrowed */
	struct packet_pool *pool;
	struct forward *forward;
	struct paths *paths;
	struct place *places;

	/* of the turn that is running */
	usec now;
	struct packet *batch[UDP_BATCH];
	struct early early[EARLY_MAX];
	unsigned early_next;
};

/* ── Sending: one out for both kinds of address ── */

static struct worker *worker_of_out(struct out *out)
{
	return (struct worker *)((char *)out - offsetof(struct worker, out));
}

static uint8_t *room(struct out *out)
{
	return out_room(udp_out(worker_of_out(out)->udp));
}

static void commit(struct out *out, const struct addr *to, size_t len)
{
	struct worker *w = worker_of_out(out);
	struct out *udp = udp_out(w->udp);
	if (to->tcp)
		ice_tcp_send(w->tcp, to, span_of(out_room(udp), len)); /* the room given last */
	else
		out_commit(udp, to, len);
}

/* ── What the machines call back ── */

static struct place *place_of(struct worker *w, struct transport *t)
{
	return &w->places[transport_id_index(transport_get_id(t))];
}

static void on_path_gone(void *arg, struct transport *t, const struct addr *addr)
{
	struct worker *w = arg;
	paths_del(w->paths, addr, t);
	if (addr->tcp)
		ice_tcp_drop(w->tcp, addr);
}

/* What is to be told of a transport, as yet without the details. */
static struct media_event about(const struct transport *t, enum media_event_type type)
{
	return (struct media_event){
		.type = type,
		.transport = transport_get_id(t),
		.group = transport_group(t),
		.member = transport_member(t),
	};
}

static void on_state(void *arg, struct transport *t, enum media_state state)
{
	struct worker *w = arg;
	struct media_event ev = about(t, MEDIA_EV_STATE);
	ev.state = state;
	events_put(&w->events, &ev);
}

static void on_wake(void *arg, struct transport *t)
{
	struct worker *w = arg;
	struct place *p = place_of(w, t);
	/* Not in the table yet, while it is being made: open_transport sets the timer. */
	if (p->t == t) {
		int err = loop_set(w->loop, &p->timer, transport_deadline(t));
		BUG_IF(err < 0); /* the heap has a place for each transport from the start */
	}
}

static const struct transport_ops transport_ops = {on_path_gone, on_state, on_wake};

static void on_source(void *arg, void *transport, uint32_t source, bool arriving,
					  unsigned receivers)
{
	struct worker *w = arg;
	struct media_event ev = about(transport, MEDIA_EV_SOURCE);
	ev.source.source = source;
	ev.source.arriving = arriving;
	ev.source.receivers = receivers;
	events_put(&w->events, &ev);
}

static void on_speaking(void *arg, uint64_t group, uint32_t dominant, const uint32_t *members,
						int count)
{
	struct worker *w = arg;
	struct media_event ev = {.type = MEDIA_EV_SPEAKING, .group = group};
	ev.speaking.dominant = dominant;
	for (int i = 0; i < count && i < MEDIA_SPEAKING_MAX; i++)
		ev.speaking.members[ev.speaking.count++] = members[i];
	events_put(&w->events, &ev);
}

static void on_quality(void *arg, void *transport, int quality)
{
	struct worker *w = arg;
	struct media_event ev = about(transport, MEDIA_EV_QUALITY);
	ev.quality = quality;
	events_put(&w->events, &ev);
}

static void on_quiet(void *arg, void *transport)
{
	struct media_event ev = about(transport, MEDIA_EV_QUIET);
	events_put(&((struct worker *)arg)->events, &ev);
}

static const struct forward_ops forward_ops = {
	.send_rtp = transport_send_rtp,
	.send_rtcp = transport_send_rtcp,
	.on_source = on_source,
	.on_speaking = on_speaking,
	.on_quality = on_quality,
	.on_quiet = on_quiet,
};

/* ── From the network ── */

static void transport_due(struct loop_timer *timer, usec now)
{
	struct place *p = (struct place *)((char *)timer - offsetof(struct place, timer));
	transport_tick(p->t, now);
}

/* The transport whose ufrag stands in a STUN request from an address we do not know. */
static struct transport *find_by_ufrag(struct worker *w, struct span pkt)
{
	struct span ufrag;
	int number;
	uint32_t index;
	if (ice_peek_ufrag(pkt, &ufrag) < 0 || ufrag_find(ufrag, &number, &index) < 0
		|| number != w->number || index >= (uint32_t)w->transport_max)
		return NULL;
	return w->places[index].t;
}

/* Keeps a stranger's hello: its check may be a datagram behind. Few, and for half a second. */
static void keep_early(struct worker *w, struct packet *pkt, const struct addr *from)
{
	struct early *e = &w->early[w->early_next++ % EARLY_MAX];
	packet_unref(e->pkt);
	*e = (struct early){packet_ref(pkt), *from};
}

static void take_early(struct worker *w, const struct addr *addr)
{
	for (unsigned i = 0; i < EARLY_MAX; i++) {
		struct early *e = &w->early[(w->early_next + i) % EARLY_MAX]; /* oldest first */
		if (!e->pkt || !addr_eq(&e->from, addr))
			continue;
		struct packet *pkt = e->pkt;
		e->pkt = NULL;
		struct transport *t = paths_find(w->paths, addr);
		if (t && w->now - pkt->arrived < EARLY_MS * USEC_PER_MS)
			transport_recv(t, pkt, addr, w->now);
		packet_unref(pkt);
	}
}

/* Gives an address from which t has had an authenticated check to it, unless another transport
 * uses it. No memory: the address stays unknown, and the client's next check tries again. */
static void claim(struct worker *w, struct transport *t, const struct addr *addr)
{
	struct transport *holder = paths_find(w->paths, addr);
	if (holder == t || (holder && transport_holds(holder, addr, w->now))
		|| paths_put(w->paths, addr, t) < 0)
		return;
	ice_tcp_keep(w->tcp, addr);
	take_early(w, addr);
}

static void recv_datagram(struct worker *w, struct packet *pkt, const struct addr *from)
{
	if (pkt->len == 0)
		return;
	struct transport *t = NULL;
	/* STUN goes by its ufrag first: an address may pass to another transport, as when a client
	 * reloads its page and its port is the same. */
	bool stun = pkt->buf[0] <= 3;
	if (stun)
		t = find_by_ufrag(w, span_of(pkt->buf, pkt->len));
	if (!t)
		t = paths_find(w->paths, from);
	if (!t) {
		if (pkt->buf[0] == TLS_HANDSHAKE)
			keep_early(w, pkt, from);
		return;
	}
	transport_recv(t, pkt, from, w->now);
	if (stun && transport_is_valid(t, from))
		claim(w, t, from);
}

/* Fills the batch with packets that nobody else holds. Returns how many there are. */
static int fill_batch(struct worker *w)
{
	int n = 0;
	for (int i = 0; i < UDP_BATCH; i++) {
		struct packet *p = w->batch[i];
		if (p && p->refs > 1) { /* somebody keeps it: give our reference up */
			packet_unref(p);
			p = NULL;
		}
		if (!p)
			p = packet_new(w->pool);
		w->batch[i] = NULL;
		if (p)
			w->batch[n++] = p;
	}
	return n;
}

static void udp_ready(struct loop_io *io, uint32_t events)
{
	struct worker *w = (struct worker *)((char *)io - offsetof(struct worker, udp_io));
	(void)events;
	for (int turn = 0; turn < BATCHES_A_TURN; turn++) {
		struct udp_packet got[UDP_BATCH];
		forward_make_room(w->forward, UDP_BATCH);
		int n = fill_batch(w);
		for (int i = 0; i < n; i++)
			got[i] = (struct udp_packet){.buf = w->batch[i]->buf, .cap = PACKET_CAP};
		n = n > 0 ? udp_recv(w->udp, got, n) : 0;
		w->now = clock_mono();
		for (int i = 0; i < n; i++) {
			w->batch[i]->len = (uint16_t)got[i].len;
			w->batch[i]->arrived = w->now;
			recv_datagram(w, w->batch[i], &got[i].from);
		}
		if (n < UDP_BATCH)
			return;
	}
}

static void tcp_packet(void *arg, struct span bytes, const struct addr *from)
{
	struct worker *w = arg;
	w->now = clock_mono();
	forward_make_room(w->forward, 1);
	struct packet *pkt = bytes.len <= PACKET_CAP ? packet_new(w->pool) : NULL;
	if (!pkt)
		return;
	memcpy(pkt->buf, bytes.ptr, bytes.len);
	pkt->len = (uint16_t)bytes.len;
	pkt->arrived = w->now;
	recv_datagram(w, pkt, from);
	packet_unref(pkt);
}

static void tcp_closed(void *arg, const struct addr *addr)
{
	struct worker *w = arg;
	struct transport *t = paths_find(w->paths, addr);
	w->now = clock_mono();
	if (t)
		transport_path_lost(t, addr, w->now);
}

static void tcp_accepted(void *arg, int fd, const struct addr *peer)
{
	struct worker *w = arg;
	ice_tcp_take(w->tcp, fd, peer, clock_mono());
}

/* ── From control ── */

static void open_transport(struct worker *w, transport_id id, struct transport_conf *conf)
{
	struct place *p = &w->places[transport_id_index(id)];
	struct transport_env env = {
		.dtls = w->dtls,
		.forward = w->forward,
		.out = &w->out,
		.ops = &transport_ops,
		.arg = w,
	};
	BUG_IF(p->t); /* control gives a place away only after it said close */
	struct transport *t;
	if (transport_new(&env, conf, w->now, &t) < 0) {
		events_put(&w->events, &(struct media_event){
								   .type = MEDIA_EV_STATE,
								   .transport = id,
								   .group = conf->group,
								   .member = conf->member,
								   .state = MEDIA_FAILED,
							   });
		return;
	}
	p->t = t;
	on_wake(w, t);
}

static void close_transport(struct worker *w, struct place *p)
{
	loop_unset(w->loop, &p->timer);
	transport_free(&p->t);
}

static void tell_stats(struct worker *w, struct transport *t, uint64_t token)
{
	struct media_event ev = about(t, MEDIA_EV_STATS);
	ev.stats.token = token;
	peer_stats(transport_peer(t), w->now, &ev.stats.stats);
	ev.stats.stats.tcp = transport_is_tcp(t);
	events_put(&w->events, &ev);
}

/* A command about a transport that is there. */
static void command_transport(struct worker *w, struct place *p, struct command *cmd)
{
	struct peer *peer = transport_peer(p->t);
	int err = 0;
	switch (cmd->type) {
	case COMMAND_UPDATE:
		err = transport_update(p->t, cmd->conf, w->now);
		break;
	case COMMAND_CLOSE:
		close_transport(w, p);
		break;
	case COMMAND_ASSIGN:
		err = peer_assign(peer, cmd->assign.mid, cmd->assign.source, cmd->assign.height, w->now);
		break;
	case COMMAND_GATE:
		peer_gate(peer, cmd->gate.kind, cmd->gate.open, w->now);
		break;
	case COMMAND_STATS:
		peer_show_life(peer);
		tell_stats(w, p->t, cmd->token);
		break;
	default:
		break;
	}
	(void)err; /* what control asked for is gone or impossible by now: nothing changes */
}

static void run_command(struct worker *w, struct command *cmd)
{
	struct place *p;
	switch (cmd->type) {
	case COMMAND_STOP:
		w->stop = true;
		return;
	case COMMAND_TCP:
		ice_tcp_take(w->tcp, cmd->tcp.fd, &cmd->tcp.peer, w->now);
		return;
	case COMMAND_OPEN:
		open_transport(w, cmd->id, cmd->conf);
		transport_conf_free(&cmd->conf);
		return;
	default:
		p = &w->places[transport_id_index(cmd->id)];
		if (p->t && transport_get_id(p->t) == cmd->id)
			command_transport(w, p, cmd);
		if (cmd->type == COMMAND_UPDATE)
			transport_conf_free(&cmd->conf);
	}
}

static void command_ready(struct loop_io *io, uint32_t events)
{
	struct worker *w = (struct worker *)((char *)io - offsetof(struct worker, command_io));
	struct command cmd;
	(void)events;
	w->now = clock_mono();
	for (int i = 0; i < COMMANDS_A_TURN && post_recv(w->commands, &cmd); i++)
		run_command(w, &cmd);
}

/* ── The thread ── */

static void *run(void *arg)
{
	struct worker *w = arg;
	while (!w->stop) {
		usec until = usec_min(forward_deadline(w->forward), events_deadline(&w->events));
		w->now = loop_turn(w->loop, usec_min(until, counts_deadline(w->counts)));
		if (forward_deadline(w->forward) <= w->now)
			forward_tick(w->forward, w->now);
		events_flush(&w->events, w->now);
		udp_flush(w->udp);
		counts_turn(w->counts, &(struct counts_of){w->udp, w->forward, w->pool}, w->now);
	}
	return NULL;
}

/* UDP and TCP on one port. Any port: one that is free for both. */
static int bind_ports(struct worker *w, const struct media_conf *conf)
{
	uint16_t port = conf->port ? (uint16_t)(conf->port + w->number) : 0;
	for (int tries = port ? 1 : PORT_TRIES;; tries--) {
		int err = udp_new(&w->udp, &conf->bind, port);
		if (err < 0)
			return err;
		err = tcp_listen(&w->listener, w->loop, &conf->bind, udp_port(w->udp), tcp_accepted, w);
		if (err == 0 || tries == 1)
			return err;
		udp_free(&w->udp);
	}
}

static int make_files(struct worker *w, const struct media_conf *conf)
{
	static const struct ice_tcp_ops tcp_ops = {tcp_packet, tcp_closed};
	int err = loop_new(&w->loop);
	if (err == 0)
		err = loop_reserve(w->loop, (size_t)w->transport_max + ICE_TCP_MAX);
	if (err == 0)
		err = post_new(&w->commands, sizeof(struct command), WORKER_COMMANDS);
	if (err == 0)
		err = ice_tcp_new(&w->tcp, w->loop, &tcp_ops, w);
	if (err == 0)
		err = bind_ports(w, conf);
	if (err < 0)
		return err;
	w->out = (struct out){.room = room, .commit = commit};
	w->udp_io = (struct loop_io){.fd = udp_fd(w->udp), .ready = udp_ready};
	w->command_io = (struct loop_io){.fd = post_fd(w->commands), .ready = command_ready};
	err = loop_add(w->loop, &w->udp_io, EPOLLIN);
	return err < 0 ? err : loop_add(w->loop, &w->command_io, EPOLLIN);
}

static int make_machines(struct worker *w, const struct media_conf *conf)
{
	struct forward_conf fc = {
		.ops = &forward_ops,
		.arg = w,
		.audio_slots = conf->audio_slots,
		.seed = random_u64(),
		.wall_offset = clock_wall() - clock_mono(),
	};
	int err = packet_pool_new((unsigned)conf->packets_max, &w->pool);
	fc.pool = w->pool;
	if (err == 0)
		err = forward_new(&fc, &w->forward);
	if (err == 0)
		err = paths_new(&w->paths);
	if (err < 0)
		return err;
	w->places = calloc((size_t)w->transport_max, sizeof *w->places);
	if (!w->places)
		return -ERR_NOMEM;
	for (int i = 0; i < w->transport_max; i++) {
		w->places[i].worker = w;
		w->places[i].timer.due = transport_due;
	}
	return 0;
}

int worker_new(struct worker **ret_w, const struct media_conf *conf, int number,
			   struct dtls_ctx *dtls, struct post *events, struct counts *counts)
{
	struct worker *w = calloc(1, sizeof *w);
	if (!w)
		return -ERR_NOMEM;
	w->number = number;
	w->dtls = dtls;
	w->counts = counts;
	w->transport_max = conf->transports_max;
	events_init(&w->events, events);
	int err = make_files(w, conf);
	if (err == 0)
		err = make_machines(w, conf);
	if (err == 0 && pthread_create(&w->thread, NULL, run, w) != 0)
		err = -ERR_NOMEM;
	if (err < 0) {
		worker_free(&w);
		return err;
	}
	w->started = true;
	*ret_w = w;
	return 0;
}

/* What commands that nobody will run any more own. */
static void drop_commands(struct worker *w)
{
	struct command cmd;
	while (w->commands && post_recv(w->commands, &cmd)) {
		if (cmd.type == COMMAND_OPEN || cmd.type == COMMAND_UPDATE)
			transport_conf_free(&cmd.conf);
		else if (cmd.type == COMMAND_TCP)
			close(cmd.tcp.fd);
	}
}

void worker_free(struct worker **ref)
{
	struct worker *w = *ref;
	*ref = NULL;
	if (!w)
		return;
	if (w->started) {
		post_send_wait(w->commands, &(struct command){.type = COMMAND_STOP});
		pthread_join(w->thread, NULL);
	}
	for (int i = 0; w->places && i < w->transport_max; i++)
		close_transport(w, &w->places[i]);
	if (w->udp)
		udp_flush(w->udp); /* the close_notifies */
	for (int i = 0; i < EARLY_MAX; i++)
		packet_unref(w->early[i].pkt);
	for (int i = 0; i < UDP_BATCH; i++)
		packet_unref(w->batch[i]);
	drop_commands(w);
	free(w->places);
	paths_free(&w->paths);
	forward_free(&w->forward);
	packet_pool_free(&w->pool);
	ice_tcp_free(&w->tcp);
	tcp_listener_free(&w->listener);
	udp_free(&w->udp);
	post_free(&w->commands);
	loop_free(&w->loop);
	events_done(&w->events);
	free(w);
}

uint16_t worker_port(const struct worker *w)
{
	return udp_port(w->udp);
}

void worker_post(struct worker *w, const struct command *cmd)
{
	post_send_wait(w->commands, cmd);
}
