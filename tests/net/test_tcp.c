/* TCP for media: whole frames or none, a bounded queue, and ends that are noticed. */
#include "cm.h"

#include "net/tcp.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct side {
	struct loop *loop;
	struct tcp_conn *conn;
	size_t got;
	bool closed;
	bool free_in_bytes;
};

static void bytes(void *arg, struct span piece)
{
	struct side *s = arg;
	s->got += piece.len;
	if (s->free_in_bytes)
		tcp_conn_free(&s->conn);
}

static void closed(void *arg)
{
	struct side *s = arg;
	s->closed = true;
	tcp_conn_free(&s->conn);
}

static const struct tcp_conn_ops ops = {bytes, closed};

static int pair_up(struct side *s)
{
	int fds[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	assert_int_equal(tcp_conn_new(&s->conn, s->loop, fds[0], &ops, s), 0);
	return fds[1];
}

static void a_slow_receiver_loses_whole_frames(void **state)
{
	(void)state;
	struct side s = {0};
	assert_int_equal(loop_new(&s.loop), 0);
	int far = pair_up(&s);
	uint8_t body[1000];
	memset(body, 5, sizeof body);
	const uint8_t head[2] = {0x03, 0xe8};
	size_t taken = 0;
	int err = 0;
	for (int i = 0; i < 10000 && err == 0; i++) {
		err = tcp_conn_send(s.conn, span_of(head, 2), span_of(body, sizeof body));
		if (err == 0)
			taken += 1002;
	}
	assert_int_equal(err, -ERR_FULL);
	assert_true(tcp_conn_queued(s.conn) <= TCP_QUEUE_MAX);
	/* Read it all: what was taken arrives, and nothing but whole frames. */
	size_t got = 0;
	while (got < taken) {
		uint8_t buf[65536];
		ssize_t n = recv(far, buf, sizeof buf, MSG_DONTWAIT);
		if (n > 0)
			got += (size_t)n;
		else
			loop_turn(s.loop, clock_mono() + USEC_PER_SEC);
	}
	assert_int_equal(got, taken);
	assert_int_equal(got % 1002, 0);
	assert_int_equal(tcp_conn_queued(s.conn), 0);
	close(far);
	while (!s.closed)
		loop_turn(s.loop, clock_mono() + USEC_PER_SEC);
	assert_null(s.conn);
	loop_free(&s.loop);
}

/* What a slow receiver has not taken waits with us, where there is a limit, and not in the kernel
 * by the megabyte: sound would come late by seconds. */
static void the_kernel_holds_little(void **state)
{
	(void)state;
	struct side s = {0};
	int small = 4096, waits = 0;
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof in;
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int far = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&in, sizeof in), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&in, &len), 0);
	assert_int_equal(setsockopt(far, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
	assert_int_equal(connect(far, (struct sockaddr *)&in, sizeof in), 0);
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	assert_true(fd >= 0);
	assert_int_equal(loop_new(&s.loop), 0);
	assert_int_equal(tcp_conn_new(&s.conn, s.loop, fd, &ops, &s), 0);
	uint8_t body[1000] = {0};
	const uint8_t head[2] = {0x03, 0xe8};
	int err = 0;
	while (err == 0)
		err = tcp_conn_send(s.conn, span_of(head, 2), span_of(body, sizeof body));
	assert_int_equal(err, -ERR_FULL);
	assert_int_equal(ioctl(fd, SIOCOUTQNSD, &waits), 0);
	assert_in_range(waits, 0, 64 * 1024);
	tcp_conn_free(&s.conn);
	loop_free(&s.loop);
	close(far);
	close(listener);
}

static void a_connection_may_be_freed_in_its_own_callback(void **state)
{
	(void)state;
	struct side s = {.free_in_bytes = true};
	assert_int_equal(loop_new(&s.loop), 0);
	int far = pair_up(&s);
	assert_int_equal(send(far, "hello", 5, 0), 5);
	while (s.conn)
		loop_turn(s.loop, clock_mono() + USEC_PER_SEC);
	assert_int_equal(s.got, 5);
	char c;
	assert_int_equal(recv(far, &c, 1, 0), 0);
	assert_false(s.closed);
	close(far);
	loop_free(&s.loop);
}

static int accepted_fd = -1;

static void accepted(void *arg, int fd, const struct addr *peer)
{
	(void)arg;
	assert_true(addr_is_loopback(peer));
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	accepted_fd = fd;
}

/* Listens on a port that the kernel picks. Gives its address. */
static struct sockaddr_in listen_somewhere(struct tcp_listener **ret_t, struct loop *l)
{
	struct addr any = {0};
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof in;
	int probe = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(probe, (struct sockaddr *)&in, sizeof in), 0);
	assert_int_equal(getsockname(probe, (struct sockaddr *)&in, &len), 0);
	close(probe);
	assert_int_equal(tcp_listen(ret_t, l, &any, ntohs(in.sin_port), accepted, NULL), 0);
	return in;
}

static void the_listener_gives_connections(void **state)
{
	(void)state;
	struct loop *l;
	struct tcp_listener *t;
	struct addr any = {0};
	assert_int_equal(loop_new(&l), 0);
	struct sockaddr_in in = listen_somewhere(&t, l);
	/* A second listener on the port is refused. */
	struct tcp_listener *second;
	assert_int_equal(tcp_listen(&second, l, &any, ntohs(in.sin_port), accepted, NULL), -ERR_IO);

	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
	while (accepted_fd < 0)
		loop_turn(l, clock_mono() + USEC_PER_SEC);
	close(accepted_fd);
	close(fd);
	tcp_listener_free(&t);
	assert_null(t);
	loop_free(&l);
}

/* Turns of the loop in that time. */
static int turns_in(struct loop *l, usec span)
{
	int turns = 0;
	usec end = clock_mono() + span;
	for (; clock_mono() < end; turns++)
		loop_turn(l, end);
	return turns;
}

/* Without a descriptor to give, what waits is left waiting, and the thread sleeps meanwhile. */
static void out_of_descriptors_it_waits(void **state)
{
	(void)state;
	struct loop *l;
	struct tcp_listener *t;
	assert_int_equal(loop_new(&l), 0);
	struct sockaddr_in in = listen_somewhere(&t, l);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);

	struct rlimit before, now;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	now = (struct rlimit){.rlim_cur = (rlim_t)fd + 1, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
	accepted_fd = -1;
	int turns = turns_in(l, 500 * USEC_PER_MS);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(accepted_fd, -1);
	assert_in_range(turns, 2, 20); /* spinning, it is some hundred thousand */

	usec end = clock_mono() + 5 * USEC_PER_SEC;
	while (accepted_fd < 0 && clock_mono() < end)
		loop_turn(l, end);
	assert_true(accepted_fd >= 0);
	close(accepted_fd);
	/* and it may be freed in a pause */
	int other = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(other, (struct sockaddr *)&in, sizeof in), 0);
	now.rlim_cur = (rlim_t)fd + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
	loop_turn(l, clock_mono() + 50 * USEC_PER_MS);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	tcp_listener_free(&t);
	loop_turn(l, clock_mono() + 250 * USEC_PER_MS);
	close(other);
	close(fd);
	loop_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slow_receiver_loses_whole_frames),
		cmocka_unit_test(the_kernel_holds_little),
		cmocka_unit_test(a_connection_may_be_freed_in_its_own_callback),
		cmocka_unit_test(the_listener_gives_connections),
		cmocka_unit_test(out_of_descriptors_it_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
