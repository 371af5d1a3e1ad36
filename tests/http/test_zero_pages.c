/* Pages of zeros go, everything else stays, and what is read is the same; and from which
 * connections they are taken. */
#include "http/http_client.h"

#include "http/websocket.h"
#include "http/zero_pages.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGES = 8 };

static bool is_there(uint8_t *page, size_t len)
{
	unsigned char in = 0;
	assert_int_equal(mincore(page, len, &in), 0);
	return in & 1;
}

static void test_drops(void **state)
{
	const size_t len = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *at = mmap(NULL, PAGES * len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0);
	assert_ptr_not_equal(at, MAP_FAILED);
	memset(at, 1, PAGES * len);
	memset(at, 0, PAGES * len);
	at[3 * len] = 1;           /* at a page's beginning */
	at[5 * len - 1] = 2;       /* at its end */
	for (int i = 0; i < PAGES; i++)
		assert_true(is_there(at + (size_t)i * len, len));
	/* neither the first nor the last page lies whole within */
	assert_int_equal(zero_pages_drop(at + 1, PAGES * len - 2), 4);
	const bool stays[PAGES] = {true, false, false, true, true, false, false, true};
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(is_there(at + (size_t)i * len, len), stays[i]);
	for (size_t i = 0; i < PAGES * len; i++)
		assert_int_equal(at[i], i == 3 * len ? 1 : i == 5 * len - 1 ? 2 : 0);
	at[len] = 7; /* and can be written again */
	assert_int_equal(at[len], 7);
	/* less than a page, and nothing */
	assert_int_equal(zero_pages_drop(at + 1, len - 1), 0);
	assert_int_equal(zero_pages_drop(at, 0), 0);
	assert_int_equal(munmap(at, PAGES * len), 0);
}

/* ── On a connection ── */

static unsigned dropped;

/* In place of the C library's. */
int madvise(void *at, size_t len, int advice)
{
	dropped += advice == MADV_DONTNEED;
	return (int)syscall(SYS_madvise, at, len, advice);
}

static struct ws_conf ws_conf;
static unsigned closed;

static void on_message(struct ws *ws, struct span text, void *user)
{
}

static void on_close(struct ws *ws, int code, void *user)
{
	closed++;
}

static void *on_open(struct ws *ws, struct request *req, void *arg)
{
	return &ws_conf;
}

static const struct ws_calls calls = {on_open, on_message, on_close};

static void get_ws(struct request *req, void *arg)
{
	ws_accept(req, &ws_conf, &calls, NULL);
}

static const struct route routes[] = {
	{"GET", "/ws", get_ws, 0, 0},
};

/* Pages given back when a WebSocket opens whose request has so many blanks before its fields:
 * they count for nothing of the header, and take room. */
static unsigned opened_with(const struct server *server, unsigned blanks)
{
	g_autofree char *fill = g_strnfill(blanks, ' ');
	g_autofree char *ask = g_strdup_printf(
		"GET /ws HTTP/1.1\r\nX-Fill:%sx\r\n%s", fill, strchr(WS_REQUEST(WS_ORIGIN), '\n') + 1);
	struct client *c = client_tls(server_port(server, 0));
	unsigned before = dropped, closed_before = closed;
	struct response r = client_ask(c, ask);
	assert_int_equal(r.status, 101);
	response_done(&r);
	client_free(&c);
	turn_until(closed > closed_before);
	return dropped - before;
}

/* A header that takes more than half of the block has grown into the other half: what lies half a
 * block behind it is somebody else's. */
static void test_connections(void **state)
{
	enum { HALF = 20 * 1024 };
	struct server_conf conf;
	struct server *server;
	test_conf_init(&conf);
	ws_conf_init(&ws_conf);
	assert_int_equal(server_new(&conf, &server), 0);
	assert_int_equal(server_add_routes(server, routes, G_N_ELEMENTS(routes), NULL), 0);
	assert_true(opened_with(server, 1) > 0);
	assert_true(opened_with(server, 4096) > 0);
	assert_int_equal(opened_with(server, HALF), 0);
	assert_int_equal(opened_with(server, HALF + 12 * 1024), 0);
	server_free(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drops),
		cmocka_unit_test(test_connections),
	};
	return cmocka_run_group_tests_name("http/zero_pages", tests, NULL, NULL);
}
