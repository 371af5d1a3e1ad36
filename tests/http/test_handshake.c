/* The opening handshake of a WebSocket, and whose page may make it (attack 26). */
#include "http/http_client.h"

#include "http/websocket.h"

static unsigned opened, closed;

static void *on_open(struct ws *ws, struct request *req, void *arg)
{
	opened++;
	return NULL;
}

static void on_message(struct ws *ws, struct span text, void *user)
{
}

static void on_close(struct ws *ws, int code, void *user)
{
	closed++;
}

static void get_ws(struct request *req, void *arg)
{
	static const struct ws_calls calls = {on_open, on_message, on_close};
	ws_accept(req, NULL, &calls, NULL);
}

static const struct route routes[] = {
	{"GET", "/ws", get_ws, 0, 0},
	{"POST", "/ws", get_ws, 0, 0},
};

static struct server *server;

static int start(void **state)
{
	static const char *const origins[] = {"https://portal.example", NULL};
	struct server_conf conf;
	test_conf_init(&conf);
	conf.origins = origins;
	assert_int_equal(server_new(&conf, &server), 0);
	assert_int_equal(server_add_routes(server, routes, G_N_ELEMENTS(routes), NULL), 0);
	opened = closed = 0;
	return 0;
}

static int stop(void **state)
{
	server_free(&server);
	assert_int_equal(opened, closed);
	return 0;
}

static int status_of(const char *text)
{
	struct client *c = client_tls(server_port(server, 0));
	struct response r = client_ask(c, text);
	int status = r.status;
	response_done(&r);
	client_free(&c);
	return status;
}

/* Attack 26: a foreign page must not reach it, by whatever it puts in Origin. */
static void refuses_foreign_origins(void **state)
{
	const char *const bad[] = {
		"",
		"Origin: null\r\n",
		"Origin:\r\n",
		"Origin: https://evil.example\r\n",
		"Origin: https://localhost.evil.example\r\n",
		"Origin: https://evil-localhost\r\n",
		"Origin: https://evil.example/https://localhost\r\n",
		"Origin: https://localhost@evil.example\r\n",
		"Origin: https://user@localhost\r\n",
		"Origin: https://localhost/\r\n",
		"Origin: https://localhost:8443\r\n",
		"Origin: https://localhost:443\r\n",
		"Origin: http://localhost\r\n",
		"Origin: HTTPS://LOCALHOST\r\n",
		"Origin: https://localhost https://localhost\r\n",
		"Origin: https://localhost, https://evil.example\r\n",
		"Origin: localhost\r\n",
		"Origin: https://portal.example.evil.example\r\n",
		"Origin: https://portal.example:444\r\n",
		"Referer: https://localhost/\r\n",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *text =
			g_strconcat(WS_REQUEST("Cookie: session=good\r\n@"), NULL);
		g_auto(GStrv) halves = g_strsplit(text, "@", 2);
		g_autofree char *whole = g_strconcat(halves[0], bad[i], halves[1], NULL);
		int status = status_of(whole);
		if (status != 403)
			print_error("%s", bad[i]);
		assert_int_equal(status, 403);
	}
	assert_int_equal(
		status_of(WS_REQUEST(WS_ORIGIN "Origin: https://evil.example\r\n")), 400);
	assert_int_equal(server_stats(server)->origin_refused, G_N_ELEMENTS(bad));
	assert_int_equal(opened, 0);
	assert_int_equal(status_of(WS_REQUEST(WS_ORIGIN)), 101);
	assert_int_equal(status_of(WS_REQUEST("Origin: https://portal.example\r\n")), 101);
}

static void refuses_bad_handshakes(void **state)
{
	static const struct {
		const char *from, *to;
		int status;
	} changes[] = {
		{"GET", "POST", 405},
		{"Upgrade: websocket", "Upgrade: h2c", 426},
		{"Upgrade: websocket", "X: y", 426},
		{"keep-alive, Upgrade", "keep-alive", 426},
		{"Version: 13", "Version: 8", 426},
		{"Version: 13", "Version: 13\r\nSec-WebSocket-Version: 13", 400},
		{"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ", 400},
		{"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZR==", 400},
		{"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25", 400},
		{"other, ting.1", "ting.2", 400},
		{"other, ting.1", "", 400},
		{"HTTP/1.1", "HTTP/1.0", 0},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		GString *text = g_string_new(WS_REQUEST(WS_ORIGIN));
		g_string_replace(text, changes[i].from, changes[i].to, 1);
		if (changes[i].status)
			assert_int_equal(status_of(text->str), changes[i].status);
		else
			assert_int_not_equal(status_of(text->str), 101);
		g_string_free(text, TRUE);
	}
	assert_int_equal(opened, 0);
	struct client *c = client_tls(server_port(server, 0));
	struct response r = client_ask(c, "GET /ws HTTP/1.1\r\nHost: localhost\r\n\r\n");
	g_autofree char *version = response_field(&r, "Sec-WebSocket-Version");
	assert_int_equal(r.status, 426);
	assert_string_equal(version, "13");
	response_done(&r);
	client_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(refuses_foreign_origins, start, stop),
		cmocka_unit_test_setup_teardown(refuses_bad_handshakes, start, stop),
	};
	return cmocka_run_group_tests_name("http/handshake", tests, NULL, NULL);
}
