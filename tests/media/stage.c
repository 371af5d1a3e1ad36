/* Sockets first, then callers, then the waiting at the end, which everything runs from. */
#include "media/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* ── Sockets ── */

static int connect_to(const struct addr *server)
{
	struct sockaddr_storage ss;
	socklen_t len = (socklen_t)addr_to_sockaddr(server, &ss, false);
	int fd = socket(ss.ss_family, (server->tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
	int on = 1;
	BUG_IF(fd < 0 || connect(fd, (struct sockaddr *)&ss, len) < 0);
	if (server->tcp)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	BUG_IF(fcntl(fd, F_SETFL, O_NONBLOCK) < 0);
	return fd;
}

/* A stream takes all of it, however slow the other end is. */
static void write_all(int fd, struct span s)
{
	while (s.len > 0) {
		ssize_t n = send(fd, s.ptr, s.len, MSG_NOSIGNAL);
		if (n < 0) {
			if (errno != EAGAIN)
				return; /* closed: the reader finds out */
			struct pollfd p = {.fd = fd, .events = POLLOUT};
			(void)poll(&p, 1, 1000);
			continue;
		}
		s = span_sub(s, (size_t)n, s.len);
	}
}

void caller_send(struct caller *c, struct span datagram)
{
	uint8_t head[FRAME4571_HEAD_LEN];
	if (c->fd < 0)
		return;
	if (!c->client->server.tcp) {
		ssize_t n = send(c->fd, datagram.ptr, datagram.len, MSG_NOSIGNAL);
		(void)n; /* refused or full: lost */
		return;
	}
	frame4571_write_head(head, datagram.len);
	write_all(c->fd, span_of(head, sizeof head));
	write_all(c->fd, datagram);
}

static struct caller *caller_of(struct out *out)
{
	return (struct caller *)((char *)out - offsetof(struct caller, out));
}

static uint8_t *room(struct out *out)
{
	return caller_of(out)->room;
}

static void commit(struct out *out, const struct addr *to, size_t len)
{
	struct caller *c = caller_of(out);
	(void)to;
	caller_send(c, span_of(c->room, len));
}

static void hang_up(struct caller *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static void read_datagrams(struct caller *c)
{
	uint8_t buf[2048];
	ssize_t n;
	while ((n = recv(c->fd, buf, sizeof buf, 0)) >= 0)
		client_recv(c->client, span_of(buf, (size_t)n), clock_mono(), &c->out);
}

static void read_stream(struct caller *c)
{
	uint8_t buf[4096];
	ssize_t n;
	while (c->fd >= 0 && (n = recv(c->fd, buf, sizeof buf, 0)) != -1) {
		struct rd in = rd_init(span_of(buf, (size_t)n));
		struct span pkt;
		while (frame4571_recv(&c->framing, &in, &pkt) > 0)
			client_recv(c->client, pkt, clock_mono(), &c->out);
		if (n == 0)
			hang_up(c);
	}
	if (c->fd >= 0 && errno != EAGAIN)
		hang_up(c);
}

/* ── Callers ── */

void caller_move(struct caller *c)
{
	hang_up(c);
	c->fd = connect_to(&c->client->server);
	frame4571_init(&c->framing, c->frame, sizeof c->frame);
}

int caller_offer(struct caller *c, bool restart)
{
	char *buf = malloc(CLIENT_OFFER_MAX);
	BUG_IF(!buf);
	if (restart)
		client_restart(c->client);
	struct media_offer offer = {
		.group = c->group,
		.member = c->member,
		.sdp = client_offer(c->client, buf),
		.lines = c->client->lines,
		.line_count = c->client->line_count,
		.echo = c->echo,
		.hears = c->hears,
	};
	free(c->answer.sdp);
	c->answer = (struct media_answer){0};
	c->answered = media_answer(c->stage->media, c->id, &offer, &c->answer);
	free(buf);
	if (c->answered < 0)
		return c->answered;
	c->id = c->answer.id;
	struct span sdp = span_of(c->answer.sdp, c->answer.sdp_len);
	BUG_IF(client_answer(c->client, sdp, clock_mono()) < 0);
	return 0;
}

struct caller *stage_call(struct stage *s, const struct caller_conf *conf)
{
	struct caller *c = calloc(1, sizeof *c);
	struct client_conf client = conf->client;
	BUG_IF(!c || s->count == STAGE_CALLERS_MAX);
	if (!client.dtls)
		client.dtls = s->dtls;
	c->stage = s;
	c->client = client_new(&client);
	c->group = conf->group ? conf->group : STAGE_GROUP;
	c->member = conf->member ? conf->member : client.tag;
	c->hears = !conf->deaf;
	c->echo = conf->echo;
	c->fd = -1;
	c->out = (struct out){.room = room, .commit = commit};
	c->level = 20;
	c->frame_packets = 3;
	c->quality = -1;
	s->callers[s->count++] = c;
	if (caller_offer(c, false) == 0)
		caller_move(c);
	return c;
}

struct caller *stage_call_usual(struct stage *s, uint32_t tag)
{
	struct caller_conf conf = {
		.client = {.tag = tag, .mic = true, .camera = true, .audio_slots = 3, .camera_slots = 2},
	};
	return stage_call(s, &conf);
}

void caller_open(struct caller *c)
{
	media_gate(c->stage->media, c->id, MEDIA_MIC, true);
	media_gate(c->stage->media, c->id, MEDIA_CAMERA, true);
}

void caller_vanish(struct caller *c)
{
	hang_up(c);
	c->talks = c->films = false;
}

static void free_caller(struct caller *c)
{
	hang_up(c);
	client_free(&c->client);
	free(c->answer.sdp);
	free(c);
}

void caller_close(struct caller **ref)
{
	struct caller *c = *ref;
	struct stage *s = c->stage;
	*ref = NULL;
	if (c->id)
		media_close(s->media, c->id);
	for (int i = 0; i < s->count; i++) {
		if (s->callers[i] == c)
			s->callers[i--] = s->callers[--s->count];
	}
	free_caller(c);
}

void caller_sound(struct caller *c)
{
	/* Speech has pauses: what never changes is noise. */
	uint8_t level = c->client->mic.count % 12 < 8 ? c->level : 100;
	client_sound(c->client, level, level < 60, &c->out);
}

/* ── The stage ── */

struct media_conf stage_conf(void)
{
	struct media_conf conf = {
		.workers = 1,
		.announced_count = 2,
		.loopback = true,
		.transports_max = 64,
		.packets_max = 2048,
		.audio_slots = 4,
	};
	BUG_IF(addr_parse("127.0.0.1", 0, &conf.announced[0]) < 0);
	BUG_IF(addr_parse("[::1]", 0, &conf.announced[1]) < 0);
	return conf;
}

struct stage *stage_new(const struct media_conf *conf)
{
	struct stage *s = calloc(1, sizeof *s);
	struct media_conf usual = stage_conf();
	BUG_IF(!s);
	BUG_IF(dtls_ctx_new(NULL, &s->dtls) < 0);
	BUG_IF(media_new(&s->media, conf ? conf : &usual) < 0);
	return s;
}

void stage_free(struct stage **ref)
{
	struct stage *s = *ref;
	*ref = NULL;
	media_free(&s->media);
	for (int i = 0; i < s->count; i++)
		free_caller(s->callers[i]);
	dtls_ctx_free(&s->dtls);
	free(s);
}

static void on_event(const struct media_event *ev, void *arg)
{
	struct stage *s = arg;
	struct caller *c = NULL;
	if (s->event_count < STAGE_EVENTS_MAX)
		s->events[s->event_count++] = *ev;
	for (int i = 0; i < s->count; i++) {
		if (ev->transport && s->callers[i]->id == ev->transport)
			c = s->callers[i];
	}
	if (ev->type == MEDIA_EV_SPEAKING) {
		s->speaking = *ev;
		s->speaking_count++;
	} else if (c && ev->type == MEDIA_EV_STATE) {
		c->state = ev->state;
		c->state_count++;
	} else if (c && ev->type == MEDIA_EV_SOURCE) {
		c->arriving[ev->source.source % MEDIA_KINDS] = ev->source.arriving;
		c->receivers[ev->source.source % MEDIA_KINDS] = ev->source.receivers;
	} else if (c && ev->type == MEDIA_EV_STATS) {
		c->stats = ev->stats.stats;
		c->stats_token = ev->stats.token;
	} else if (c && ev->type == MEDIA_EV_QUALITY) {
		c->quality = ev->quality;
	}
}

/* Sends what a caller has to send by now. Returns when it is to be asked again. */
static usec perform(struct caller *c, usec now)
{
	usec next = USEC_NEVER;
	if (c->fd < 0 || c->held)
		return next;
	if (client_deadline(c->client) <= now)
		client_tick(c->client, now, &c->out);
	if (client_is_connected(c->client)) {
		if (c->talks && c->next_sound <= now) {
			caller_sound(c);
			c->next_sound = usec_max(c->next_sound, now - 100 * USEC_PER_MS)
							+ CLIENT_SOUND_MS * USEC_PER_MS;
		}
		if (c->films && c->next_frame <= now) {
			for (int i = 0; i < c->client->layer_count; i++)
				client_frame(c->client, i, c->frame_packets, &c->out);
			c->next_frame = now + CLIENT_FRAME_MS * USEC_PER_MS;
		}
		next = c->talks ? c->next_sound : next;
		next = c->films ? usec_min(next, c->next_frame) : next;
	}
	return usec_min(next, client_deadline(c->client));
}

static void turn(struct stage *s, usec until)
{
	struct pollfd fds[STAGE_CALLERS_MAX + 1];
	usec now = clock_mono();
	for (int i = 0; i < s->count; i++)
		until = usec_min(until, perform(s->callers[i], now));
	if (s->turn) {
		s->turn(s, s->turn_arg);
		until = usec_min(until, now + USEC_PER_MS);
	}
	for (int i = 0; i < s->count; i++)
		fds[i] = (struct pollfd){.fd = s->callers[i]->held ? -1 : s->callers[i]->fd,
								 .events = POLLIN};
	fds[s->count] = (struct pollfd){.fd = media_fd(s->media), .events = POLLIN};
	usec left = usec_max(until - now, 0);
	struct timespec ts = {left / USEC_PER_SEC, left % USEC_PER_SEC * 1000};
	(void)ppoll(fds, (nfds_t)s->count + 1, &ts, NULL);
	for (int i = 0; i < s->count; i++) {
		struct caller *c = s->callers[i];
		if (c->fd < 0 || !fds[i].revents)
			continue;
		if (c->client->server.tcp)
			read_stream(c);
		else
			read_datagrams(c);
	}
	media_drain(s->media, on_event, s);
}

bool stage_wait(struct stage *s, bool (*done)(struct stage *s, void *arg), void *arg)
{
	usec end = clock_mono() + STAGE_PATIENCE_SEC * USEC_PER_SEC;
	while (!done(s, arg)) {
		if (clock_mono() >= end)
			return false;
		turn(s, end);
	}
	return true;
}

static bool never(struct stage *s, void *arg)
{
	(void)s;
	return clock_mono() >= *(usec *)arg;
}

void stage_run(struct stage *s, usec time)
{
	usec end = clock_mono() + time;
	while (!never(s, &end))
		turn(s, end);
}

static bool is_connected(struct stage *s, void *arg)
{
	struct caller *c = arg;
	(void)s;
	return client_is_connected(c->client) && c->state == MEDIA_CONNECTED;
}

bool stage_wait_connected(struct stage *s, struct caller *c)
{
	return stage_wait(s, is_connected, c);
}

struct hearing {
	struct caller *hearer;
	uint32_t member;
	unsigned enough;
};

static unsigned heard(const struct caller *c, uint32_t member)
{
	const struct client_stream *s = client_hears(c->client, member);
	return s ? s->packets : 0;
}

static bool has_heard(struct stage *s, void *arg)
{
	const struct hearing *h = arg;
	(void)s;
	return heard(h->hearer, h->member) >= h->enough;
}

bool stage_wait_heard(struct stage *s, struct caller *hearer, uint32_t member, unsigned more)
{
	struct hearing h = {hearer, member, heard(hearer, member) + more};
	return stage_wait(s, has_heard, &h);
}

/* ── Strangers ── */

void stranger_init(struct stranger *s, const struct addr *server)
{
	*s = (struct stranger){.fd = connect_to(server)};
}

void stranger_done(struct stranger *s)
{
	close(s->fd);
}

void stranger_send(struct stranger *s, struct span datagram)
{
	ssize_t n = send(s->fd, datagram.ptr, datagram.len, MSG_NOSIGNAL);
	(void)n;
}

void stranger_drain(struct stranger *s)
{
	uint8_t buf[2048];
	ssize_t n;
	while ((n = recv(s->fd, buf, sizeof buf, 0)) >= 0) {
		s->got++;
		s->bytes += (uint64_t)n;
	}
}
