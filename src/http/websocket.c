/* One WebSocket: a framing context of wslay over a descriptor that the server upgraded.
 *
 * Everything happens in `ready`: bytes are read and sent, deadlines kept, and at its end `settle`
 * decides whether the connection is over and then frees it. What others call (ws_send, ws_close)
 * only queues and marks; so nothing is ever freed under a caller's feet. */
#include "http/websocket.h"

#include "http/exchange.h"
#include "http/handshake.h"
#include "http/request.h"
#include "http/server.h"
#include "http/watch.h"

#include <string.h>
#include <wslay/wslay.h>

enum {
	READ_BUDGET = 64 * 1024, /* bytes a turn, so that one peer does not hold up the others */
	OUT_MAX = 32 * 1024,     /* framed and not yet encrypted; small messages share a record */
	KEEP_MAX = 512,          /* bytes of a buffer that stay with a connection at rest */
	REASON_MAX = 123,        /* RFC 6455 5.5: 125 bytes with the code */
};

#define LINGER_TIME USEC_PER_SEC /* until the peer has seen why it was closed */

struct bucket {
	double level;
	usec filled;
};

enum state {
	OPENING, /* the answer is on its way */
	OPEN,
	CLOSING,   /* ws_close: what is queued goes out, then the close frame */
	REFUSED,   /* a close frame is queued or sent; whatever comes is thrown away */
	LINGERING, /* it has been sent */
};

struct ws {
	struct watch watch; /* the upgrade's descriptor */

	/* ── Given ── */
	struct ws_conf conf;
	const struct ws_calls *calls;
	void *arg;
	void *user;

	/* ── Of the request ── */
	struct addr peer;
	enum lang lang;
	char trace[REQUEST_TRACE_LEN + 1];

	/* ── Owned ── */
	struct upgrade *up;
	struct wslay_event_context *framing;
	GByteArray *in;  /* read, and not yet taken by the framing, from in_at on */
	GByteArray *out; /* framed, and not yet sent */

	/* ── State ── */
	enum state state;
	int code; /* for calls->close; 0: not known yet */
	bool close_queued;
	bool cut; /* the descriptor has ended */
	char *reason;
	size_t in_at;
	size_t budget;
	unsigned fragments;
	struct bucket frames, bytes;
	usec ping_at; /* when the next ping goes out */
	usec pinged;  /* when the last one did */
	usec pong_by; /* USEC_NEVER: none is waited for */
	usec close_by;
	int64_t rtt;
};

void ws_conf_init(struct ws_conf *ret_conf)
{
	*ret_conf = (struct ws_conf){
		.protocol = "ting.1",
		.message_max = 512 * 1024,
		.fragments_max = 256,
		.queue_max = 4 * 1024 * 1024,
		.ping_ms = 20000,
		.pong_ms = 10000,
		.close_ms = 3000,
		.frames_rate = 50,
		.frames_burst = 300,
		.bytes_rate = 128 * 1024,
		.bytes_burst = 2 * 1024 * 1024,
	};
}

static bool bucket_take(struct bucket *b, double rate, double burst, double amount)
{
	usec now = clock_mono();
	b->level += (double)(now - b->filled) * rate / USEC_PER_SEC;
	b->level = b->level > burst ? burst : b->level;
	b->filled = now;
	if (b->level < amount)
		return false;
	b->level -= amount;
	return true;
}

/* ── Ending ── */

static void want(struct ws *ws)
{
	uint32_t events = 0;
	bool reads = ws->state == REFUSED || ws->state == LINGERING
	             || wslay_event_want_read(ws->framing);
	bool closes = ws->state == CLOSING && !ws->close_queued;
	if (reads)
		events |= EPOLLIN;
	if (wslay_event_want_write(ws->framing) || closes || ws->out->len || ws->in_at < ws->in->len)
		events |= EPOLLOUT;
	watch_want(&ws->watch, events);
	usec when = ws->close_by;
	if (ws->state == OPEN)
		when = usec_min(when, usec_min(ws->ping_at, ws->pong_by));
	if (when != ws->watch.deadline)
		watch_deadline(&ws->watch, when);
}

static void ws_free(struct ws *ws)
{
	watch_del(&ws->watch);
	upgrade_close(&ws->up);
	if (ws->framing)
		wslay_event_context_free(ws->framing);
	g_byte_array_unref(ws->in);
	g_byte_array_unref(ws->out);
	g_free(ws->reason);
	g_free(ws);
}

/* The last callback, and the end. */
static void end(struct ws *ws, int code)
{
	ws->state = LINGERING;
	ws->up->stats->ws_closed++;
	ws->up->stats->websockets--;
	ws->calls->close(ws, ws->code ? ws->code : code, ws->user);
	ws_free(ws);
}

/* From now on only the close frame goes out. code: what on_close is told. */
static void refuse(struct ws *ws, int code, const char *reason, uint64_t *counter)
{
	if (ws->state == REFUSED || ws->state == LINGERING)
		return;
	++*counter;
	ws->state = REFUSED;
	ws->code = code;
	ws->close_by = clock_mono() + ws->conf.close_ms * USEC_PER_MS;
	wslay_event_shutdown_read(ws->framing);
	(void)!wslay_event_queue_close(
		ws->framing, (uint16_t)code, (const uint8_t *)reason, strlen(reason));
	ws->close_queued = true;
}

/* Empties a buffer; the room that `most` bytes took in it is given back. */
static void empty(GByteArray **buf, size_t most)
{
	if (most <= KEEP_MAX) {
		g_byte_array_set_size(*buf, 0);
		return;
	}
	g_byte_array_unref(*buf);
	*buf = g_byte_array_new();
}

/* ── What wslay asks for and tells ── */

/* Fills `in` with one record. 0 when it did, else as upgrade_read. */
static int read_record(struct ws *ws)
{
	uint8_t record[UPGRADE_READ_MAX];
	if (ws->budget == 0)
		return -ERR_AGAIN;
	ssize_t n = upgrade_read(ws->up, record);
	if (n < 0) {
		ws->cut = n == -ERR_CLOSED;
		return (int)n;
	}
	ws->budget -= MIN(ws->budget, (size_t)n);
	ws->up->stats->ws_bytes_in += (uint64_t)n;
	if (!bucket_take(&ws->bytes, ws->conf.bytes_rate, ws->conf.bytes_burst, (double)n)) {
		refuse(ws, WS_POLICY, "too many bytes", &ws->up->stats->ws_rate);
		return -ERR_AGAIN;
	}
	g_byte_array_append(ws->in, record, (guint)n);
	return 0;
}

static ssize_t on_read(
	struct wslay_event_context *framing, uint8_t *buf, size_t len, int flags, void *arg)
{
	struct ws *ws = arg;
	int err = ws->in_at < ws->in->len ? 0 : read_record(ws);
	if (err < 0) {
		wslay_event_set_error(
			framing, err == -ERR_AGAIN ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
		return -1;
	}
	size_t n = MIN(len, ws->in->len - ws->in_at);
	memcpy(buf, ws->in->data + ws->in_at, n);
	ws->in_at += n;
	if (ws->in_at == ws->in->len) {
		empty(&ws->in, ws->in->len);
		ws->in_at = 0;
	}
	return (ssize_t)n;
}

static ssize_t on_write(
	struct wslay_event_context *framing, const uint8_t *data, size_t len, int flags, void *arg)
{
	struct ws *ws = arg;
	size_t room = OUT_MAX - MIN(ws->out->len, OUT_MAX);
	if (room == 0) {
		wslay_event_set_error(framing, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	g_byte_array_append(ws->out, data, (guint)MIN(len, room));
	return (ssize_t)MIN(len, room);
}

static void on_frame(struct wslay_event_context *framing,
	const struct wslay_event_on_frame_recv_start_arg *frame, void *arg)
{
	struct ws *ws = arg;
	struct server_stats *stats = ws->up->stats;
	if (!bucket_take(&ws->frames, ws->conf.frames_rate, ws->conf.frames_burst, 1)) {
		refuse(ws, WS_POLICY, "too many messages", &stats->ws_rate);
		return;
	}
	if (frame->opcode == WSLAY_BINARY_FRAME)
		refuse(ws, WS_NOT_TEXT, "text only", &stats->ws_protocol);
	if (frame->opcode == WSLAY_TEXT_FRAME)
		ws->fragments = 0;
	if (!wslay_is_ctrl_frame(frame->opcode) && ++ws->fragments > ws->conf.fragments_max)
		refuse(ws, WS_POLICY, "too many fragments", &stats->ws_protocol);
}

static void on_message(struct wslay_event_context *framing,
	const struct wslay_event_on_msg_recv_arg *msg, void *arg)
{
	struct ws *ws = arg;
	if (msg->opcode == WSLAY_CONNECTION_CLOSE && !ws->code)
		ws->code = msg->status_code ? msg->status_code : WS_NO_CODE;
	if (ws->state != OPEN)
		return;
	if (msg->opcode == WSLAY_PONG && ws->pong_by != USEC_NEVER
		&& msg->msg_length == sizeof ws->pinged
		&& memcmp(msg->msg, &ws->pinged, sizeof ws->pinged) == 0) {
		ws->rtt = clock_mono() - ws->pinged;
		ws->pong_by = USEC_NEVER;
	}
	if (msg->opcode == WSLAY_TEXT_FRAME) {
		ws->up->stats->ws_messages_in++;
		ws->calls->message(ws, span_of(msg->msg, msg->msg_length), ws->user);
	}
}

/* ── The turn ── */

/* Reads; false: the connection has ended. */
static bool read_some(struct ws *ws)
{
	ws->budget = READ_BUDGET;
	if (wslay_event_want_read(ws->framing)) {
		if (wslay_event_recv(ws->framing) == 0)
			return true;
		/* Otherwise the frame was malformed: wslay has queued a close frame without a code. */
		ws->code = ws->code || ws->cut ? ws->code : WS_PROTOCOL;
		return !ws->cut;
	}
	/* Throw away what comes, so that closing does not reset the connection under the frame that
	 * says why. */
	uint8_t scrap[UPGRADE_READ_MAX];
	ssize_t n = 0;
	for (size_t got = 0; got < READ_BUDGET && n >= 0; got += (size_t)n)
		n = upgrade_read(ws->up, scrap);
	return n != -ERR_CLOSED;
}

/* Sends what is framed; false: the connection has ended. */
static bool flush(struct ws *ws)
{
	size_t most = ws->out->len;
	if (most == 0)
		return true;
	while (ws->out->len) {
		ssize_t n = upgrade_write(ws->up, span_of(ws->out->data, ws->out->len));
		if (n < 0)
			return n == -ERR_AGAIN;
		ws->up->stats->ws_bytes_out += (uint64_t)n;
		g_byte_array_remove_range(ws->out, 0, (guint)n);
	}
	empty(&ws->out, most);
	return true;
}

/* Frames and sends as much as the peer takes; false: the connection has ended. */
static bool write_some(struct ws *ws)
{
	bool drained = wslay_event_get_queued_msg_count(ws->framing) == 0;
	if (ws->state == CLOSING && !ws->close_queued && drained) {
		const char *reason = ws->reason ? ws->reason : "";
		ws->close_queued = true;
		(void)!wslay_event_queue_close(
			ws->framing, (uint16_t)ws->code, (const uint8_t *)reason, strlen(reason));
	}
	do {
		if (wslay_event_want_write(ws->framing) && wslay_event_send(ws->framing) != 0)
			return false;
		if (!flush(ws))
			return false;
	} while (ws->out->len == 0 && wslay_event_want_write(ws->framing));
	return true;
}

/* Deadlines; false: the connection has ended. */
static bool tick(struct ws *ws)
{
	usec now = clock_mono();
	if (ws->state != OPEN || now >= ws->close_by)
		return now < ws->close_by;
	if (now >= ws->pong_by) {
		ws->up->stats->ws_timeout++;
		return false;
	}
	if (now >= ws->ping_at) {
		ws->ping_at = now + ws->conf.ping_ms * USEC_PER_MS;
		if (ws->pong_by != USEC_NEVER)
			return true; /* one at a time */
		ws->pinged = now;
		ws->pong_by = now + ws->conf.pong_ms * USEC_PER_MS;
		struct wslay_event_msg ping = {
			WSLAY_PING, (const uint8_t *)&ws->pinged, sizeof ws->pinged};
		(void)!wslay_event_queue_msg(ws->framing, &ping);
	}
	return true;
}

/* wslay closes by itself when the peer closes or breaks the protocol: take note. */
static void note_close(struct ws *ws)
{
	struct wslay_event_context *framing = ws->framing;
	if (wslay_event_get_close_received(framing) || wslay_event_want_read(framing)
		|| ws->state == REFUSED || ws->state == LINGERING)
		return;
	/* Reading was disabled without a close frame from the peer: it broke the protocol. */
	ws->up->stats->ws_protocol++;
	ws->state = REFUSED;
	ws->close_by = clock_mono() + ws->conf.close_ms * USEC_PER_MS;
}

static void settle(struct ws *ws)
{
	struct wslay_event_context *framing = ws->framing;
	bool sent = wslay_event_get_close_sent(framing) && ws->out->len == 0;
	if (sent && wslay_event_get_close_received(framing)) {
		end(ws, WS_NO_CODE);
		return;
	}
	if (ws->state == REFUSED && sent) {
		ws->state = LINGERING;
		upgrade_finish(ws->up);
		if (!ws->code)
			ws->code = wslay_event_get_status_code_sent(framing);
		ws->close_by = clock_mono() + LINGER_TIME;
	}
	want(ws);
}

static void ready(struct watch *watch, uint32_t events)
{
	struct ws *ws = (struct ws *)watch;
	bool reads = ws->in_at < ws->in->len || events & (EPOLLIN | EPOLLHUP | EPOLLERR);
	bool alive = events != 0 || tick(ws);
	if (alive && reads)
		alive = read_some(ws);
	if (ws->state != OPENING)
		note_close(ws);
	if (alive)
		alive = write_some(ws);
	if (alive)
		settle(ws);
	else
		end(ws, WS_LOST);
}

/* ── Opening ── */

static void on_open(struct upgrade *up, struct request *req, struct span early, void *arg)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = on_read,
		.send_callback = on_write,
		.on_frame_recv_start_callback = on_frame,
		.on_msg_recv_callback = on_message,
	};
	struct ws *ws = arg;
	usec now = clock_mono();
	ws->up = up;
	ws->watch = (struct watch){.fd = up->fd, .events = EPOLLIN, .ready = ready};
	ws->frames = (struct bucket){.level = ws->conf.frames_burst, .filled = now};
	ws->bytes = (struct bucket){.level = ws->conf.bytes_burst, .filled = now};
	ws->ping_at = now + ws->conf.ping_ms * USEC_PER_MS;
	ws->pong_by = ws->close_by = USEC_NEVER;
	g_byte_array_append(ws->in, early.ptr, (guint)early.len);
	if (wslay_event_context_server_init(&ws->framing, &callbacks, ws) != 0
		|| watch_add(up->watches, &ws->watch) < 0) {
		ws_free(ws);
		return;
	}
	wslay_event_config_set_max_recv_msg_length(ws->framing, ws->conf.message_max);
	ws->state = OPEN;
	up->stats->ws_opened++;
	up->stats->websockets++;
	ws->user = ws->calls->open(ws, req, ws->arg);
	want(ws);
}

static void on_failed(void *arg)
{
	ws_free(arg);
}

static void on_gone(void *arg)
{
	struct ws *ws = arg;
	(void)!wslay_event_queue_close(ws->framing, WS_GOING_AWAY, NULL, 0);
	(void)!write_some(ws);
	ws->code = ws->code ? ws->code : WS_GOING_AWAY;
	end(ws, WS_GOING_AWAY);
}

void ws_accept(
	struct request *req, const struct ws_conf *conf, const struct ws_calls *calls, void *arg)
{
	static const struct upgrade_calls upgrade = {on_open, on_failed, on_gone};
	struct ws_conf defaults;
	char accept[HANDSHAKE_ACCEPT_LEN + 1];
	ws_conf_init(&defaults);
	conf = conf ? conf : &defaults;
	const struct problem *problem = handshake_check(req, conf->protocol);
	if (problem) {
		if (problem == &problem_origin)
			exchange_count_origin(req->exchange);
		if (problem == &problem_upgrade) {
			reply_header(req, "Upgrade", "websocket");
			reply_header(req, "Sec-WebSocket-Version", "13");
		}
		reply_problem(req, problem, NULL);
		return;
	}
	struct ws *ws = g_new0(struct ws, 1);
	ws->conf = *conf;
	ws->calls = calls;
	ws->arg = arg;
	ws->peer = req->peer;
	ws->lang = req->lang;
	ws->rtt = -1;
	ws->in = g_byte_array_new();
	ws->out = g_byte_array_new();
	memcpy(ws->trace, req->trace, sizeof ws->trace);
	handshake_accept(request_header(req, "Sec-WebSocket-Key"), accept);
	reply_header(req, "Upgrade", "websocket");
	reply_header(req, "Sec-WebSocket-Accept", accept);
	if (conf->protocol)
		reply_header(req, "Sec-WebSocket-Protocol", conf->protocol);
	reply_upgrade(req, &upgrade, ws);
}

/* ── For the owner ── */

int ws_send(struct ws *ws, const char *text, size_t len)
{
	if (ws->state != OPEN)
		return -ERR_CLOSED;
	if (ws_queued(ws) + len > ws->conf.queue_max) {
		refuse(ws, WS_TRY_LATER, "not reading", &ws->up->stats->ws_slow);
		want(ws);
		return -ERR_FULL;
	}
	struct wslay_event_msg msg = {WSLAY_TEXT_FRAME, (const uint8_t *)text, len};
	if (wslay_event_queue_msg(ws->framing, &msg) != 0)
		return -ERR_CLOSED; /* wslay has begun to close */
	ws->up->stats->ws_messages_out++;
	want(ws);
	return 0;
}

int ws_send_json(struct ws *ws, const json_t *json)
{
	size_t len = json_dumpb(json, NULL, 0, JSON_COMPACT);
	g_autofree char *text = g_malloc(len + 1);
	json_dumpb(json, text, len, JSON_COMPACT);
	return ws_send(ws, text, len);
}

void ws_close(struct ws *ws, int code, const char *reason)
{
	if (ws->state != OPEN)
		return;
	ws->state = CLOSING;
	ws->code = ws->code ? ws->code : code;
	ws->close_by = clock_mono() + ws->conf.close_ms * USEC_PER_MS;
	g_autofree char *whole = g_utf8_make_valid(reason ? reason : "", -1);
	size_t len = MIN(strlen(whole), REASON_MAX);
	while (len > 0 && ((unsigned char)whole[len] & 0xc0) == 0x80)
		len--; /* not inside a character */
	ws->reason = g_strndup(whole, len);
	want(ws);
}

void ws_set_message_max(struct ws *ws, uint32_t len)
{
	wslay_event_config_set_max_recv_msg_length(ws->framing, len);
}

void *ws_user(const struct ws *ws)
{
	return ws->user;
}

const struct addr *ws_peer(const struct ws *ws)
{
	return &ws->peer;
}

enum lang ws_lang(const struct ws *ws)
{
	return ws->lang;
}

const char *ws_trace(const struct ws *ws)
{
	return ws->trace;
}

size_t ws_queued(const struct ws *ws)
{
	return wslay_event_get_queued_msg_length(ws->framing) + ws->out->len;
}

int64_t ws_rtt_usec(const struct ws *ws)
{
	return ws->rtt;
}
