/* WebSockets (RFC 6455): text messages both ways, over a route.
 *
 * A route's function calls ws_accept instead of a reply. The handshake is checked (method, version,
 * key, subprotocol, and that Origin is this server's own), then on_open is called, any number of
 * on_message, and at last on_close exactly once; after it the pointer is gone. All on the loop's
 * thread, none of them from within ws_send or ws_close: so an owner may close a connection from
 * any callback, also its own. Control frames, fragments, UTF-8 and liveness are looked after here:
 * a peer that breaks the protocol or a limit, does not read, or does not answer pings is closed.
 * No compression. */
#ifndef HTTP_WEBSOCKET_H
#define HTTP_WEBSOCKET_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"
#include "http/problem.h"

struct request;
struct ws;

/* Status codes of RFC 6455 7.4.1 that we send, or tell on_close. */
enum ws_code {
	WS_NORMAL = 1000,
	WS_GOING_AWAY = 1001,  /* the server stops, or the page is left */
	WS_PROTOCOL = 1002,
	WS_NOT_TEXT = 1003,
	WS_NO_CODE = 1005,     /* never sent: the peer closed without a code */
	WS_LOST = 1006,        /* never sent: the connection broke, or no pong came */
	WS_NOT_UTF8 = 1007,
	WS_POLICY = 1008,      /* too many messages, or the owner's reason */
	WS_TOO_BIG = 1009,
	WS_INTERNAL = 1011,
	WS_TRY_LATER = 1013,   /* does not read what it is sent */
};

struct ws_conf {
	const char *protocol;      /* the subprotocol that must be offered; NULL: none asked */
	uint32_t message_max;      /* bytes of a message, all fragments together */
	uint32_t fragments_max;    /* frames a message */
	uint32_t queue_max;        /* bytes waiting to be sent; more is a slow reader: 1013 */
	uint32_t ping_ms;          /* between pings */
	uint32_t pong_ms;          /* how long a ping may stay unanswered */
	uint32_t close_ms;         /* how long a closing handshake may take */
	uint32_t frames_rate;      /* frames a second, control frames too */
	uint32_t frames_burst;
	uint32_t bytes_rate;       /* bytes a second */
	uint32_t bytes_burst;
};

struct ws_calls {
	/* Open. req: borrowed for the call only: path, parameters, cookies, query, peer. Returns the
	 * owner's pointer, given to the others as user; NULL is fine. */
	void *(*open)(struct ws *ws, struct request *req, void *arg);
	/* A whole text message, valid UTF-8. text: borrowed for the call; not NUL-terminated. */
	void (*message)(struct ws *ws, struct span text, void *user);
	/* The end: the peer's code or ours. Don't use ws after this. */
	void (*close)(struct ws *ws, int code, void *user);
};

/* Message of 512 kB, "ting.1", ping every 20 s. */
void ws_conf_init(struct ws_conf *ret_conf);

/* Answers req: with 101 and a WebSocket, or with a problem (400, 403, 405, 426).
 * conf: borrowed for the call; NULL: the defaults. calls: borrowed for the connection's life;
 * arg: given to open. */
void ws_accept(
	struct request *req, const struct ws_conf *conf, const struct ws_calls *calls, void *arg);

/* Queues a text message. text: borrowed, copied; must be UTF-8.
 * -ERR_CLOSED: closing or closed; -ERR_FULL: the peer does not read and is being closed. Either
 * may be ignored: on_close comes. */
int ws_send(struct ws *ws, const char *text, size_t len);

/* Queues a JSON value as a text message. json: borrowed. Errors as ws_send. */
int ws_send_json(struct ws *ws, const json_t *json);

/* Begins to close; what is queued is sent first. No more messages come; the close callback comes
 * later from the loop. Again: nothing. code: one that may be sent; reason: borrowed, may be NULL,
 * at most 123 bytes of it are sent. */
void ws_close(struct ws *ws, int code, const char *reason);

/* Another limit for messages from now on: small before a stranger has joined, larger after. */
void ws_set_message_max(struct ws *ws, uint32_t len);

void *ws_user(const struct ws *ws);
const struct addr *ws_peer(const struct ws *ws);
enum lang ws_lang(const struct ws *ws);
const char *ws_trace(const struct ws *ws);

/* Bytes that wait to be sent. */
size_t ws_queued(const struct ws *ws);

/* The last measured time from a ping to its pong; -1: none yet. */
int64_t ws_rtt_usec(const struct ws *ws);

#endif
