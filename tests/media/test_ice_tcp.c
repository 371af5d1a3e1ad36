/* ICE-TCP connections over pairs of sockets: framing, numbers, and what a stranger may hold. */
#include "media/ice_tcp.h"

#include "net/out.h"
#include "wire/frame4571.h"

#include "cm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct rig {
	struct loop *loop;
	struct ice_tcp *set;
	unsigned packets, closed;
	size_t bytes;
	struct addr from; /* of the last packet */
	uint8_t last[OUT_MAX];
	size_t last_len;
	bool drop; /* each connection at its first packet */
	bool keep;
};

static void on_packet(void *arg, struct span pkt, const struct addr *from)
{
	struct rig *r = arg;
	r->packets++;
	r->bytes += pkt.len;
	r->from = *from;
	memcpy(r->last, pkt.ptr, pkt.len);
	r->last_len = pkt.len;
	if (r->drop)
		ice_tcp_drop(r->set, from);
	if (r->keep)
		ice_tcp_keep(r->set, from);
}

static void on_closed(void *arg, const struct addr *addr)
{
	struct rig *r = arg;
	(void)addr;
	r->closed++;
}

static int set_up(void **state)
{
	static const struct ice_tcp_ops ops = {on_packet, on_closed};
	struct rig *r = calloc(1, sizeof *r);
	assert_non_null(r);
	assert_int_equal(loop_new(&r->loop), 0);
	assert_int_equal(ice_tcp_new(&r->set, r->loop, &ops, r), 0);
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *r = *state;
	ice_tcp_free(&r->set);
	assert_null(r->set);
	loop_free(&r->loop);
	free(r);
	return 0;
}

static struct addr host(const char *text)
{
	struct addr a;
	assert_int_equal(addr_parse(text, 9, &a), 0);
	return a;
}

/* A connection from there; gives its other end. */
static int take(struct rig *r, const char *from, usec now)
{
	int fds[2];
	struct addr a = host(from);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	ice_tcp_take(r->set, fds[0], &a, now);
	return fds[1];
}

static void say(int fd, const char *text)
{
	uint8_t head[FRAME4571_HEAD_LEN];
	frame4571_write_head(head, strlen(text));
	assert_int_equal(write(fd, head, sizeof head), sizeof head);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void turn(struct rig *r)
{
	for (int i = 0; i < 4; i++)
		loop_turn(r->loop, 0);
}

static bool is_shut(int fd)
{
	char c;
	return recv(fd, &c, 1, MSG_PEEK) == 0;
}

static void packets_both_ways(void **state)
{
	struct rig *r = *state;
	char buf[16];
	int fd = take(r, "192.0.2.1:5000", clock_mono());
	assert_int_equal(ice_tcp_count(r->set), 1);
	say(fd, "one");
	say(fd, "three");
	turn(r);
	assert_int_equal(r->packets, 2);
	assert_memory_equal(r->last, "three", 5);
	assert_int_equal(r->from.tcp, 1);
	assert_int_equal(r->from.port, 5000);

	ice_tcp_send(r->set, &r->from, span_str("back"));
	assert_int_equal(read(fd, buf, sizeof buf), 6);
	assert_memory_equal(buf, "\0\4back", 6);
	/* No more to the wrong number. */
	struct addr wrong = r->from;
	wrong.local += 1 << 16;
	ice_tcp_send(r->set, &wrong, span_str("back"));
	wrong = r->from;
	wrong.local++;
	ice_tcp_send(r->set, &wrong, span_str("back"));
	wrong = r->from;
	wrong.tcp = 0;
	ice_tcp_send(r->set, &wrong, span_str("back"));
	assert_int_equal(read(fd, buf, sizeof buf), -1);
	close(fd);
}

static void byte_by_byte(void **state)
{
	struct rig *r = *state;
	int fd = take(r, "192.0.2.1:5000", clock_mono());
	static const char bytes[] = "\0\3abc\0\0\0\2de";
	for (size_t i = 0; i < sizeof bytes - 1; i++) {
		assert_int_equal(write(fd, &bytes[i], 1), 1);
		turn(r);
	}
	assert_int_equal(r->packets, 2);
	assert_int_equal(r->bytes, 5);
	assert_memory_equal(r->last, "de", 2);
	close(fd);
}

static void its_end_is_told_once(void **state)
{
	struct rig *r = *state;
	int fd = take(r, "192.0.2.1:5000", clock_mono());
	say(fd, "x");
	turn(r);
	close(fd);
	turn(r);
	assert_int_equal(r->closed, 1);
	assert_int_equal(ice_tcp_count(r->set), 0);
	ice_tcp_drop(r->set, &r->from);
	ice_tcp_keep(r->set, &r->from);

	/* A length that no packet has ends it too. */
	fd = take(r, "192.0.2.1:5000", clock_mono());
	assert_int_equal(write(fd, "\xff\xff more", 7), 7);
	turn(r);
	assert_int_equal(r->closed, 2);
	assert_true(is_shut(fd));
	close(fd);
}

/* What was in the same piece behind the packet at which it is dropped, is not seen. */
static void dropped_at_a_packet(void **state)
{
	struct rig *r = *state;
	r->drop = true;
	int fd = take(r, "192.0.2.1:5000", clock_mono());
	say(fd, "one");
	say(fd, "two");
	turn(r);
	assert_int_equal(r->packets, 1);
	assert_int_equal(r->closed, 0);
	assert_int_equal(ice_tcp_count(r->set), 0);
	assert_true(is_shut(fd));
	close(fd);
}

static void a_number_is_never_another(void **state)
{
	struct rig *r = *state;
	int fd = take(r, "192.0.2.1:5000", clock_mono());
	say(fd, "x");
	turn(r);
	struct addr old = r->from;
	ice_tcp_drop(r->set, &old);
	int next = take(r, "192.0.2.1:5000", clock_mono()); /* the same place, the same peer */
	say(next, "y");
	turn(r);
	assert_false(addr_eq(&old, &r->from));
	ice_tcp_drop(r->set, &old);
	ice_tcp_send(r->set, &old, span_str("z"));
	assert_int_equal(ice_tcp_count(r->set), 1);
	assert_false(is_shut(next));
	close(fd);
	close(next);
}

static void strangers_have_ten_seconds(void **state)
{
	struct rig *r = *state;
	usec past = clock_mono() - ICE_TCP_FIRST_MS * USEC_PER_MS;
	r->keep = true;
	int known = take(r, "192.0.2.1:5000", past + 1);
	say(known, "x"); /* authenticates: what has come is read before the time is looked at */
	turn(r);
	int silent = take(r, "192.0.2.2:5000", past);
	int young = take(r, "192.0.2.3:5000", past + 60 * USEC_PER_SEC);
	turn(r);
	assert_int_equal(ice_tcp_count(r->set), 2);
	assert_true(is_shut(silent));
	assert_false(is_shut(known));
	assert_false(is_shut(young));
	assert_int_equal(r->closed, 0); /* nobody knew it */
	close(known);
	close(silent);
	close(young);
}

static void a_host_has_its_share(void **state)
{
	struct rig *r = *state;
	int fds[ICE_TCP_HOST_MAX + 1];
	usec now = clock_mono();
	for (int i = 0; i <= ICE_TCP_HOST_MAX; i++)
		fds[i] = take(r, "192.0.2.1:5000", now);
	assert_int_equal(ice_tcp_count(r->set), ICE_TCP_HOST_MAX);
	assert_true(is_shut(fds[ICE_TCP_HOST_MAX]));
	int other = take(r, "192.0.2.2:5000", now); /* others are not hindered */
	assert_int_equal(ice_tcp_count(r->set), ICE_TCP_HOST_MAX + 1);
	/* Nor is the host, once its own have authenticated. */
	r->keep = true;
	say(fds[0], "x");
	turn(r);
	int more = take(r, "192.0.2.1:5000", now);
	assert_false(is_shut(more));
	for (int i = 0; i <= ICE_TCP_HOST_MAX; i++)
		close(fds[i]);
	close(other);
	close(more);
}

static void the_oldest_stranger_gives_way(void **state)
{
	struct rig *r = *state;
	static int fds[ICE_TCP_MAX + 2];
	char from[32];
	usec now = clock_mono();
	for (int i = 0; i < ICE_TCP_MAX + 2; i++) {
		struct wr w = wr_init(from, sizeof from - 1);
		wr_fmt(&w, "10.0.%d.%d:5000", i / 200, i % 200);
		wr_u8(&w, 0);
		fds[i] = take(r, from, now + i);
		if (i == 0) {
			r->keep = true;
			say(fds[0], "x");
			turn(r);
			r->keep = false;
		}
	}
	assert_int_equal(ice_tcp_count(r->set), ICE_TCP_MAX);
	assert_false(is_shut(fds[0])); /* the oldest, but no stranger */
	assert_true(is_shut(fds[1]));
	assert_true(is_shut(fds[2]));
	assert_false(is_shut(fds[3]));
	assert_false(is_shut(fds[ICE_TCP_MAX + 1]));
	for (int i = 0; i < ICE_TCP_MAX + 2; i++)
		close(fds[i]);
}

static void a_slow_reader_loses(void **state)
{
	struct rig *r = *state;
	uint8_t pkt[1200] = {0};
	int fd = take(r, "192.0.2.1:5000", clock_mono());
	say(fd, "x");
	turn(r);
	for (int i = 0; i < 2000; i++)
		ice_tcp_send(r->set, &r->from, span_of(pkt, sizeof pkt));
	/* What does come is whole. */
	struct frame4571 f;
	static uint8_t frame[OUT_MAX];
	uint8_t buf[4096];
	struct span got;
	unsigned whole = 0;
	frame4571_init(&f, frame, sizeof frame);
	for (ssize_t n; (n = read(fd, buf, sizeof buf)) > 0; turn(r)) {
		struct rd in = rd_init(span_of(buf, (size_t)n));
		int rc;
		while ((rc = frame4571_recv(&f, &in, &got)) > 0) {
			assert_int_equal(got.len, sizeof pkt);
			whole++;
		}
		assert_int_equal(rc, 0);
	}
	assert_true(whole > 50 && whole < 2000);
	assert_int_equal(ice_tcp_count(r->set), 1);
	close(fd);
}

#define WITH_RIG(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max; /* two of each connection */
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	const struct CMUnitTest tests[] = {
		WITH_RIG(packets_both_ways),
		WITH_RIG(byte_by_byte),
		WITH_RIG(its_end_is_told_once),
		WITH_RIG(dropped_at_a_packet),
		WITH_RIG(a_number_is_never_another),
		WITH_RIG(strangers_have_ten_seconds),
		WITH_RIG(a_host_has_its_share),
		WITH_RIG(the_oldest_stranger_gives_way),
		WITH_RIG(a_slow_reader_loses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
