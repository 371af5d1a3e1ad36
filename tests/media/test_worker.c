/* The media half as a whole, with clients over real sockets: who hears and sees whom, what control
 * is told, and what survives a client that moves, restarts, or goes. */
#include "media/stage.h"

#include "cm.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct media_conf *no_conf;

static int set_up(void **state)
{
	*state = stage_new(no_conf);
	return 0;
}

static int tear_down(void **state)
{
	struct stage *s = *state;
	stage_free(&s);
	return 0;
}

/* ── What is waited for ── */

struct sight {
	struct caller *viewer;
	int slot;
	uint32_t source;
	unsigned enough;
};

static bool has_seen(struct stage *s, void *arg)
{
	const struct sight *w = arg;
	const struct client_stream *v = client_slot(w->viewer->client, true, w->slot);
	(void)s;
	return v && v->last.csrc == w->source && v->packets >= w->enough;
}

static bool wait_seen(struct stage *s, struct caller *viewer, int slot, uint32_t source,
					  unsigned more)
{
	const struct client_stream *v = client_slot(viewer->client, true, slot);
	struct sight w = {viewer, slot, source, (v ? v->packets : 0) + more};
	return stage_wait(s, has_seen, &w);
}

static uint32_t camera_of(const struct caller *c)
{
	return c->member * MEDIA_KINDS + MEDIA_CAMERA;
}

/* Whatever has come is as somebody sent it. */
static void assert_whole(const struct caller *c)
{
	assert_int_equal(c->client->unopened, 0);
	assert_int_equal(c->client->early, 0);
	assert_int_equal(c->client->odd, 0);
	for (int i = 0; i < c->client->stream_count; i++) {
		const struct client_stream *s = c->client->streams[i];
		assert_int_equal(s->wrong, 0);
		assert_int_equal(s->repeats, 0);
		assert_int_equal(s->skipped, 0);
		if (s->last.csrc)
			assert_int_equal(s->last.tag, s->last.csrc / MEDIA_KINDS);
	}
}

static struct caller *connected(struct stage *s, uint32_t tag)
{
	struct caller *c = stage_call_usual(s, tag);
	assert_int_equal(c->answered, 0);
	assert_true(stage_wait_connected(s, c));
	return c;
}

/* ── Sound and pictures ── */

static void sound_flows_by_itself(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	caller_open(a);
	caller_open(b);
	a->talks = b->talks = true;
	assert_true(stage_wait_heard(s, b, 11, 20));
	assert_true(stage_wait_heard(s, a, 12, 20));
	assert_whole(a);
	assert_whole(b);
	assert_null(client_hears(a->client, 11)); /* nobody hears himself */
	const struct client_stream *heard = client_hears(b->client, 11);
	assert_int_equal(heard->last.pt, CLIENT_OPUS);
	assert_int_equal(heard->last.tag, 11);
}

static void nothing_flows_through_a_closed_gate(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	a->talks = true;
	stage_run(s, 200 * USEC_PER_MS);
	assert_int_equal(b->client->stream_count, 0);
	assert_true(a->client->mic.count > 0);

	media_gate(s->media, a->id, MEDIA_MIC, true);
	assert_true(stage_wait_heard(s, b, 11, 10));
	/* What was said before the gate was opened is not sent afterwards. */
	assert_true(client_hears(b->client, 11)->recent[0].count > 0);
	assert_whole(b);
}

static bool is_silent(struct stage *s, void *arg)
{
	struct caller *c = arg;
	(void)s;
	return !c->receivers[MEDIA_MIC];
}

static void a_gate_closes(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	caller_open(a);
	a->talks = true;
	assert_true(stage_wait_heard(s, b, 11, 10));

	media_gate(s->media, a->id, MEDIA_MIC, false);
	assert_true(stage_wait(s, is_silent, a));
	stage_run(s, 50 * USEC_PER_MS);
	uint32_t last = client_find(b->client, b->client->streams[0]->ssrc)->last.count;
	stage_run(s, 200 * USEC_PER_MS);
	assert_int_equal(client_find(b->client, b->client->streams[0]->ssrc)->last.count, last);
	assert_true(a->client->mic.count > last + 5);
	assert_whole(b);
}

static void a_camera_goes_where_it_is_assigned(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	caller_open(a);
	a->films = true;
	stage_run(s, 150 * USEC_PER_MS);
	assert_null(client_slot(b->client, true, 0));

	media_assign(s->media, b->id, "c1", camera_of(a), 720);
	assert_true(wait_seen(s, b, 1, camera_of(a), 30));
	const struct client_stream *seen = client_slot(b->client, true, 1);
	assert_true(seen->recent[0].key); /* a picture begins with one that stands alone */
	assert_int_equal(seen->recent[0].height, 720);
	assert_null(client_slot(b->client, true, 0));
	assert_whole(b);

	media_assign(s->media, b->id, "c1", 0, 0);
	stage_run(s, 100 * USEC_PER_MS);
	unsigned before = seen->packets;
	stage_run(s, 150 * USEC_PER_MS);
	assert_int_equal(seen->packets, before);
}

static void layers_follow_the_height(void **state)
{
	struct stage *s = *state;
	struct caller_conf conf = {.client = {.tag = 11, .camera = true, .simulcast = true}};
	struct caller *a = stage_call(s, &conf);
	struct caller *b = connected(s, 12);
	assert_true(stage_wait_connected(s, a));
	caller_open(a);
	a->films = true;
	media_assign(s->media, b->id, "c0", camera_of(a), 180);
	media_assign(s->media, b->id, "c1", camera_of(a), 720);
	assert_true(wait_seen(s, b, 0, camera_of(a), 60));
	assert_true(wait_seen(s, b, 1, camera_of(a), 60));
	stage_run(s, 500 * USEC_PER_MS);
	const struct client_stream *small = client_slot(b->client, true, 0);
	const struct client_stream *large = client_slot(b->client, true, 1);
	assert_int_equal(small->height, 180);
	assert_int_equal(large->height, 720);
	assert_whole(b);
}

static void an_echo_comes_back(void **state)
{
	struct stage *s = *state;
	struct caller_conf conf = {
		.client = {.tag = 11, .mic = true, .camera = true, .audio_slots = 1, .camera_slots = 1},
		.echo = true,
	};
	struct caller *a = stage_call(s, &conf);
	assert_true(stage_wait_connected(s, a));
	caller_open(a);
	a->talks = a->films = true;
	media_assign(s->media, a->id, "c0", camera_of(a), 720);
	assert_true(stage_wait_heard(s, a, 11, 10));
	assert_true(wait_seen(s, a, 0, camera_of(a), 10));
	assert_whole(a);
}

static void groups_do_not_hear_each_other(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	struct caller_conf conf = {.client = {.tag = 13, .mic = true, .audio_slots = 2}, .group = 78};
	struct caller *other = stage_call(s, &conf);
	assert_true(stage_wait_connected(s, other));
	caller_open(a);
	caller_open(other);
	a->talks = other->talks = true;
	assert_true(stage_wait_heard(s, b, 11, 20));
	assert_int_equal(other->client->stream_count, 0);
	assert_null(client_hears(b->client, 13));
	media_assign(s->media, other->id, "a0", camera_of(a), 0);
	stage_run(s, 100 * USEC_PER_MS);
	assert_int_equal(other->client->stream_count, 0);
}

/* ── What control is told ── */

static bool is_told(struct stage *s, void *arg)
{
	struct caller *c = arg;
	(void)s;
	return c->arriving[MEDIA_MIC] && c->receivers[MEDIA_MIC] == 2;
}

static bool is_speaking(struct stage *s, void *arg)
{
	const struct media_event *ev = &s->speaking;
	return ev->group == STAGE_GROUP && ev->speaking.dominant == *(uint32_t *)arg
		   && ev->speaking.count == 1 && ev->speaking.members[0] == *(uint32_t *)arg;
}

static bool is_quiet(struct stage *s, void *arg)
{
	(void)arg;
	return s->speaking.speaking.count == 0 && s->speaking.speaking.dominant == 0;
}

static bool has_stats(struct stage *s, void *arg)
{
	(void)s;
	return ((struct caller *)arg)->stats_token == 4711;
}

static bool has_quality(struct stage *s, void *arg)
{
	(void)s;
	return ((struct caller *)arg)->quality == 3;
}

static void control_is_told(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	connected(s, 12);
	connected(s, 13);
	uint32_t member = 11;
	caller_open(a);
	a->talks = true;
	assert_true(stage_wait(s, is_told, a));
	assert_true(stage_wait(s, is_speaking, &member));
	assert_true(stage_wait(s, has_quality, a));
	media_stats(s->media, a->id, 4711);
	assert_true(stage_wait(s, has_stats, a));
	assert_false(a->stats.tcp);
	assert_true(a->stats.packets_in > 20);
	assert_true(a->stats.up_bps > 10000 && a->stats.up_bps < 200000);
	assert_true(a->client->srs + a->client->rrs > 0);
	assert_true(a->client->twccs > 0);

	media_close(s->media, a->id);
	assert_true(stage_wait(s, is_quiet, NULL));
}

/* ── A client that moves ── */

static void a_restart_keeps_the_call(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	caller_open(a);
	a->talks = true;
	assert_true(stage_wait_heard(s, b, 11, 10));
	transport_id id = a->id;
	char ufrag[8];
	memcpy(ufrag, a->client->ufrag, sizeof ufrag);

	assert_int_equal(caller_offer(a, true), 0);
	assert_int_equal(a->id, id);
	assert_memory_not_equal(ufrag, a->client->ufrag, 4 + 2);
	caller_move(a); /* from a new network */
	assert_true(stage_wait_heard(s, b, 11, 50));
	assert_true(stage_wait_connected(s, a));
	assert_int_equal(a->state_count, 1); /* never anything but connected */
	assert_int_equal(client_hears(b->client, 11)->wrong, 0);
}

static void a_new_port_is_followed(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	caller_open(a);
	caller_open(b);
	a->talks = b->talks = true;
	assert_true(stage_wait_heard(s, b, 11, 10));
	assert_true(stage_wait_heard(s, a, 12, 10));

	caller_move(a); /* its address translation has forgotten it */
	stage_run(s, 100 * USEC_PER_MS);
	unsigned before = client_hears(b->client, 11)->packets;
	stage_run(s, 200 * USEC_PER_MS);
	assert_int_equal(client_hears(b->client, 11)->packets, before); /* not by media alone */
	assert_true(stage_wait_heard(s, b, 11, 20)); /* its next check says where it is */
	assert_true(stage_wait_heard(s, a, 12, 20));
	assert_int_equal(a->state_count, 1);
}

static bool sees_second(struct stage *s, void *arg)
{
	struct caller *c = arg;
	(void)s;
	return client_slot(c->client, true, 1) != NULL;
}

static void a_later_offer_adds_slots(void **state)
{
	struct stage *s = *state;
	struct caller_conf conf = {.client = {.tag = 12, .audio_slots = 1, .camera_slots = 1}};
	struct caller *a = connected(s, 11);
	struct caller *b = stage_call(s, &conf);
	assert_true(stage_wait_connected(s, b));
	caller_open(a);
	a->films = a->talks = true;
	media_assign(s->media, b->id, "c0", camera_of(a), 720);
	assert_true(wait_seen(s, b, 0, camera_of(a), 10));
	uint32_t ssrc = b->client->slots[1].ssrc;

	struct client_slot *more = &b->client->slots[b->client->slot_count++];
	*more = (struct client_slot){.mid = "c1", .video = true};
	b->client->lines[b->client->line_count++] =
		(struct media_line){.mid = "c1", .role = MEDIA_ROLE_SLOT_CAMERA};
	assert_int_equal(caller_offer(b, false), 0);
	assert_int_equal(b->answer.line_count, 3);
	assert_int_equal(b->client->slots[1].ssrc, ssrc);
	media_assign(s->media, b->id, "c1", camera_of(a), 720);
	assert_true(stage_wait(s, sees_second, b));
	assert_true(wait_seen(s, b, 0, camera_of(a), 10));
	assert_whole(b);
}

/* ── Ways ── */

static bool has_ipv6(void)
{
	struct addr a;
	assert_int_equal(addr_parse("[::1]", 9, &a), 0);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_storage ss;
	socklen_t len = (socklen_t)addr_to_sockaddr(&a, &ss, false);
	bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&ss, len) == 0;
	if (fd >= 0)
		close(fd);
	return ok;
}

static void call_by(struct stage *s, enum client_way way)
{
	struct caller_conf conf = {
		.client = {.tag = 13, .mic = true, .camera = true, .audio_slots = 2, .way = way},
	};
	struct caller *a = connected(s, 11);
	struct caller *b = stage_call(s, &conf);
	assert_int_equal(b->answered, 0);
	assert_true(stage_wait_connected(s, b));
	caller_open(a);
	caller_open(b);
	media_assign(s->media, a->id, "c0", camera_of(b), 720);
	a->talks = b->talks = b->films = true;
	assert_true(stage_wait_heard(s, a, 13, 20));
	assert_true(stage_wait_heard(s, b, 11, 20));
	assert_true(wait_seen(s, a, 0, camera_of(b), 30));
	assert_whole(a);
	assert_whole(b);
	media_stats(s->media, b->id, 4711);
	assert_true(stage_wait(s, has_stats, b));
	assert_int_equal(b->stats.tcp, way == CLIENT_TCP4 || way == CLIENT_TCP6);
}

static void by_udp_over_ipv6(void **state)
{
	if (!has_ipv6())
		skip();
	call_by(*state, CLIENT_UDP6);
}

static void by_tcp(void **state)
{
	call_by(*state, CLIENT_TCP4);
}

static void by_tcp_over_ipv6(void **state)
{
	if (!has_ipv6())
		skip();
	call_by(*state, CLIENT_TCP6);
}

static bool is_gone(struct stage *s, void *arg)
{
	(void)s;
	return ((struct caller *)arg)->state == MEDIA_DISCONNECTED;
}

static bool is_hung_up(struct stage *s, void *arg)
{
	(void)s;
	return ((struct caller *)arg)->fd < 0;
}

static void a_connection_that_breaks(void **state)
{
	struct stage *s = *state;
	struct caller_conf conf = {.client = {.tag = 13, .mic = true, .way = CLIENT_TCP4}};
	struct caller *b = stage_call(s, &conf);
	assert_true(stage_wait_connected(s, b));
	caller_vanish(b);
	assert_true(stage_wait(s, is_gone, b));

	struct caller *c = stage_call(s, &(struct caller_conf){
										 .client = {.tag = 14, .mic = true, .way = CLIENT_TCP4}});
	assert_true(stage_wait_connected(s, c));
	media_close(s->media, c->id); /* takes its connection with it */
	assert_true(stage_wait(s, is_hung_up, c));
}

/* The port of HTTPS: whoever listens there gives the connection on. */
struct door {
	int fd;
	bool opened;
};

static void open_door(struct stage *s, void *arg)
{
	struct door *d = arg;
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;
	uint8_t buf[600];
	struct addr peer;
	static int fd = -1;
	if (d->opened)
		return;
	if (fd < 0)
		fd = accept4(d->fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t n = recv(fd, buf, sizeof buf, MSG_PEEK);
	if (n < 2 || n < 2 + get_u16(buf))
		return;
	len = sizeof ss;
	assert_int_equal(getpeername(fd, (struct sockaddr *)&ss, &len), 0);
	assert_int_equal(addr_from_sockaddr(&peer, (struct sockaddr *)&ss), 0);
	media_take_tcp(s->media, fd, &peer, span_of(buf + 2, get_u16(buf)));
	d->opened = true;
	fd = -1;
}

static void by_the_port_of_https(void **state)
{
	struct door d = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
	struct media_conf conf = stage_conf();
	struct sockaddr_storage ss;
	socklen_t len = (socklen_t)addr_to_sockaddr(&conf.announced[0], &ss, false);
	struct addr at;
	(void)state;
	assert_int_equal(bind(d.fd, (struct sockaddr *)&ss, len), 0);
	assert_int_equal(listen(d.fd, 4), 0);
	len = sizeof ss;
	assert_int_equal(getsockname(d.fd, (struct sockaddr *)&ss, &len), 0);
	assert_int_equal(addr_from_sockaddr(&at, (struct sockaddr *)&ss), 0);
	conf.https_port = at.port;
	conf.workers = 2;
	struct stage *s = stage_new(&conf);
	s->turn = open_door;
	s->turn_arg = &d;
	call_by(s, CLIENT_TCP4);
	assert_true(d.opened);
	stage_free(&s);
	close(d.fd);
}

/* ── Coming and going ── */

static bool is_closed(struct stage *s, void *arg)
{
	(void)s;
	return ((struct caller *)arg)->state == MEDIA_CLOSED;
}

static void a_client_says_goodbye(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	dtls_close(a->client->dtls, &a->client->server, &a->out);
	assert_true(stage_wait(s, is_closed, a));
}

static void a_closed_id_means_nothing(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	transport_id old = a->id;
	caller_close(&a);
	a = connected(s, 13);
	/* Worker and place are the same, the generation is not. */
	assert_int_not_equal(a->id, old);
	assert_int_equal(a->id & 0xfffff, old & 0xfffff);
	media_gate(s->media, old, MEDIA_MIC, true);
	media_assign(s->media, old, "c0", camera_of(b), 720);
	media_stats(s->media, old, 4711);
	media_close(s->media, old);
	a->talks = true;
	stage_run(s, 200 * USEC_PER_MS);
	assert_int_equal(b->client->stream_count, 0);
	assert_int_equal(a->stats_token, 0);
	assert_true(client_is_connected(a->client));

	struct media_offer offer = {.group = STAGE_GROUP};
	struct media_answer answer;
	assert_int_equal(media_answer(s->media, old, &offer, &answer), -ERR_NOTFOUND);
	assert_int_equal(media_answer(s->media, ~old, &offer, &answer), -ERR_NOTFOUND);
	media_gate(s->media, a->id, MEDIA_MIC, true);
	assert_true(stage_wait_heard(s, b, 13, 10));
}

static void a_member_that_comes_back_is_heard_in_the_same_slot(void **state)
{
	struct stage *s = *state;
	struct caller *a = connected(s, 11);
	struct caller *b = connected(s, 12);
	caller_open(a);
	a->talks = a->films = true;
	media_assign(s->media, b->id, "c0", camera_of(a), 720);
	assert_true(stage_wait_heard(s, b, 11, 10));
	assert_true(wait_seen(s, b, 0, camera_of(a), 10));
	caller_vanish(a);
	struct caller *again = connected(s, 11);
	caller_open(again);
	again->talks = again->films = true;
	assert_true(stage_wait_heard(s, b, 11, 10));
	assert_true(wait_seen(s, b, 0, camera_of(a), 10));
	assert_whole(b);
}

static void many_come_and_go(void **state)
{
	struct stage *s = *state;
	struct caller *b = connected(s, 12);
	for (uint32_t round = 0; round < 20; round++) {
		struct caller *some[6];
		for (uint32_t i = 0; i < 6; i++) {
			some[i] = stage_call_usual(s, 100 + round * 6 + i);
			assert_int_equal(some[i]->answered, 0);
			caller_open(some[i]);
			some[i]->talks = true;
		}
		if (round % 4 == 0) /* some get as far as being heard, some are closed in mid-handshake */
			assert_true(stage_wait_heard(s, b, 100 + round * 6, 1));
		else
			stage_run(s, (usec)round * USEC_PER_MS);
		for (int i = 0; i < 6; i++)
			caller_close(&some[i]);
	}
	assert_true(client_is_connected(b->client));
	assert_whole(b);
}

static void a_full_worker_says_so(void **state)
{
	struct media_conf conf = stage_conf();
	struct caller *c[4];
	(void)state;
	conf.transports_max = 3;
	struct stage *s = stage_new(&conf);
	for (uint32_t i = 0; i < 4; i++)
		c[i] = stage_call_usual(s, 11 + i);
	assert_int_equal(c[2]->answered, 0);
	assert_int_equal(c[3]->answered, -ERR_FULL);
	caller_close(&c[0]);
	assert_int_equal(stage_call_usual(s, 15)->answered, 0);
	assert_int_equal(stage_call_usual(s, 16)->answered, -ERR_FULL);
	stage_free(&s);
}

static void bad_offers_are_refused(void **state)
{
	struct stage *s = *state;
	static const char no_slots[] =
		"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
		"a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n"
		"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\n";
	struct media_offer offer = {.group = STAGE_GROUP, .member = 1, .sdp = span_str("nonsense")};
	struct media_answer answer;
	for (int i = 0; i < 200; i++) { /* none of them takes a place */
		assert_int_equal(media_answer(s->media, 0, &offer, &answer), -ERR_PROTO);
		struct media_offer other = offer;
		other.sdp = span_str(no_slots);
		assert_true(media_answer(s->media, 0, &other, &answer) < 0);
	}
	connected(s, 11);
}

static void groups_spread_over_workers(void **state)
{
	struct media_conf conf = stage_conf();
	struct caller *c[6];
	(void)state;
	conf.workers = 3;
	struct stage *s = stage_new(&conf);
	for (uint32_t i = 0; i < 6; i++) {
		struct caller_conf cc = {
			.client = {.tag = 11 + i, .mic = true, .audio_slots = 2},
			.group = 100 + i / 2,
		};
		c[i] = stage_call(s, &cc);
		assert_int_equal(c[i]->answered, 0);
		caller_open(c[i]);
		c[i]->talks = true;
	}
	for (uint32_t i = 0; i < 6; i++) {
		assert_true(stage_wait_heard(s, c[i], 11 + (i ^ 1), 10));
		assert_int_equal(c[i]->client->stream_count, 1);
		assert_whole(c[i]);
		assert_int_equal(c[i]->client->server.port, media_port(s->media, (int)i / 2));
	}
	assert_int_not_equal(media_port(s->media, 0), media_port(s->media, 1));
	stage_free(&s);
}

static void it_ends_with_everything_open(void **state)
{
	struct media_conf conf = stage_conf();
	(void)state;
	conf.workers = 2;
	struct stage *s = stage_new(&conf);
	for (uint32_t i = 0; i < 12; i++) {
		struct caller_conf cc = {
			.client = {.tag = 11 + i, .mic = true, .camera = true, .audio_slots = 2,
					   .camera_slots = 1, .way = i % 3 == 0 ? CLIENT_TCP4 : CLIENT_UDP4},
			.group = 1 + i % 3,
		};
		struct caller *c = stage_call(s, &cc);
		caller_open(c);
		c->talks = c->films = true;
		media_assign(s->media, c->id, "c0", (11 + (i + 3) % 12) * MEDIA_KINDS + MEDIA_CAMERA, 360);
	}
	stage_run(s, 300 * USEC_PER_MS);
	for (uint32_t i = 0; i < 4; i++) /* and these are in the middle of it */
		stage_call_usual(s, 50 + i);
	stage_free(&s);
}

static void a_used_port_is_refused(void **state)
{
	struct stage *s = *state;
	struct media_conf conf = stage_conf();
	struct media *other = NULL;
	conf.port = media_port(s->media, 0);
	assert_int_equal(media_new(&other, &conf), -ERR_IO);
	assert_null(other);
	conf = stage_conf();
	conf.packets_max = 10;
	assert_int_equal(media_new(&other, &conf), -ERR_INVALID);
	conf = stage_conf();
	conf.workers = MEDIA_WORKERS_MAX + 1;
	assert_int_equal(media_new(&other, &conf), -ERR_INVALID);
}

static void roles_have_names(void **state)
{
	(void)state;
	assert_int_equal(media_role_parse("mic"), MEDIA_ROLE_MIC);
	assert_int_equal(media_role_parse("slot-screen-audio"), MEDIA_ROLE_SLOT_SCREEN_AUDIO);
	assert_int_equal(media_role_parse("none"), MEDIA_ROLE_NONE);
	assert_int_equal(media_role_parse("host"), MEDIA_ROLE_NONE);
}

#define STORY(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(sound_flows_by_itself),
		STORY(nothing_flows_through_a_closed_gate),
		STORY(a_gate_closes),
		STORY(a_camera_goes_where_it_is_assigned),
		STORY(layers_follow_the_height),
		STORY(an_echo_comes_back),
		STORY(groups_do_not_hear_each_other),
		STORY(control_is_told),
		STORY(a_restart_keeps_the_call),
		STORY(a_new_port_is_followed),
		STORY(a_later_offer_adds_slots),
		STORY(by_udp_over_ipv6),
		STORY(by_tcp),
		STORY(by_tcp_over_ipv6),
		STORY(a_connection_that_breaks),
		cmocka_unit_test(by_the_port_of_https),
		STORY(a_client_says_goodbye),
		STORY(a_closed_id_means_nothing),
		STORY(a_member_that_comes_back_is_heard_in_the_same_slot),
		STORY(many_come_and_go),
		cmocka_unit_test(a_full_worker_says_so),
		STORY(bad_offers_are_refused),
		cmocka_unit_test(groups_spread_over_workers),
		cmocka_unit_test(it_ends_with_everything_open),
		STORY(a_used_port_is_refused),
		cmocka_unit_test(roles_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
