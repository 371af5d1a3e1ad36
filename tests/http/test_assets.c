/* Embedded files: entity tags, compression, caching, the policy of a worker's script; and answers
 * from files and by redirect. */
#include "http/http_client.h"

#include "http/assets.h"

#include <string.h>
#include <unistd.h>

#define BYTES(text) .data = (const unsigned char *)(text), .len = sizeof(text) - 1

const struct asset assets_table[] = {
	{.path = "/assets/app-1a2b.js",
		.type = "text/javascript; charset=utf-8",
		BYTES("console.log(1);"),
		.gz = (const unsigned char *)"GZ",
		.gz_len = 2,
		.etag = "\"js\"",
		.immutable = true},
	{.path = "/assets/wasm-blur-3c4d.js",
		.type = "text/javascript; charset=utf-8",
		BYTES("postMessage(1);"),
		.etag = "\"worker\"",
		.immutable = true},
	{.path = "/index.html",
		.type = "text/html; charset=utf-8",
		BYTES("<!doctype html>"),
		.etag = "\"html\""},
};
const size_t assets_count = G_N_ELEMENTS(assets_table);

static void get_index(struct request *req, void *arg)
{
	reply_asset(req, "/index.html");
}

static void get_asset(struct request *req, void *arg)
{
	reply_asset(req, req->path);
}

static void get_file(struct request *req, void *arg)
{
	FILE *file = tmpfile();
	fputs("from a file", file);
	fflush(file);
	int fd = dup(fileno(file));
	fclose(file);
	reply_file(req, 200, "text/plain", fd, 11);
}

static void go_home(struct request *req, void *arg)
{
	reply_redirect(req, 303, "/");
}

static const struct route routes[] = {
	{"GET", "/", get_index, 0, 0},
	{"GET", "/m/:code", get_index, 0, 0},
	{"GET", "/assets/*path", get_asset, 0, 0},
	{"GET", "/file", get_file, 0, 0},
	{"GET", "/home", go_home, 0, 0},
};

static struct server *server;

static int start(void **state)
{
	struct server_conf conf;
	test_conf_init(&conf);
	assert_int_equal(server_new(&conf, &server), 0);
	return server_add_routes(server, routes, G_N_ELEMENTS(routes), NULL);
}

static int stop(void **state)
{
	server_free(&server);
	return 0;
}

static struct response ask(const char *path, const char *extra)
{
	return get(server_port(server, 0), path, extra);
}

static void assert_field(const struct response *r, const char *name, const char *value)
{
	g_autofree char *field = response_field(r, name);
	if (!value)
		assert_null(field);
	else
		assert_string_equal(field, value);
}

static void assert_body(const struct response *r, const char *text)
{
	assert_int_equal(r->body->len, strlen(text));
	assert_memory_equal(r->body->data, text, r->body->len);
}

static void serves_files(void **state)
{
	struct response r = ask("/assets/app-1a2b.js", "");
	assert_int_equal(r.status, 200);
	assert_body(&r, "console.log(1);");
	assert_field(&r, "Content-Type", "text/javascript; charset=utf-8");
	assert_field(&r, "ETag", "\"js\"");
	assert_field(&r, "Cache-Control", "public, max-age=31536000, immutable");
	assert_field(&r, "Vary", "Accept-Encoding");
	assert_field(&r, "Content-Encoding", NULL);
	response_done(&r);
	r = ask("/assets/app-1a2b.js", "Accept-Encoding: br, gzip\r\n");
	assert_body(&r, "GZ");
	assert_field(&r, "Content-Encoding", "gzip");
	response_done(&r);
	r = ask("/assets/none.js", "");
	assert_int_equal(r.status, 404);
	assert_field(&r, "Cache-Control", "no-store");
	response_done(&r);
	r = ask("/m/some-code", "");
	assert_body(&r, "<!doctype html>");
	assert_field(&r, "Cache-Control", "no-cache");
	assert_field(&r, "Vary", NULL);
	response_done(&r);
}

static void knows_what_was_fetched(void **state)
{
	struct response r = ask("/", "If-None-Match: \"old\", W/\"html\"\r\n");
	assert_int_equal(r.status, 304);
	assert_int_equal(r.body->len, 0);
	assert_field(&r, "ETag", "\"html\"");
	response_done(&r);
	r = ask("/", "If-None-Match: \"old\"\r\n");
	assert_int_equal(r.status, 200);
	response_done(&r);
	/* The connection goes on behind a 304. */
	struct client *c = client_tls(server_port(server, 0));
	for (int i = 0; i < 2; i++) {
		r = client_ask(c, "GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: \"html\"\r\n\r\n");
		assert_int_equal(r.status, 304);
		response_done(&r);
	}
	client_free(&c);
}

static void wasm_is_for_workers_that_need_it(void **state)
{
	struct response r = ask("/assets/wasm-blur-3c4d.js", "");
	g_autofree char *csp = response_field(&r, "Content-Security-Policy");
	assert_non_null(strstr(csp, "script-src 'self' 'wasm-unsafe-eval';"));
	assert_non_null(strstr(csp, "trusted-types ting"));
	response_done(&r);
	r = ask("/", "");
	g_autofree char *page = response_field(&r, "Content-Security-Policy");
	assert_null(strstr(page, "wasm"));
	assert_non_null(strstr(page, "connect-src 'self' wss://localhost;"));
	response_done(&r);
}

static void other_answers(void **state)
{
	struct response r = ask("/file", "");
	assert_body(&r, "from a file");
	response_done(&r);
	r = ask("/home", "");
	assert_int_equal(r.status, 303);
	assert_field(&r, "Location", "/");
	response_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(serves_files, start, stop),
		cmocka_unit_test_setup_teardown(knows_what_was_fetched, start, stop),
		cmocka_unit_test_setup_teardown(wasm_is_for_workers_that_need_it, start, stop),
		cmocka_unit_test_setup_teardown(other_answers, start, stop),
	};
	return cmocka_run_group_tests_name("http/assets", tests, NULL, NULL);
}
