/* UDP over loopback: what is sent arrives whole, in order, from the address that was asked. */
#include "cm.h"

#include "net/udp.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct udp *open_any(void)
{
	struct udp *u;
	struct addr none = {0};
	assert_int_equal(udp_new(&u, &none, 0), 0);
	return u;
}

static int recv_wait(struct udp *u, struct udp_packet *p, int n)
{
	struct pollfd pfd = {udp_fd(u), POLLIN, 0};
	assert_int_equal(poll(&pfd, 1, 5000), 1);
	return udp_recv(u, p, n);
}

static struct addr at(const char *host, const struct udp *u)
{
	struct addr a;
	assert_int_equal(addr_parse(host, udp_port(u), &a), 0);
	return a;
}

/* Sizes that make runs for GSO, breaks in them, and a last shorter one. */
static void runs_of_any_sizes_arrive_whole(void **state)
{
	(void)state;
	static const size_t sizes[] = {1200, 1200, 1200, 800, 1200, 1200, 1, 1500, 1500, 3, 3, 3, 900};
	enum { N = sizeof sizes / sizeof sizes[0] };
	static const char *const hosts[] = {"127.0.0.1", "::1"};
	struct udp *a = open_any();
	struct udp *b = open_any();
	for (size_t h = 0; h < 2; h++) {
		struct addr to = at(hosts[h], b);
		for (int i = 0; i < N; i++) {
			uint8_t *room = out_room(udp_out(a));
			assert_non_null(room);
			memset(room, i + 1, sizes[i]);
			out_commit(udp_out(a), &to, sizes[i]);
		}
		udp_flush(a);
		uint8_t bufs[N][1500];
		for (int got = 0; got < N;) {
			struct udp_packet p[N];
			for (int i = 0; i < N; i++)
				p[i] = (struct udp_packet){.buf = bufs[i], .cap = 1500};
			int n = recv_wait(b, p, N - got);
			for (int i = 0; i < n; i++, got++) {
				assert_int_equal(p[i].len, sizes[got]);
				assert_int_equal(p[i].buf[0], got + 1);
				assert_int_equal(p[i].buf[p[i].len - 1], got + 1);
				assert_int_equal(p[i].from.port, udp_port(a));
			}
		}
	}
	assert_true(udp_counts(a)->calls_out < udp_counts(a)->datagrams_out);
	assert_int_equal(udp_counts(a)->send_fails, 0);
	udp_free(&a);
	udp_free(&b);
}

static void answers_come_from_the_address_that_was_asked(void **state)
{
	(void)state;
	struct udp *u = open_any();
	/* 127.0.0.2 is ours too; the kernel by itself would answer from 127.0.0.1. */
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_storage ss;
	struct addr asked = at("127.0.0.2", u);
	socklen_t len = (socklen_t)addr_to_sockaddr(&asked, &ss, false);
	struct sockaddr_in me = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_int_equal(bind(fd, (struct sockaddr *)&me, sizeof me), 0);
	assert_int_equal(sendto(fd, "hej", 3, 0, (struct sockaddr *)&ss, len), 3);

	uint8_t buf[100];
	struct udp_packet p = {.buf = buf, .cap = sizeof buf};
	assert_int_equal(recv_wait(u, &p, 1), 1);
	assert_int_not_equal(p.from.local, 0);
	assert_int_equal(out_put(udp_out(u), &p.from, span_str("svar")), 0);
	udp_flush(u);

	struct addr from;
	len = sizeof ss;
	assert_int_equal(recvfrom(fd, buf, sizeof buf, 0, (struct sockaddr *)&ss, &len), 4);
	assert_int_equal(addr_from_sockaddr(&from, (struct sockaddr *)&ss), 0);
	assert_true(addr_eq(&from, &asked));
	close(fd);
	udp_free(&u);
}

static void what_is_too_long_is_counted_and_empty(void **state)
{
	(void)state;
	struct udp *a = open_any();
	struct udp *b = open_any();
	struct addr to = at("127.0.0.1", b);
	assert_int_equal(out_put(udp_out(a), &to, span_str("twelve bytes")), 0);
	udp_flush(a);
	uint8_t buf[4];
	struct udp_packet p = {.buf = buf, .cap = sizeof buf};
	assert_int_equal(recv_wait(b, &p, 1), 1);
	assert_int_equal(p.len, 0);
	assert_int_equal(udp_counts(b)->too_long, 1);
	udp_free(&a);
	udp_free(&b);
}

static void more_receivers_and_slots_than_a_flush_holds(void **state)
{
	(void)state;
	struct udp *a = open_any();
	struct udp *b = open_any();
	/* 127.0.x.y:port of b: many addresses, one socket that hears them all */
	enum { N = 700 };
	for (int i = 0; i < N; i++) {
		struct addr to = at("127.0.0.1", b);
		to.host[2] = (uint8_t)(i >> 8);
		to.host[3] = (uint8_t)(i & 0xff) | 1;
		uint8_t number[2] = {(uint8_t)(i >> 8), (uint8_t)i};
		assert_int_equal(out_put(udp_out(a), &to, span_of(number, 2)), 0);
	}
	udp_flush(a);
	uint8_t seen[N] = {0};
	for (int got = 0; got < N; got++) {
		uint8_t buf[16];
		struct udp_packet p = {.buf = buf, .cap = sizeof buf};
		assert_int_equal(recv_wait(b, &p, 1), 1);
		assert_int_equal(p.len, 2);
		int number = buf[0] << 8 | buf[1];
		assert_true(number < N);
		assert_int_equal(seen[number]++, 0);
	}
	udp_free(&a);
	udp_free(&b);
}

/* The room for what waits is bytes, not places: the largest datagrams fill it first. */
static void more_bytes_than_a_flush_holds(void **state)
{
	(void)state;
	struct udp *a = open_any();
	struct udp *b = open_any();
	enum { N = 400 };
	struct addr to = at("127.0.0.1", b);
	for (int i = 0; i < N; i++) {
		size_t len = OUT_MAX - (size_t)(i % 7);
		uint8_t *room = out_room(udp_out(a));
		assert_non_null(room);
		memset(room, i, OUT_MAX); /* all of it may be written */
		out_commit(udp_out(a), &to, len);
	}
	udp_flush(a);
	for (int got = 0; got < N; got++) {
		uint8_t buf[OUT_MAX];
		struct udp_packet p = {.buf = buf, .cap = sizeof buf};
		assert_int_equal(recv_wait(b, &p, 1), 1);
		assert_int_equal(p.len, OUT_MAX - got % 7);
		assert_int_equal(p.buf[0], (uint8_t)got);
		assert_int_equal(p.buf[p.len - 1], (uint8_t)got);
	}
	udp_free(&a);
	udp_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_of_any_sizes_arrive_whole),
		cmocka_unit_test(answers_come_from_the_address_that_was_asked),
		cmocka_unit_test(what_is_too_long_is_counted_and_empty),
		cmocka_unit_test(more_receivers_and_slots_than_a_flush_holds),
		cmocka_unit_test(more_bytes_than_a_flush_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
