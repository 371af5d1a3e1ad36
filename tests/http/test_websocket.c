/* WebSockets through the whole server: messages both ways, closing, and peers that break the
 * protocol, send too much or read too little. */
#include "http/http_client.h"

#include "http/websocket.h"

#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum { TEXT = 0x81, BINARY = 0x82, CLOSE = 0x88, PING = 0x89, PONG = 0x8a };

/* What the server's side saw. */
static struct {
	struct ws *ws;
	unsigned opened, messages, closed;
	int code;
	void *user;
	enum { ECHO, CLOSE_AT_ONCE, CLOSE_IN_MESSAGE, FLOOD_IN_OPEN, KEEP_QUIET } mood;
} seen;

static struct ws_conf ws_conf;

static void *on_open(struct ws *ws, struct request *req, void *arg)
{
	assert_string_equal(req->path, "/ws");
	assert_int_equal(ws_peer(ws)->family, 4);
	assert_string_equal(ws_trace(ws), req->trace);
	seen.ws = ws;
	seen.opened++;
	if (seen.mood == CLOSE_AT_ONCE) {
		assert_int_equal(ws_send(ws, "bye", 3), 0);
		ws_close(ws, WS_NORMAL, "done");
		ws_close(ws, WS_INTERNAL, "again");
		assert_int_equal(ws_send(ws, "x", 1), -ERR_CLOSED);
	}
	return &seen;
}

static void on_message(struct ws *ws, struct span text, void *user)
{
	assert_ptr_equal(user, &seen);
	assert_ptr_equal(ws_user(ws), &seen);
	seen.messages++;
	if (seen.mood == CLOSE_IN_MESSAGE)
		ws_close(ws, 4001, "å");
	else if (seen.mood == ECHO)
		(void)!ws_send(ws, (const char *)text.ptr, text.len);
}

static void on_close(struct ws *ws, int code, void *user)
{
	assert_ptr_equal(user, &seen);
	assert_int_equal(ws_send(ws, "x", 1), -ERR_CLOSED);
	ws_close(ws, WS_NORMAL, NULL);
	seen.closed++;
	seen.code = code;
	seen.ws = NULL;
}

static const struct ws_calls calls = {on_open, on_message, on_close};

static void get_ws(struct request *req, void *arg)
{
	ws_accept(req, &ws_conf, &calls, NULL);
}

static const struct route routes[] = {
	{"GET", "/ws", get_ws, 0, 0},
};

static struct server *server;

static int start(void **state)
{
	struct server_conf conf;
	test_conf_init(&conf);
	assert_int_equal(server_new(&conf, &server), 0);
	assert_int_equal(server_add_routes(server, routes, G_N_ELEMENTS(routes), NULL), 0);
	memset(&seen, 0, sizeof seen);
	ws_conf_init(&ws_conf);
	return 0;
}

static int stop(void **state)
{
	server_free(&server);
	assert_int_equal(seen.opened, seen.closed);
	return 0;
}

static struct client *open_ws(void)
{
	unsigned before = seen.opened;
	struct client *c = client_tls(server_port(server, 0));
	struct response r = client_ask(c, WS_REQUEST(WS_ORIGIN));
	g_autofree char *accept = response_field(&r, "Sec-WebSocket-Accept");
	g_autofree char *protocol = response_field(&r, "Sec-WebSocket-Protocol");
	assert_int_equal(r.status, 101);
	assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="); /* RFC 6455 1.3 */
	assert_string_equal(protocol, "ting.1");
	response_done(&r);
	turn_until(seen.opened > before);
	return c;
}

#define assert_frame(c, first_, text)                                                              \
	do {                                                                                           \
		struct frame f_ = client_read_frame(c);                                                    \
		assert_non_null(f_.data);                                                                  \
		assert_int_equal(f_.first, first_);                                                        \
		assert_int_equal(f_.data->len, strlen(text));                                              \
		assert_memory_equal(f_.data->data, text, f_.data->len);                                    \
		g_byte_array_unref(f_.data);                                                               \
	} while (0)

/* The peer was closed with this code, and the owner told the same. */
static void closed_with(struct client *c, int code)
{
	assert_int_equal(client_close_code(c), code);
	client_until_eof(c);
	client_free(&c); /* else the server waits a second for it */
	turn_until(seen.closed == 1);
	assert_int_equal(seen.code, code);
	turn_until(server_stats(server)->connections == 0);
	assert_int_equal(server_stats(server)->websockets, 0);
}

static void echoes(void **state)
{
	struct client *c = open_ws();
	client_frame(c, TEXT, "hej", 3);
	assert_frame(c, TEXT, "hej");
	/* In fragments, with a ping between them. */
	client_frame(c, 0x01, "räk", 4);
	client_frame(c, PING, "p", 1);
	client_frame(c, 0x00, "sm", 2);
	client_frame(c, 0x80, "ör", 3);
	assert_frame(c, PONG, "p");
	assert_frame(c, TEXT, "räksmör");
	client_frame(c, TEXT, "", 0);
	assert_frame(c, TEXT, "");
	assert_int_equal(seen.messages, 3);
	client_frame(c, CLOSE, "\x03\xe8", 2);
	closed_with(c, 1000);
	assert_int_equal(server_stats(server)->ws_opened, 1);
	assert_int_equal(server_stats(server)->ws_messages_out, 3);
	assert_int_equal(server_stats(server)->ws_protocol, 0);
}

static void takes_half_a_megabyte(void **state)
{
	struct client *c = open_ws();
	size_t len = ws_conf.message_max;
	g_autofree char *text = g_strnfill(len, 'x');
	client_frame(c, TEXT, text, len);
	struct frame f = client_read_frame(c);
	assert_int_equal(f.data->len, len);
	assert_memory_equal(f.data->data, text, len);
	g_byte_array_unref(f.data);
	client_frame(c, TEXT, text, len + 1 > len ? len : 0); /* exactly the limit, again */
	f = client_read_frame(c);
	assert_int_equal(f.data->len, len);
	g_byte_array_unref(f.data);
	client_free(&c);
	turn_until(seen.closed == 1);
	assert_int_equal(seen.code, WS_LOST);
}

/* What a large message took is given back when it has gone through: a meeting of a thousand is at
 * rest most of the time. Under a sanitizer malloc counts nothing, and this says nothing. */
static void keeps_no_room(void **state)
{
	enum { MANY = 8, LEN = 100000, KEPT_MAX = 4096 };
	struct client *c[MANY];
	g_autofree char *text = g_strnfill(LEN, 'x');
	size_t before = 0;
	for (int i = 0; i < MANY; i++)
		c[i] = open_ws();
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < MANY; i++) { /* small ones first, for what any connection needs */
			client_frame(c[i], TEXT, text, round ? LEN : 3);
			struct frame f = client_read_frame(c[i]);
			assert_int_equal(f.data->len, round ? LEN : 3);
			g_byte_array_unref(f.data);
			g_byte_array_unref(c[i]->in);
			c[i]->in = g_byte_array_new();
		}
		if (round == 0)
			before = mallinfo2().uordblks;
	}
	assert_true(mallinfo2().uordblks < before + (size_t)MANY * KEPT_MAX);
	for (int i = 0; i < MANY; i++)
		client_free(&c[i]);
	turn_until(seen.closed == MANY);
}

/* As echoes, over TLS 1.2, whose records are others. */
static void speaks_tls_12(void **state)
{
	client_priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
	echoes(state);
	client_priority = NULL;
}

/* Frames that come in one packet with the request. */
static void takes_early_frames(void **state)
{
	struct client *c = client_tls(server_port(server, 0));
	g_autoptr(GByteArray) all = g_byte_array_new();
	static const uint8_t frame[] = {0x81, 0x82, 0, 0, 0, 0, 'o', 'k'};
	g_byte_array_append(all, (const guint8 *)WS_REQUEST(WS_ORIGIN), strlen(WS_REQUEST(WS_ORIGIN)));
	g_byte_array_append(all, frame, sizeof frame);
	client_send(c, all->data, all->len);
	struct response r = client_response(c, false);
	assert_int_equal(r.status, 101);
	assert_frame(c, TEXT, "ok");
	response_done(&r);
	client_free(&c);
	turn_until(seen.closed == 1);
}

/* ── The owner closes ── */

static void closes_in_open(void **state)
{
	seen.mood = CLOSE_AT_ONCE;
	struct client *c = client_tls(server_port(server, 0));
	struct response r = client_ask(c, WS_REQUEST(WS_ORIGIN));
	assert_int_equal(r.status, 101);
	response_done(&r);
	assert_frame(c, TEXT, "bye"); /* what was queued comes first */
	assert_frame(c, CLOSE, "\x03\xe8" "done");
	client_frame(c, CLOSE, "\x03\xe8", 2);
	client_until_eof(c);
	turn_until(seen.closed == 1);
	assert_int_equal(seen.code, WS_NORMAL);
	client_free(&c);
}

static void closes_in_message(void **state)
{
	seen.mood = CLOSE_IN_MESSAGE;
	ws_conf.close_ms = 100;
	struct client *c = open_ws();
	client_frame(c, TEXT, "1", 1);
	client_frame(c, TEXT, "2", 1);
	assert_int_equal(client_close_code(c), 4001);
	/* The peer never answers the close: it is not waited for long. */
	client_until_eof(c);
	turn_until(seen.closed == 1);
	assert_int_equal(seen.messages, 1);
	assert_int_equal(seen.code, 4001);
	client_free(&c);
}

static void cuts_long_reasons(void **state)
{
	struct client *c = open_ws();
	g_autofree char *reason = g_strdup_printf("%121sååå", "");
	ws_close(seen.ws, WS_POLICY, reason);
	struct frame f = client_read_frame(c);
	assert_int_equal(f.first, CLOSE);
	assert_int_equal(f.data->len, 2 + 123);
	assert_true(g_utf8_validate((char *)f.data->data + 2, 123, NULL));
	g_byte_array_unref(f.data);
	client_free(&c);
	turn_until(seen.closed == 1);
	assert_int_equal(seen.code, WS_POLICY);
}

static void ends_with_the_server(void **state)
{
	struct client *c = open_ws();
	server_free(&server);
	assert_int_equal(seen.closed, 1);
	assert_int_equal(seen.code, WS_GOING_AWAY);
	assert_int_equal(client_close_code(c), 1001);
	client_until_eof(c);
	client_free(&c);
}

/* ── Peers that misbehave ── */

static void refuses_what_is_not_text(void **state)
{
	struct client *c = open_ws();
	client_frame(c, BINARY, "x", 1);
	closed_with(c, WS_NOT_TEXT);
}

static void refuses_broken_utf8(void **state)
{
	struct client *c = open_ws();
	client_frame(c, TEXT, "\xc3(", 2);
	closed_with(c, WS_NOT_UTF8);
	assert_int_equal(server_stats(server)->ws_protocol, 1);
	assert_int_equal(seen.messages, 0);
}

static void refuses_too_much(void **state)
{
	struct client *c = open_ws();
	size_t len = ws_conf.message_max + 1;
	g_autofree char *text = g_strnfill(len, 'x');
	client_frame(c, TEXT, text, len);
	closed_with(c, WS_TOO_BIG);
	assert_int_equal(seen.messages, 0);
}

static void refuses_too_much_in_parts(void **state)
{
	ws_conf.message_max = 1000;
	struct client *c = open_ws();
	g_autofree char *text = g_strnfill(600, 'x');
	client_frame(c, 0x01, text, 600);
	client_frame(c, 0x80, text, 600);
	closed_with(c, WS_TOO_BIG);
	assert_int_equal(seen.messages, 0);
}

static void limits_change(void **state)
{
	ws_conf.message_max = 10;
	struct client *c = open_ws();
	g_autofree char *text = g_strnfill(100, 'x');
	ws_set_message_max(seen.ws, 100);
	client_frame(c, TEXT, text, 100);
	assert_frame(c, TEXT, text);
	client_frame(c, TEXT, text, 100);
	ws_set_message_max(seen.ws, 99);
	closed_with(c, WS_TOO_BIG);
}

static void refuses_endless_fragments(void **state)
{
	struct client *c = open_ws();
	client_frame(c, 0x01, "", 0);
	for (unsigned i = 0; i < ws_conf.fragments_max; i++)
		client_frame(c, 0x00, "", 0);
	closed_with(c, WS_POLICY);
}

static void refuses_floods_of_frames(void **state)
{
	ws_conf.frames_burst = 20;
	ws_conf.frames_rate = 1;
	struct client *c = open_ws();
	for (int i = 0; i < 25; i++)
		client_frame(c, PING, "", 0); /* control frames count as well */
	closed_with(c, WS_POLICY);
	assert_int_equal(server_stats(server)->ws_rate, 1);
}

static void refuses_floods_of_bytes(void **state)
{
	ws_conf.bytes_burst = 200000;
	ws_conf.bytes_rate = 1;
	seen.mood = KEEP_QUIET;
	struct client *c = open_ws();
	g_autofree char *text = g_strnfill(100000, 'x');
	client_frame(c, TEXT, text, 100000);
	client_frame(c, TEXT, text, 100000);
	closed_with(c, WS_POLICY);
	assert_int_equal(seen.messages, 1);
}

static void refuses_broken_frames(void **state)
{
	/* Broken framing is closed without a code, broken rules with 1002. */
	static const struct {
		const char *bytes;
		size_t len;
		int peer, owner;
	} broken[] = {
		{"\x81\x01x", 3, 1002, 1002},                         /* not masked, RFC 6455 5.1 */
		{"\xc1\x81\0\0\0\0x", 7, 1002, 1002},                 /* a reserved bit */
		{"\x83\x80\0\0\0\0", 6, 1002, 1002},                  /* a reserved opcode */
		{"\x09\x80\0\0\0\0", 6, 1005, 1002},                  /* a fragmented ping */
		{"\x89\xfe\0\x7e\0\0\0\0", 8, 1005, 1002},            /* a ping of 126 bytes */
		{"\x80\x80\0\0\0\0", 6, 1002, 1002},                  /* a continuation of nothing */
		{"\x01\x80\0\0\0\0\x81\x80\0\0\0\0", 12, 1002, 1002}, /* a message inside another */
		{"\x81\xff\x80\0\0\0\0\0\0\0\0\0\0\0", 14, 1005, 1002}, /* a length of 64 bits */
		{"\x88\x81\0\0\0\0x", 7, 1005, 1005},                 /* a close of one byte */
		{"\x88\x82\0\0\0\0\x03\xed", 8, 1002, 1002},          /* 1005 may not be sent */
	};
	for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
		memset(&seen, 0, sizeof seen);
		struct client *c = open_ws();
		client_send(c, broken[i].bytes, broken[i].len);
		int code = client_close_code(c);
		client_until_eof(c);
		client_free(&c);
		turn_until(seen.closed == 1);
		if (code != broken[i].peer || seen.code != broken[i].owner)
			print_error("case %zu: %d %d\n", i, code, seen.code);
		assert_int_equal(code, broken[i].peer);
		assert_int_equal(seen.code, broken[i].owner);
		assert_int_equal(seen.messages, 0);
	}
}

static void pings_and_measures(void **state)
{
	ws_conf.ping_ms = 50;
	ws_conf.pong_ms = 2000;
	struct client *c = open_ws();
	assert_int_equal(ws_rtt_usec(seen.ws), -1);
	for (int i = 0; i < 3; i++) {
		struct frame f = client_read_frame(c);
		assert_int_equal(f.first, PING);
		client_frame(c, PONG, f.data->data, f.data->len);
		g_byte_array_unref(f.data);
	}
	turn_until(ws_rtt_usec(seen.ws) >= 0);
	assert_int_equal(seen.closed, 0);
	client_free(&c);
	turn_until(seen.closed == 1);
}

static void drops_the_silent(void **state)
{
	ws_conf.ping_ms = 50;
	ws_conf.pong_ms = 100;
	struct client *c = open_ws();
	client_frame(c, PONG, "unasked", 7); /* not the answer */
	client_until_eof(c);
	turn_until(seen.closed == 1);
	assert_int_equal(seen.code, WS_LOST);
	assert_int_equal(server_stats(server)->ws_timeout, 1);
	client_free(&c);
}

/* Attack 38: frames that never end. They hold up nobody, and not themselves for ever. */
static void drops_half_frames(void **state)
{
	enum { HALF = 50 };
	struct client *half[HALF];
	ws_conf.ping_ms = 500;
	ws_conf.pong_ms = 1000;
	for (int i = 0; i < HALF; i++) {
		half[i] = open_ws();
		client_send(half[i], "\x81\xfe\x10\x00\x01\x02\x03\x04half", i % 2 ? 1 : 12);
	}
	struct client *c = open_ws();
	gint64 begin = g_get_monotonic_time();
	client_frame(c, TEXT, "hej", 3);
	for (;;) { /* it may be pinged first */
		struct frame f = client_read_frame(c);
		assert_non_null(f.data);
		g_byte_array_unref(f.data);
		if (f.first == TEXT)
			break;
	}
	assert_true(g_get_monotonic_time() - begin < 1000 * 1000);
	turn_until(seen.closed == HALF + 1);
	for (int i = 0; i < HALF; i++)
		client_free(&half[i]);
	client_free(&c);
}

static void drops_slow_readers(void **state)
{
	ws_conf.queue_max = 1 << 20;
	ws_conf.close_ms = 200;
	struct client *c = open_ws();
	g_autofree char *text = g_strnfill(64 * 1024, 'x');
	int err = 0;
	for (int i = 0; i < 10000 && err == 0; i++) {
		err = ws_send(seen.ws, text, 64 * 1024);
		if (err == 0)
			assert_true(ws_queued(seen.ws) <= 1 << 20);
		turn(); /* what the kernel takes, it takes */
	}
	assert_int_equal(err, -ERR_FULL);
	turn_until(seen.closed == 1);
	assert_int_equal(seen.code, WS_TRY_LATER);
	assert_int_equal(server_stats(server)->ws_slow, 1);
	/* The descriptor goes as well, though the peer never reads. */
	turn_until(server_stats(server)->connections == 0);
	client_free(&c);
}

/* What a peer reads late arrives whole and in order, however the records were cut. */
static void waits_for_late_readers(void **state)
{
	enum { COUNT = 600 };
	ws_conf.queue_max = 64 << 20;
	struct client *c = open_ws();
	for (unsigned i = 0; i < COUNT; i++) {
		size_t len = (size_t)i * 37 % 20000;
		g_autofree char *text = g_strnfill(len, (char)('a' + i % 26));
		assert_int_equal(ws_send(seen.ws, text, len), 0);
		if (i % 7 == 0)
			turn();
	}
	turn_for(20);
	assert_true(ws_queued(seen.ws) > 0);
	for (unsigned i = 0; i < COUNT; i++) {
		struct frame f = client_read_frame(c);
		assert_int_equal(f.first, TEXT);
		assert_int_equal(f.data->len, (size_t)i * 37 % 20000);
		for (guint at = 0; at < f.data->len; at++)
			assert_true(f.data->data[at] == 'a' + i % 26);
		g_byte_array_unref(f.data);
	}
	turn_until(ws_queued(seen.ws) == 0);
	client_frame(c, CLOSE, "\x03\xe8", 2);
	closed_with(c, 1000);
}

static void survives_a_reset(void **state)
{
	struct client *c = open_ws();
	struct linger linger = {.l_onoff = 1};
	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	client_free(&c);
	turn_until(seen.closed == 1);
	assert_int_equal(seen.code, WS_LOST);
	turn_until(server_stats(server)->connections == 0);
}

/* The request is whole and the client gone before the answer is sent: nothing was opened. */
static void survives_early_departure(void **state)
{
	for (int i = 0; i < 20; i++) {
		struct client *c = client_tls(server_port(server, 0));
		client_puts(c, WS_REQUEST(WS_ORIGIN));
		struct linger linger = {.l_onoff = 1};
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
		client_free(&c);
	}
	turn_until(server_stats(server)->connections == 0);
	assert_int_equal(seen.opened, seen.closed);
}

static void carries_many(void **state)
{
	enum { MANY = 100 };
	struct client *c[MANY];
	for (int i = 0; i < MANY; i++)
		c[i] = open_ws();
	assert_int_equal(server_stats(server)->websockets, MANY);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < MANY; i++)
			client_frame(c[i], TEXT, "hej", 3);
		for (int i = 0; i < MANY; i++)
			assert_frame(c[i], TEXT, "hej");
	}
	for (int i = 0; i < MANY; i++)
		client_free(&c[i]);
	turn_until(seen.closed == MANY);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(echoes),
		TEST(takes_half_a_megabyte),
		TEST(keeps_no_room),
		TEST(speaks_tls_12),
		TEST(takes_early_frames),
		TEST(closes_in_open),
		TEST(closes_in_message),
		TEST(cuts_long_reasons),
		TEST(ends_with_the_server),
		TEST(refuses_what_is_not_text),
		TEST(refuses_broken_utf8),
		TEST(refuses_too_much),
		TEST(refuses_too_much_in_parts),
		TEST(limits_change),
		TEST(refuses_endless_fragments),
		TEST(refuses_floods_of_frames),
		TEST(refuses_floods_of_bytes),
		TEST(refuses_broken_frames),
		TEST(pings_and_measures),
		TEST(drops_the_silent),
		TEST(drops_half_frames),
		TEST(drops_slow_readers),
		TEST(waits_for_late_readers),
		TEST(survives_a_reset),
		TEST(survives_early_departure),
		TEST(carries_many),
	};
	return cmocka_run_group_tests_name("http/websocket", tests, NULL, NULL);
}
