/* The server as a whole: TLS, keep-alive, deadlines, stalled peers, rotation of certificates, what
 * it does with connections that are not HTTPS, and its end. */
#include "http/http_client.h"

#include <string.h>
#include <sys/socket.h>

static void say_hello(struct request *req, void *arg)
{
	reply_text(req, 200, "text/plain; charset=utf-8", "hej");
}

static struct request *kept;

static void keep_request(struct request *req, void *arg)
{
	kept = req;
}

static void send_much(struct request *req, void *arg)
{
	enum { LEN = 64 << 20 };
	reply_bytes(req, 200, "application/octet-stream", g_bytes_new_take(g_malloc0(LEN), LEN));
}

static const struct route routes[] = {
	{"GET", "/", say_hello, 0, 0},
	{"POST", "/", say_hello, 0, 0},
	{"GET", "/later", keep_request, 0, 0},
	{"GET", "/much", send_much, 0, 0},
};

static struct server *start(const struct server_conf *conf)
{
	struct server *server;
	assert_int_equal(server_new(conf, &server), 0);
	assert_int_equal(server_add_routes(server, routes, G_N_ELEMENTS(routes), NULL), 0);
	return server;
}

static void serves_and_keeps_alive(void **state)
{
	struct server_conf conf;
	test_conf_init(&conf);
	struct server *server = start(&conf);
	struct client *c = client_tls(server_port(server, 0));
	for (int i = 0; i < 3; i++) {
		struct response r = client_ask(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
		assert_int_equal(r.status, 200);
		assert_int_equal(r.body->len, 3);
		response_done(&r);
	}
	/* Two at once are answered in their order. */
	client_puts(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
				   "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n");
	struct response a = client_response(c, false), b = client_response(c, false);
	assert_int_equal(a.status, 200);
	assert_int_equal(b.status, 404);
	response_done(&a);
	response_done(&b);
	assert_int_equal(server_stats(server)->connections, 1);
	assert_int_equal(server_stats(server)->tls, 1);
	turn_until(server_stats(server)->requests == 5);
	assert_int_equal(server_stats(server)->replies[2], 4);
	client_free(&c);
	turn_until(server_stats(server)->connections == 0);
	server_free(&server);
	assert_null(server);
}

static void refuses_a_bad_certificate(void **state)
{
	struct server_conf conf;
	struct server *server = NULL;
	struct pem other = pem_new("other");
	test_conf_init(&conf);
	conf.key_pem = span_str(other.key);
	assert_int_equal(server_new(&conf, &server), -ERR_CRYPTO);
	conf.key_pem = span_str("nonsense");
	assert_int_equal(server_new(&conf, &server), -ERR_CRYPTO);
	assert_null(server);
	pem_free(&other);
}

static void refuses_a_port_in_use(void **state)
{
	struct server_conf conf;
	struct server *second = NULL;
	test_conf_init(&conf);
	struct server *server = start(&conf);
	conf.listen[0].port = server_port(server, 0);
	assert_int_equal(server_new(&conf, &second), -ERR_IO);
	server_free(&server);
}

static void rotates_the_certificate(void **state)
{
	struct server_conf conf;
	struct pem second = pem_new("second");
	test_conf_init(&conf);
	struct server *server = start(&conf);
	/* A handshake that has only just begun, and a connection that is open. */
	struct client *half = client_plain(server_port(server, 0), NULL);
	client_send(half, "\x16\x03\x01", 3);
	struct client *old = client_tls(server_port(server, 0));
	g_autofree char *old_name = client_peer_name(old);
	assert_string_equal(old_name, "first");
	assert_int_equal(
		server_set_certificate(server, span_str(second.cert), conf.key_pem), -ERR_CRYPTO);
	assert_int_equal(
		server_set_certificate(server, span_str(second.cert), span_str(second.key)), 0);
	struct client *fresh = client_tls(server_port(server, 0));
	g_autofree char *new_name = client_peer_name(fresh);
	assert_string_equal(new_name, "second");
	struct response r = client_ask(old, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_int_equal(r.status, 200);
	response_done(&r);
	client_free(&half);
	client_free(&old);
	client_free(&fresh);
	server_free(&server);
	pem_free(&second);
}

/* Attack 38: TLS handshakes that never go on, and headers that trickle. */
static void stalled_peers_hold_up_nobody(void **state)
{
	enum { STALLED = 200 };
	struct server_conf conf;
	struct client *stalled[STALLED];
	test_conf_init(&conf);
	conf.header_ms = 3000;
	struct server *server = start(&conf);
	uint16_t port = server_port(server, 0);
	for (int i = 0; i < STALLED; i++) {
		if (i % 2) {
			stalled[i] = client_plain(port, NULL);
			client_send(stalled[i], "\x16\x03\x01\x02\x00\x01", 6);
		} else {
			stalled[i] = client_tls(port);
			client_puts(stalled[i], "GET / HTTP/1.1\r\nHost: loc");
		}
	}
	turn_until(server_stats(server)->tls == STALLED);
	gint64 begin = g_get_monotonic_time();
	struct response r = get(port, "/", "");
	assert_int_equal(r.status, 200);
	assert_true(g_get_monotonic_time() - begin < 1000 * 1000);
	response_done(&r);
	/* All of them run into the deadline of the header. */
	turn_until(server_stats(server)->connections == 0);
	assert_int_equal(server_stats(server)->deadline_closed, STALLED);
	for (int i = 0; i < STALLED; i++) {
		client_until_eof(stalled[i]);
		client_free(&stalled[i]);
	}
	server_free(&server);
}

static void deadlines_of_body_and_idleness(void **state)
{
	struct server_conf conf;
	test_conf_init(&conf);
	conf.idle_ms = 200;
	conf.body_ms = 300;
	struct server *server = start(&conf);
	struct client *idle = client_tls(server_port(server, 0));
	struct response r = client_ask(idle, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_int_equal(r.status, 200);
	response_done(&r);
	client_puts(idle, "GET / HTTP"); /* the next header comes too slowly */
	client_until_eof(idle);
	struct client *body = client_tls(server_port(server, 0));
	client_puts(body, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf");
	client_until_eof(body);
	assert_int_equal(server_stats(server)->deadline_closed, 2);
	client_free(&idle);
	client_free(&body);
	server_free(&server);
}

static void slow_readers_are_dropped(void **state)
{
	struct server_conf conf;
	test_conf_init(&conf);
	conf.send_ms = 200;
	conf.send_rate_min = 1 << 30;
	struct server *server = start(&conf);
	struct client *c = client_tls(server_port(server, 0));
	client_puts(c, "GET /much HTTP/1.1\r\nHost: localhost\r\n\r\n");
	turn_for(50);
	struct response r = get(server_port(server, 0), "/", "");
	assert_int_equal(r.status, 200); /* nobody else waits for it */
	response_done(&r);
	turn_until(server_stats(server)->replies[0] == 1);
	assert_int_equal(server_stats(server)->deadline_closed, 1);
	client_until_eof(c);
	client_free(&c);
	server_free(&server);
}

static void redirects_plain_http(void **state)
{
	struct server_conf conf;
	test_conf_init(&conf);
	struct server *server = start(&conf);
	struct client *c = client_plain(server_port(server, 0), NULL);
	client_puts(c, "GET /m/abc?x=1 HTTP/1.1\r\nHo");
	turn_for(20);
	client_puts(c, "st: localhost:8443\r\n\r\n");
	struct response r = client_response(c, false);
	g_autofree char *location = response_field(&r, "Location");
	assert_int_equal(r.status, 301);
	assert_string_equal(location, "https://localhost:8443/m/abc?x=1");
	client_until_eof(c);
	response_done(&r);
	client_free(&c);
	assert_int_equal(server_stats(server)->plain_http, 1);
	assert_int_equal(server_stats(server)->tls, 0);
	server_free(&server);
}

static void later_answers_wait(void **state)
{
	struct server_conf conf;
	test_conf_init(&conf);
	struct server *server = start(&conf);
	struct client *c = client_tls(server_port(server, 0));
	client_puts(c, "GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
	turn_until(kept);
	assert_int_equal(server_stats(server)->requests_waiting, 1);
	reply_json(g_steal_pointer(&kept), 200, json_pack("{s:i}", "answer", 42));
	struct response r = client_response(c, false);
	assert_int_equal(r.status, 200);
	assert_memory_equal(r.body->data, "{\"answer\":42}", r.body->len);
	response_done(&r);
	client_free(&c);
	assert_int_equal(server_stats(server)->requests_waiting, 0);
	server_free(&server);
}

static void late_answers_go_nowhere(void **state)
{
	struct server_conf conf;
	test_conf_init(&conf);
	conf.answer_ms = 100;
	struct server *server = start(&conf);
	struct client *c = client_tls(server_port(server, 0));
	struct response r = client_ask(c, "GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_int_equal(r.status, 503);
	response_done(&r);
	/* The connection lives on, and the route's answer does not land in the next request's. */
	struct response next = client_ask(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_int_equal(next.status, 200);
	response_done(&next);
	reply_text(g_steal_pointer(&kept), 200, "text/plain", "too late");
	next = client_ask(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_memory_equal(next.body->data, "hej", 3);
	response_done(&next);

	/* The client has gone before the answer. */
	client_puts(c, "GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
	turn_until(kept);
	client_free(&c);
	reply_text(g_steal_pointer(&kept), 200, "text/plain", "nobody there");
	turn_until(server_stats(server)->connections == 0);

	/* The server has gone before the answer. */
	c = client_tls(server_port(server, 0));
	client_puts(c, "GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
	turn_until(kept);
	server_free(&server);
	assert_string_equal(kept->path, "/later");
	reply_text(g_steal_pointer(&kept), 200, "text/plain", "no server");
	client_until_eof(c);
	client_free(&c);
}

static void drains(void **state)
{
	struct server_conf conf;
	test_conf_init(&conf);
	struct server *server = start(&conf);
	struct client *c = client_tls(server_port(server, 0));
	struct response r = client_ask(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	response_done(&r);
	server_drain(server);
	r = client_ask(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	g_autofree char *connection = response_field(&r, "Connection");
	assert_int_equal(r.status, 200);
	assert_string_equal(connection, "close");
	response_done(&r);
	client_until_eof(c);
	client_free(&c);
	server_free(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serves_and_keeps_alive),
		cmocka_unit_test(refuses_a_bad_certificate),
		cmocka_unit_test(refuses_a_port_in_use),
		cmocka_unit_test(rotates_the_certificate),
		cmocka_unit_test(stalled_peers_hold_up_nobody),
		cmocka_unit_test(deadlines_of_body_and_idleness),
		cmocka_unit_test(slow_readers_are_dropped),
		cmocka_unit_test(redirects_plain_http),
		cmocka_unit_test(later_answers_wait),
		cmocka_unit_test(late_answers_go_nowhere),
		cmocka_unit_test(drains),
	};
	return cmocka_run_group_tests_name("http/server", tests, NULL, NULL);
}
