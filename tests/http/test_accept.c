/* The acceptor: telling connections apart by their first bytes, handing them on, its limits. */
#include "http/http_client.h"

#include "http/accept.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* A STUN binding request without attributes, in the framing of RFC 4571. */
static const uint8_t stun[] = {0x00, 0x14, 0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3,
	4, 5, 6, 7, 8, 9, 10, 11, 12};

static struct server_conf conf;
static struct server_stats stats;
static struct acceptor *acceptor;
static int tls_fd, media_fd;
static unsigned tls_count, media_count;
static struct addr last_peer;

static void take_tls(int fd, const struct addr *peer, void *arg)
{
	tls_count++;
	tls_fd = fd;
	last_peer = *peer;
	stats.connections++;
}

static void take_media(int fd, const struct addr *peer, struct span message, void *arg)
{
	assert_int_equal(message.len, sizeof stun - 2);
	assert_memory_equal(message.ptr, stun + 2, message.len);
	media_count++;
	media_fd = fd;
	last_peer = *peer;
}

static int start(void **state)
{
	test_conf_init(&conf);
	conf.media_tcp = take_media;
	conf.first_bytes_ms = 1000;
	memset(&stats, 0, sizeof stats);
	tls_count = media_count = 0;
	tls_fd = media_fd = -1;
	return acceptor_new(&conf, &stats, take_tls, NULL, &acceptor);
}

static int stop(void **state)
{
	acceptor_free(&acceptor);
	assert_null(acceptor);
	assert_int_equal(stats.pending, 0);
	return 0;
}

static struct client *dial(const char *bytes, size_t len)
{
	struct client *c = client_plain(acceptor_port(acceptor, 0), NULL);
	client_send(c, bytes, len);
	return c;
}

/* Ends a connection that was handed on as TLS. */
static void hang_up(int fd, struct client **c)
{
	close(fd);
	client_free(c);
}

#define first(bytes) first_bytes_tell(span_of(bytes, sizeof bytes - 1))

static void tells(void **state)
{
	assert_int_equal(first(""), FIRST_MORE);
	assert_int_equal(first("\x16"), FIRST_TLS);
	assert_int_equal(first("\x16\x03\x01"), FIRST_TLS);
	assert_int_equal(first("G"), FIRST_HTTP);
	assert_int_equal(first("PRI * HTTP/2.0"), FIRST_HTTP);
	for (size_t n = 1; n < FIRST_BYTES_MAX; n++)
		assert_int_equal(first_bytes_tell(span_of(stun, n)), FIRST_MORE);
	assert_int_equal(first_bytes_tell(span_of(stun, FIRST_BYTES_MAX)), FIRST_STUN);
	assert_int_equal(first_bytes_tell(span_of(stun, sizeof stun)), FIRST_STUN);
	/* An answer, another cookie, lengths that disagree, a frame that is too long. */
	assert_int_equal(first("\x00\x14\x01\x01"), FIRST_OTHER);
	assert_int_equal(first("\x00\x14\x00\x01\x00\x00\x21\x12\xa4\x43"), FIRST_OTHER);
	assert_int_equal(first("\x00\x15\x00\x01\x00\x00\x21\x12\xa4\x42"), FIRST_OTHER);
	assert_int_equal(first("\x00\x14\x00\x01\x00\x04\x21\x12\xa4\x42"), FIRST_OTHER);
	assert_int_equal(first("\x04\x14"), FIRST_OTHER);
	assert_int_equal(first("\x80\x80\x01"), FIRST_OTHER); /* SSL 2 */
	assert_int_equal(first("ssh"), FIRST_OTHER);
	assert_int_equal(first("\xff"), FIRST_OTHER);
}

static void hands_on_tls_untouched(void **state)
{
	char buf[8];
	struct client *c = dial("\x16\x03\x01", 3);
	turn_until(tls_count == 1);
	assert_int_equal(recv(tls_fd, buf, sizeof buf, 0), 3);
	assert_true(addr_is_loopback(&last_peer));
	assert_int_equal(stats.pending, 0);
	acceptor_release(acceptor, &last_peer);
	hang_up(tls_fd, &c);
}

static void hands_on_stun_untouched(void **state)
{
	uint8_t buf[64];
	/* Byte by byte, as a slow path may bring it. */
	struct client *c = dial("", 0);
	for (size_t i = 0; i < sizeof stun; i++) {
		assert_int_equal(media_count, 0);
		client_send(c, stun + i, 1);
		turn_for(2);
	}
	turn_until(media_count == 1);
	assert_int_equal(recv(media_fd, buf, sizeof buf, 0), sizeof stun);
	assert_memory_equal(buf, stun, sizeof stun);
	hang_up(media_fd, &c);
	/* More behind it stays there too. */
	c = dial((const char *)stun, sizeof stun);
	client_send(c, "more", 4);
	turn_until(media_count == 2);
	hang_up(media_fd, &c);
	assert_int_equal(stats.media_tcp, 2);
	assert_int_equal(tls_count, 0);
}

static void closes_what_it_does_not_know(void **state)
{
	conf.first_bytes_ms = 150;
	struct client *silent = dial("", 0), *half = dial((const char *)stun, 12);
	struct client *other = dial("\xff", 1), *left = dial("\x00", 1), *gone = dial("", 0);
	shutdown(left->fd, SHUT_WR);
	client_free(&gone);
	client_until_eof(other);
	client_until_eof(left);
	turn_until(stats.refused_first >= 2);
	client_until_eof(silent);
	client_until_eof(half);
	turn_until(stats.pending == 0);
	assert_int_equal(stats.refused_first, 5);
	assert_int_equal(tls_count + media_count, 0);
	client_free(&silent);
	client_free(&half);
	client_free(&other);
	client_free(&left);
}

static void no_media_no_stun(void **state)
{
	conf.media_tcp = NULL;
	struct client *c = dial((const char *)stun, sizeof stun);
	client_until_eof(c);
	assert_int_equal(stats.refused_first, 1);
	client_free(&c);
}

static void limits_a_host(void **state)
{
	conf.connections_host_max = 3;
	struct client *c[3], *more;
	int fd[3];
	for (int i = 0; i < 3; i++) {
		c[i] = dial("\x16", 1);
		turn_until(tls_count == 1u + (unsigned)i);
		fd[i] = tls_fd;
	}
	struct addr one = last_peer;
	more = dial("\x16", 1);
	client_until_eof(more);
	assert_int_equal(stats.refused_host, 1);
	client_free(&more);
	/* Another host is another matter. */
	more = client_plain(acceptor_port(acceptor, 0), "127.0.0.2");
	client_puts(more, "\x16");
	turn_until(tls_count == 4);
	struct addr two = last_peer;
	assert_false(addr_eq_host(&one, &two));
	hang_up(tls_fd, &more);
	acceptor_release(acceptor, &two);
	/* And who leaves makes room. */
	acceptor_release(acceptor, &one);
	hang_up(fd[0], &c[0]);
	c[0] = dial("\x16", 1);
	turn_until(tls_count == 5);
	fd[0] = tls_fd;
	for (int i = 0; i < 3; i++) {
		acceptor_release(acceptor, &one);
		hang_up(fd[i], &c[i]);
	}
	/* Media connections are counted by media. */
	for (int i = 0; i < 5; i++) {
		c[0] = dial((const char *)stun, sizeof stun);
		turn_until(media_count == 1u + (unsigned)i);
		hang_up(media_fd, &c[0]);
	}
}

static void limits_all(void **state)
{
	conf.connections_max = 1;
	struct client *c = dial("\x16", 1), *more;
	turn_until(tls_count == 1);
	int fd = tls_fd;
	more = dial("\x16", 1);
	client_until_eof(more);
	assert_int_equal(stats.refused_full, 1);
	client_free(&more);
	hang_up(fd, &c);
}

/* When too many are silent the longest silent one goes; who speaks gets through. */
static void limits_the_silent(void **state)
{
	conf.pending_max = 10;
	conf.first_bytes_ms = 5000;
	struct client *silent[30];
	for (int i = 0; i < 30; i++) {
		silent[i] = dial("", 0);
		turn_for(1);
	}
	turn_until(stats.accepted == 30);
	assert_int_equal(stats.pending, 10);
	assert_int_equal(stats.refused_full, 20);
	struct client *c = dial("\x16", 1);
	turn_until(tls_count == 1);
	client_until_eof(silent[0]);
	assert_false(silent[29]->eof);
	hang_up(tls_fd, &c);
	for (int i = 0; i < 30; i++)
		client_free(&silent[i]);
}

/* Out of descriptors: it waits instead of spinning, and comes back. */
static void survives_want_of_descriptors(void **state)
{
	struct rlimit before, now;
	struct client *c = client_plain(acceptor_port(acceptor, 0), NULL);
	int lowest = dup(0);
	close(lowest);
	getrlimit(RLIMIT_NOFILE, &before);
	now = before;
	now.rlim_cur = (rlim_t)lowest;
	setrlimit(RLIMIT_NOFILE, &now);
	turn_for(50);
	assert_in_range(stats.accept_errors, 1, 5);
	setrlimit(RLIMIT_NOFILE, &before);
	client_puts(c, "\x16");
	turn_until(tls_count == 1);
	hang_up(tls_fd, &c);
}

static void answers_plain_http(void **state)
{
	/* In two pieces, and with more than is kept. */
	struct client *c = dial("GET /x HTTP/1.1\r\n", 17);
	turn_for(5);
	client_puts(c, "Host: localhost\r\n\r\n");
	struct response r = client_response(c, false);
	assert_int_equal(r.status, 301);
	client_until_eof(c);
	response_done(&r);
	client_free(&c);
	g_autofree char *pad = g_strnfill(100000, 'x');
	c = dial("GET /", 5);
	client_puts(c, pad);
	r = client_response(c, false);
	assert_int_equal(r.status, 400);
	response_done(&r);
	client_free(&c);
	/* Who never ends the header is closed. */
	conf.first_bytes_ms = 150;
	c = dial("GET / HTTP/1.1\r\n", 16);
	client_until_eof(c);
	client_free(&c);
	turn_until(stats.pending == 0);
	assert_int_equal(stats.plain_http, 2);
}

static void drains(void **state)
{
	struct client *c = dial("", 0);
	turn_until(stats.pending == 1);
	acceptor_drain(acceptor);
	client_until_eof(c);
	client_free(&c);
	assert_int_equal(stats.pending, 0);
}

/* [::] takes both families; a specific IPv6 address does not. */
static void listens_to_both_families(void **state)
{
	struct acceptor *both;
	struct server_conf any = conf;
	any.listen[0] = (struct addr){.family = 6};
	any.listen[1] = (struct addr){.family = 4, .host = {127, 0, 0, 1}};
	any.listen_count = 2;
	assert_int_equal(acceptor_new(&any, &stats, take_tls, NULL, &both), 0);
	for (size_t i = 0; i < 2; i++) {
		struct client *c = client_plain(acceptor_port(both, i), NULL);
		client_puts(c, "\x16");
		turn_until(tls_count == i + 1);
		assert_int_equal(last_peer.family, 4);
		acceptor_release(both, &last_peer);
		hang_up(tls_fd, &c);
	}
	assert_int_equal(acceptor_port(both, 2), 0);
	acceptor_free(&both);
	any.listen_count = 0;
	assert_int_equal(acceptor_new(&any, &stats, take_tls, NULL, &both), -ERR_INVALID);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, start, stop)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells),
		TEST(hands_on_tls_untouched),
		TEST(hands_on_stun_untouched),
		TEST(closes_what_it_does_not_know),
		TEST(no_media_no_stun),
		TEST(limits_a_host),
		TEST(limits_all),
		TEST(limits_the_silent),
		TEST(survives_want_of_descriptors),
		TEST(answers_plain_http),
		TEST(drains),
		TEST(listens_to_both_families),
	};
	return cmocka_run_group_tests_name("http/accept", tests, NULL, NULL);
}
