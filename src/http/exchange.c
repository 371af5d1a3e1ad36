/* A request from the library's callbacks to a route and back. Read it from the bottom: step is
 * called again and again and goes through the states; read_header judges the header, run calls the
 * route, send gives the answer to the library.
 *
 * The library lets an answer be given at two places: when the header is whole, which ends the
 * connection, and when the body is. So a refusal waits for the end of a short body, which is thrown
 * away, and cuts off a long one. */
#include "http/exchange.h"

#include "base/random.h"
#include "http/headers.h"
#include "http/parse.h"
#include "http/received.h"
#include "http/server_internal.h"
#include "http/zero_pages.h"

#include <inttypes.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	FIELDS_MAX = 100,
	METHOD_MAX = 32,
	DRAIN_MAX = 1 << 20, /* bytes of a refused body that are read, to keep the connection */
	CHUNK_LEN = 1024,
	BODY_RESERVE = 4096,
};

/* ── Life ── */

static void answer_clear(struct answer *answer)
{
	bool done = answer->done;
	g_clear_pointer(&answer->bytes, g_bytes_unref);
	g_clear_pointer(&answer->fields, g_array_unref);
	if (answer->fd >= 0)
		close(answer->fd);
	*answer = (struct answer){.done = done, .fd = -1};
}

static void unref(struct exchange *ex)
{
	if (--ex->refs > 0)
		return;
	answer_clear(&ex->answer);
	if (ex->req.user_free)
		ex->req.user_free(ex->req.user);
	routes_match_done(&ex->req.match);
	g_array_unref(ex->req.fields);
	g_string_chunk_free(ex->req.chunk);
	if (ex->body)
		g_byte_array_unref(ex->body);
	g_free(ex);
}

static const char *keep(struct exchange *ex, struct span s)
{
	if (s.len == 0)
		return "";
	return g_string_chunk_insert_len(ex->req.chunk, (const char *)s.ptr, (gssize)s.len);
}

static const struct problem *read_target(struct exchange *ex, const char *target)
{
	struct parse_target parts;
	char host[PARSE_HOST_MAX + 1];
	if (strlen(target) > ex->server->conf.target_len_max)
		return &problem_target_too_long;
	if (parse_target(target, &parts) < 0)
		return &problem_bad_request;
	ex->req.path = keep(ex, parts.path);
	ex->req.query = keep(ex, parts.query);
	if (parts.authority.len) {
		if (parse_host(parts.authority, host) < 0)
			return &problem_bad_request;
		ex->req.host = keep(ex, span_str(host));
	}
	return NULL;
}

struct exchange *exchange_begin(struct conn *conn, void *mhd, const char *target)
{
	struct exchange *ex = g_new0(struct exchange, 1);
	ex->server = conn->server;
	ex->conn = conn;
	ex->mhd = mhd;
	ex->refs = 1;
	ex->answer.fd = -1;
	ex->waiting.data = ex;
	ex->req.exchange = ex;
	ex->req.chunk = g_string_chunk_new(CHUNK_LEN);
	ex->req.fields = g_array_new(FALSE, FALSE, sizeof(struct request_field));
	ex->req.peer = conn->peer;
	ex->req.began = clock_mono();
	ex->req.method = ex->req.path = ex->req.query = ex->req.host = ex->req.origin = "";
	snprintf(ex->req.trace, sizeof ex->req.trace, "%016" PRIx64, random_u64());
	ex->bad_target = read_target(ex, target);
	conn->exchange = ex;
	return ex;
}

static void count(struct exchange *ex, int status)
{
	const struct server_conf *conf = &ex->server->conf;
	if (ex->counted)
		return;
	ex->counted = true;
	ex->server->stats.requests++;
	ex->server->stats.replies[status >= 100 && status < 600 ? status / 100 : 0]++;
	if (!conf->access)
		return;
	struct server_access access = {
		.method = ex->req.method,
		.pattern = ex->req.route ? ex->req.route->pattern : "-",
		.trace = ex->req.trace,
		.status = status,
		.len = status ? ex->sent_len : 0,
		.took = clock_mono() - ex->req.began,
	};
	conf->access(&access, conf->arg);
}

static void stop_waiting(struct exchange *ex)
{
	g_queue_unlink(&ex->server->waiting, &ex->waiting);
	ex->server->stats.requests_waiting = ex->server->waiting.length;
}

void exchange_end(struct exchange *ex, bool complete)
{
	count(ex, complete ? ex->sent_status : 0);
	if (ex->state == EXCHANGE_WAIT)
		stop_waiting(ex);
	if (ex->answer.upgrade)
		ex->answer.upgrade->failed(ex->answer.upgrade_arg);
	answer_clear(&ex->answer);
	if (ex->upgraded)
		ex->server->closing--;
	ex->conn->exchange = NULL;
	conn_deadline(ex->conn, ex->server->conf.idle_ms * USEC_PER_MS);
	ex->state = EXCHANGE_SENT;
	ex->server = NULL;
	ex->conn = NULL;
	ex->mhd = NULL;
	unref(ex);
}

/* ── The header ── */

struct header {
	struct exchange *ex;
	size_t len;
	bool bad;
};

static enum MHD_Result add_field(
	void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct header *header = arg;
	struct exchange *ex = header->ex;
	value = value ? value : "";
	header->len += strlen(name) + strlen(value) + 4;
	if (!parse_is_token(name) || !parse_is_value(value))
		header->bad = true;
	if (ex->req.fields->len >= FIELDS_MAX)
		header->len = SIZE_MAX / 2;
	if (header->bad || header->len > ex->server->conf.header_len_max)
		return MHD_NO;
	struct request_field field = {keep(ex, span_str(name)), keep(ex, span_str(value))};
	g_array_append_val(ex->req.fields, field);
	return MHD_YES;
}

/* Fields that two readers may not understand differently: one of each at most. */
static bool has_doubles(const struct request *req)
{
	static const char *const single[] = {"Host", "Content-Length", "Transfer-Encoding",
		"Content-Type", "Origin", "Authorization", "Cookie", "Expect", "Sec-WebSocket-Key",
		"Sec-WebSocket-Version"};
	for (size_t i = 0; i < G_N_ELEMENTS(single); i++) {
		unsigned found = 0;
		for (guint j = 0; j < req->fields->len; j++)
			found += g_ascii_strcasecmp(
						 g_array_index(req->fields, struct request_field, j).name, single[i])
			         == 0;
		if (found > 1)
			return true;
	}
	return false;
}

/* How long the body is: what decides where the next request begins (RFC 9112 6.3). */
static const struct problem *read_framing(struct exchange *ex)
{
	const char *len = request_header(&ex->req, "Content-Length");
	const char *coding = request_header(&ex->req, "Transfer-Encoding");
	if (len && (coding || !parse_is_length(len)))
		return &problem_bad_request;
	if (coding && g_ascii_strcasecmp(coding, "chunked") != 0)
		return &problem_bad_request;
	ex->body_len = len ? g_ascii_strtoull(len, NULL, 10) : 0;
	ex->has_body = coding || ex->body_len > 0;
	return NULL;
}

static const struct problem *read_host(struct exchange *ex)
{
	const char *field = request_header(&ex->req, "Host");
	char host[PARSE_HOST_MAX + 1], origin[sizeof "https://" + PARSE_HOST_MAX];
	if (!field)
		return NULL; /* HTTP/1.0; the library refuses 1.1 without Host */
	if (parse_host(span_str(field), host) < 0)
		return &problem_bad_request;
	if (!ex->req.host[0]) /* else named by the target, which wins: RFC 9112 3.2.2 */
		ex->req.host = keep(ex, span_str(host));
	snprintf(origin, sizeof origin, "https://%s", ex->req.host);
	ex->req.origin = keep(ex, span_str(origin));
	return NULL;
}

static enum lang read_lang(struct request *req)
{
	const char *chosen = request_cookie(req, "lang");
	if (chosen && strcmp(chosen, "sv") == 0)
		return LANG_SV;
	if (chosen && strcmp(chosen, "en") == 0)
		return LANG_EN;
	return parse_lang(request_header(req, "Accept-Language"));
}

/* The form of the header; a problem here ends the connection. */
static const struct problem *read_header(struct exchange *ex, const char *method)
{
	struct header header = {.ex = ex};
	ex->req.began = clock_mono();
	MHD_get_connection_values(ex->mhd, MHD_HEADER_KIND, add_field, &header);
	ex->req.lang = read_lang(&ex->req);
	if (strlen(method) > METHOD_MAX || !parse_is_token(method) || header.bad)
		return &problem_bad_request;
	ex->req.method = keep(ex, span_str(method));
	if (ex->bad_target)
		return ex->bad_target;
	if (header.len > ex->server->conf.header_len_max)
		return &problem_header_too_large;
	if (has_doubles(&ex->req))
		return &problem_bad_request;
	const struct problem *bad = read_framing(ex);
	return bad ? bad : read_host(ex);
}

/* ── The route ── */

static void find_route(struct exchange *ex)
{
	struct request *req = &ex->req;
	bool options = strcmp(req->method, "OPTIONS") == 0;
	int err = routes_find(ex->server->routes, req->method, req->path, &req->match);
	if (err == -ERR_UNSUPP) {
		reply_header(req, "Allow", req->match.allow);
		if (options)
			reply_empty(req, 204);
		else
			reply_problem(req, &problem_method, NULL);
	} else if (err == -ERR_INVALID) {
		reply_problem(req, &problem_bad_request, NULL);
	} else if (err < 0 && options && strcmp(req->path, "*") == 0) {
		reply_empty(req, 204);
	} else if (err < 0) {
		reply_problem(req, &problem_not_found, NULL);
	} else {
		req->route = req->match.route;
	}
}

void exchange_count_origin(struct exchange *ex)
{
	if (ex->server)
		ex->server->stats.origin_refused++;
}

/* What the route asks of a request before it sees it. */
static void check_route(struct exchange *ex)
{
	struct request *req = &ex->req;
	const struct route *route = req->route;
	ex->body_max = route->body_len_max ? route->body_len_max : ex->server->conf.body_len_max;
	if ((route->flags & ROUTE_SAME_ORIGIN) && !request_is_same_origin(req)) {
		exchange_count_origin(ex);
		reply_problem(req, &problem_origin, NULL);
	} else if (ex->body_len > ex->body_max) {
		reply_problem(req, &problem_too_large, NULL);
	} else if ((route->flags & ROUTE_BODY) && !ex->has_body) {
		reply_problem(req, &problem_length_required, NULL);
	} else if ((route->flags & ROUTE_AUTH) && !ex->server->conf.authorise) {
		reply_problem(req, &problem_unauthenticated, NULL);
	}
}

void request_allow(struct request *req)
{
	struct exchange *ex = req->exchange;
	BUG_IF(!ex->routed);
	ex->refs++; /* the route may answer, and still reads */
	req->route->fn(req, req->match.arg);
	unref(ex);
}

/* Calls the route; true: it has answered already. */
static bool run(struct exchange *ex)
{
	struct request *req = &ex->req;
	ex->state = EXCHANGE_ROUTE;
	if (ex->answer.done)
		return true;
	if (ex->body)
		req->body = span_of(ex->body->data, ex->body->len);
	ex->routed = true;
	ex->refs++;
	if (req->route->flags & ROUTE_AUTH)
		ex->server->conf.authorise(req, ex->server->conf.arg);
	else
		req->route->fn(req, req->match.arg);
	return ex->answer.done;
}

void exchange_answered(struct exchange *ex)
{
	ex->answer.done = true;
	if (ex->state == EXCHANGE_WAIT && ex->mhd) {
		stop_waiting(ex);
		ex->state = EXCHANGE_ROUTE;
		MHD_resume_connection(ex->mhd);
		server_again(ex->server);
	} else if (ex->state == EXCHANGE_SENT) {
		/* Too late, or the client has gone. */
		if (ex->answer.upgrade)
			ex->answer.upgrade->failed(ex->answer.upgrade_arg);
		answer_clear(&ex->answer);
	}
	if (ex->routed) {
		ex->routed = false;
		unref(ex);
	}
}

bool exchange_expire(struct exchange *ex)
{
	if (ex->state != EXCHANGE_WAIT)
		return false;
	stop_waiting(ex);
	ex->late = true;
	ex->state = EXCHANGE_ROUTE;
	MHD_resume_connection(ex->mhd);
	server_again(ex->server);
	return true;
}

/* ── The answer ── */

static void unref_bytes(void *bytes)
{
	g_bytes_unref(bytes);
}

/* The library reads a header into half of its block for the connection, and has just filled what
 * the header left of that with zeros, once for all: it takes nothing more from the connection.
 * Half of the block behind the header's end is still within the block, unless so much has come
 * that the header may have grown into the other half: blanks in it count for nothing in
 * read_header. Then all stays, as when the end is not where the header was read. */
static void slim(struct exchange *ex, struct MHD_Connection *mhd, const char *end)
{
	const char *value = MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, "Upgrade");
	uint64_t came = received_bytes(ex->conn->fd);
	size_t half = server_block_len(ex->server) / 2;
	bool is_there = value && value < end && (uint64_t)(end - value) < came;
	if (is_there && came <= half)
		zero_pages_drop(end, half);
}

static void opened(void *arg, struct MHD_Connection *mhd, void *context, const char *early,
	size_t early_len, MHD_socket pair, struct MHD_UpgradeResponseHandle *handle)
{
	struct exchange *ex = arg;
	struct upgrade *up = g_new0(struct upgrade, 1);
	g_autoptr(GByteArray) came = g_byte_array_new();
	uint8_t record[UPGRADE_READ_MAX];
	int one = 1;
	up->fd = ex->conn->fd;
	up->server = ex->server;
	up->watches = ex->server->watches;
	up->stats = &ex->server->stats;
	up->conn = ex->conn;
	up->handle = handle;
	up->session = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session;
	up->calls = ex->answer.upgrade;
	up->arg = ex->answer.upgrade_arg;
	up->link.data = up;
	g_queue_push_tail_link(&ex->server->upgrades, &up->link);
	ex->answer.upgrade = NULL;
	ex->upgraded = true;
	conn_deadline(ex->conn, USEC_NEVER);
	count(ex, 101);
	/* The library has just turned this off: small messages would wait 40 ms for the peer's ack. */
	setsockopt(up->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	g_byte_array_append(came, (const guint8 *)early, (guint)early_len);
	tls_own(up->session);
	while (tls_has_more(up->session)) {
		ssize_t n = tls_read(up->session, record);
		if (n <= 0)
			break;
		g_byte_array_append(came, record, (guint)n);
	}
	slim(ex, mhd, early);
	up->calls->open(up, &ex->req, span_of(came->data, came->len), up->arg);
}

ssize_t upgrade_read(struct upgrade *up, uint8_t *buf)
{
	return tls_read(up->session, buf);
}

ssize_t upgrade_write(struct upgrade *up, struct span data)
{
	return tls_write(up->session, data, &up->begun);
}

void upgrade_finish(struct upgrade *up)
{
	tls_finish(up->session);
}

void upgrade_close(struct upgrade **up)
{
	struct upgrade *u = *up;
	if (!u)
		return;
	g_queue_unlink(&u->server->upgrades, &u->link);
	u->server->closing++;
	MHD_upgrade_action(u->handle, MHD_UPGRADE_ACTION_CLOSE);
	server_again(u->server);
	g_free(u);
	*up = NULL;
}

/* Takes the body out of the answer. */
static struct MHD_Response *make_body(struct exchange *ex)
{
	struct answer *answer = &ex->answer;
	if (answer->upgrade)
		return MHD_create_response_for_upgrade(opened, ex);
	if (answer->fd >= 0) {
		ex->sent_len = answer->fd_len;
		struct MHD_Response *r = MHD_create_response_from_fd64(answer->fd_len, answer->fd);
		if (r)
			answer->fd = -1;
		return r;
	}
	if (!answer->bytes)
		return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	GBytes *bytes = g_steal_pointer(&answer->bytes);
	const void *data = g_bytes_get_data(bytes, &ex->sent_len);
	return MHD_create_response_from_buffer_with_free_callback_cls(
		ex->sent_len, (void *)data, unref_bytes, bytes);
}

static void add_headers(struct MHD_Response *r, const struct exchange *ex)
{
	const struct answer *answer = &ex->answer;
	g_autofree char *csp = headers_csp(ex->req.host);
	bool caching = false;
	for (size_t i = 0; i < headers_security_count; i++)
		MHD_add_response_header(r, headers_security[i].name, headers_security[i].value);
	MHD_add_response_header(r, "Content-Security-Policy", answer->csp ? answer->csp : csp);
	if (ex->server->conf.hsts_sec) {
		char hsts[64];
		snprintf(hsts, sizeof hsts, "max-age=%" PRIu32, ex->server->conf.hsts_sec);
		MHD_add_response_header(r, "Strict-Transport-Security", hsts);
	}
	if (answer->type)
		MHD_add_response_header(r, "Content-Type", answer->type);
	for (guint i = 0; answer->fields && i < answer->fields->len; i++) {
		const struct request_field *f = &g_array_index(answer->fields, struct request_field, i);
		MHD_add_response_header(r, f->name, f->value);
		caching |= g_ascii_strcasecmp(f->name, "Cache-Control") == 0;
	}
	if (!caching)
		MHD_add_response_header(r, "Cache-Control", "no-store");
	if (ex->server->draining && !answer->upgrade)
		MHD_add_response_header(r, "Connection", "close");
}

/* Gives the answer, or that there is none in time, to the library. False: close. */
static bool send_answer(struct exchange *ex)
{
	struct answer *answer = &ex->answer;
	bool in_time = answer->done;
	ex->state = EXCHANGE_BODY;
	if (!in_time) {
		bool routed = ex->routed;
		answer_clear(answer);
		ex->routed = false;
		reply_problem(&ex->req, &problem_timeout, NULL);
		ex->routed = routed;
	}
	ex->state = EXCHANGE_SENT;
	ex->sent_status = answer->status;
	struct MHD_Response *r = make_body(ex);
	bool queued = false;
	if (r) {
		add_headers(r, ex);
		const struct server_conf *conf = &ex->server->conf;
		usec at_rate = (usec)(ex->sent_len * USEC_PER_SEC / conf->send_rate_min);
		conn_deadline(ex->conn, conf->send_ms * USEC_PER_MS + at_rate);
		queued = MHD_queue_response(ex->mhd, (unsigned)answer->status, r) == MHD_YES;
		MHD_destroy_response(r);
	}
	if (!answer->upgrade)
		answer_clear(answer);
	answer->done = in_time; /* a late route's answer is not a second one */
	return queued;
}

/* ── Steps ── */

static bool step_header(struct exchange *ex, const char *method)
{
	const struct problem *bad = read_header(ex, method);
	ex->state = EXCHANGE_BODY;
	conn_deadline(ex->conn, ex->server->conf.body_ms * USEC_PER_MS);
	if (bad) {
		ex->server->stats.hygiene++;
		reply_problem(&ex->req, bad, NULL);
		return send_answer(ex);
	}
	find_route(ex);
	if (ex->req.route)
		check_route(ex);
	if (ex->answer.done && ex->body_len > DRAIN_MAX)
		return send_answer(ex);
	return true;
}

static bool step_body(struct exchange *ex, const char *data, size_t len)
{
	if (!ex->answer.done && (ex->body ? ex->body->len : 0) + len > ex->body_max)
		reply_problem(&ex->req, &problem_too_large, NULL);
	if (ex->answer.done) {
		ex->body_dropped += len;
		return ex->body_dropped <= DRAIN_MAX;
	}
	if (!ex->body)
		ex->body = g_byte_array_sized_new((guint)MIN(
			ex->body_len ? ex->body_len : BODY_RESERVE, ex->body_max));
	g_byte_array_append(ex->body, (const guint8 *)data, (guint)len);
	return true;
}

bool exchange_step(struct exchange *ex, const char *method, const char *data, size_t len)
{
	if (ex->server->ending)
		return false;
	switch (ex->state) {
	case EXCHANGE_HEADER:
		return step_header(ex, method);
	case EXCHANGE_BODY:
		if (len)
			return step_body(ex, data, len);
		if (run(ex))
			return send_answer(ex);
		ex->state = EXCHANGE_WAIT;
		g_queue_push_tail_link(&ex->server->waiting, &ex->waiting);
		ex->server->stats.requests_waiting = ex->server->waiting.length;
		conn_deadline(ex->conn, ex->server->conf.answer_ms * USEC_PER_MS);
		MHD_suspend_connection(ex->mhd);
		return true;
	case EXCHANGE_ROUTE:
		return send_answer(ex);
	case EXCHANGE_WAIT:
	case EXCHANGE_SENT:
		return true;
	}
	return false;
}
