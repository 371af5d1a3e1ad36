/* The media half with clients over real sockets: a client that moves, restarts, or takes another
 * way than UDP. */
#include "media/story.h"

#include <sys/socket.h>
#include <unistd.h>

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

/* The profile of clients without AEAD. */
static void by_counter_mode(void **state)
{
	static const struct dtls_conf counter_mode = {.profiles = {SRTP_AES128_CM_SHA1_80}};
	struct stage *s = *state;
	struct caller_conf conf = {
		.client = {.tag = 13, .mic = true, .camera = true, .audio_slots = 2, .camera_slots = 1},
	};
	struct caller *a = connected(s, 11);
	assert_int_equal(dtls_ctx_new(&counter_mode, &conf.client.dtls), 0);
	struct caller *b = stage_call(s, &conf);
	assert_true(stage_wait_connected(s, b));
	assert_int_equal(dtls_profile(b->client->dtls), SRTP_AES128_CM_SHA1_80);
	assert_int_equal(dtls_profile(a->client->dtls), SRTP_AEAD_AES_128_GCM);
	caller_open(a);
	caller_open(b);
	media_assign(s->media, a->id, "c0", camera_of(b), 720);
	media_assign(s->media, b->id, "c0", camera_of(a), 720);
	a->talks = b->talks = a->films = b->films = true;
	assert_true(stage_wait_heard(s, a, 13, 20));
	assert_true(stage_wait_heard(s, b, 11, 20));
	assert_true(wait_seen(s, a, 0, camera_of(b), 30));
	assert_true(wait_seen(s, b, 0, camera_of(a), 30));
	assert_whole(a);
	assert_whole(b);
	struct dtls_ctx *dtls = conf.client.dtls;
	caller_close(&b);
	dtls_ctx_free(&dtls);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_restart_keeps_the_call),
		STORY(a_new_port_is_followed),
		STORY(a_later_offer_adds_slots),
		STORY(by_udp_over_ipv6),
		STORY(by_counter_mode),
		STORY(by_tcp),
		STORY(by_tcp_over_ipv6),
		STORY(a_connection_that_breaks),
		cmocka_unit_test(by_the_port_of_https),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
