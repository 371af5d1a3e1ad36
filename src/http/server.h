/* The HTTPS server: one listening port for the page, the API, WebSocket and, by the first bytes of
 * a connection, ICE over TCP.
 *
 * It lives on the thread that runs GLib's default main context (the control thread), never blocks,
 * and calls every callback on that thread. What it answers is decided by routes (routes.h); how one
 * request is read and answered stands in request.h; WebSockets in websocket.h.
 *
 * HTTP/1.1 over TLS 1.2 and 1.3. Every count that a stranger can raise is a setting below. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/clock.h"

struct request;
struct route;
struct server;

enum { SERVER_MAX_LISTEN = 8 };

/* One finished request, for the caller's debug log. No path, query, cookie or address. */
struct server_access {
	const char *method;
	const char *pattern; /* the route's pattern, "-" when none matched */
	const char *trace;   /* the request's trace id */
	int status;          /* 0: the client left before the answer */
	size_t len;          /* bytes of the answer's body */
	usec took;           /* from the end of the header to the end of the answer */
};

struct server_conf {
	/* ── Where ── */
	struct addr listen[SERVER_MAX_LISTEN]; /* [::] also takes IPv4; port 0: any free one */
	size_t listen_count;

	/* ── Identity: PEM in memory, borrowed for the call of server_new ── */
	struct span cert_pem; /* the leaf first, then its chain */
	struct span key_pem;

	/* ── Who may reach it ── */
	const char *const *origins; /* further origins ("https://x.example") that may open WebSockets;
	                             * ends in NULL; NULL: none. Borrowed for the server's life */
	uint32_t hsts_sec;          /* Strict-Transport-Security max-age; 0: header not sent */

	/* ── Limits on connections ── */
	uint32_t connections_max;      /* TLS connections in all */
	uint32_t connections_host_max; /* of one IPv4 address or one IPv6 /64 */
	uint32_t pending_max;          /* accepted, first bytes not yet seen */
	uint32_t first_bytes_ms;       /* to say what it is */
	uint32_t header_ms;            /* TLS handshake and the whole first header */
	uint32_t idle_ms;              /* from an answer to the end of the next header */
	uint32_t body_ms;              /* the whole body */
	uint32_t answer_ms;            /* from the end of the body until the route has answered */
	uint32_t send_ms;              /* to send any answer, and beside it what its length … */
	uint32_t send_rate_min;        /* … takes at so many bytes a second; slower is dropped */

	/* ── Limits on requests ── */
	uint32_t header_len_max; /* bytes of all header fields, names and values */
	uint32_t target_len_max; /* bytes of the request target */
	uint32_t body_len_max;   /* for routes that name no limit */

	/* ── Callbacks; each may be NULL ── */
	/* A connection that began with a STUN binding request in RFC 4571 framing. stun: that message,
	 * without its two length bytes, borrowed for the call, to choose a worker by; fd still holds it
	 * all, unread. Takes fd (non-blocking). NULL: such connections are closed. */
	void (*media_tcp)(int fd, const struct addr *peer, struct span stun, void *arg);
	/* Before a route marked ROUTE_AUTH (req->route). Now or later it either calls request_allow,
	 * which runs the route, or answers itself. NULL: such routes answer 401. */
	void (*authorise)(struct request *req, void *arg);
	/* After each request. */
	void (*access)(const struct server_access *access, void *arg);
	void *arg;
};

/* What has happened since start, and what is open now. Read it with server_stats. */
struct server_stats {
	/* ── Now ── */
	uint64_t pending;     /* first bytes not yet seen */
	uint64_t connections; /* TLS, WebSockets among them */
	uint64_t requests_waiting; /* a route has them and has not answered */
	uint64_t websockets;

	/* ── Since start: connections ── */
	uint64_t accepted;
	uint64_t tls;
	uint64_t plain_http;     /* answered by a redirect */
	uint64_t media_tcp;      /* handed to media */
	uint64_t refused_first;  /* first bytes of no known kind, or none in time */
	uint64_t refused_full;   /* connections_max or pending_max */
	uint64_t refused_host;   /* connections_host_max */
	uint64_t deadline_closed; /* header, body or answer not in time, or a reader too slow */
	uint64_t accept_errors;  /* out of descriptors and the like */

	/* ── Since start: requests ── */
	uint64_t requests;
	uint64_t replies[6]; /* by class: [2] is 2xx; [0] the client left */
	uint64_t hygiene;    /* refused for the form of its header */
	uint64_t origin_refused;

	/* ── Since start: WebSockets ── */
	uint64_t ws_opened;
	uint64_t ws_closed;
	uint64_t ws_messages_in;
	uint64_t ws_messages_out;
	uint64_t ws_bytes_in;
	uint64_t ws_bytes_out;
	uint64_t ws_slow;      /* closed: did not read */
	uint64_t ws_rate;      /* closed: sent too much */
	uint64_t ws_timeout;   /* closed: no pong */
	uint64_t ws_protocol;  /* closed: broke the protocol or a limit on size or kind */
};

/* Fills in the defaults: no listen address, no certificate, the limits of a normal installation. */
void server_conf_init(struct server_conf *ret_conf);

/* Starts listening. conf: borrowed for the call, copied.
 * -ERR_CRYPTO: certificate or key unusable or not a pair; -ERR_IO: can't listen (errno); gives. */
NODISCARD int server_new(const struct server_conf *conf, struct server **ret_server);

/* Closes every connection at once (a WebSocket's on_close is called with 1001) and frees. Requests
 * that a route still holds stay valid until it answers; the answer goes nowhere. */
void server_free(struct server **server);

/* Adds routes; see routes.h. routes: borrowed for the server's life; arg: given to their functions.
 * May be called at any time; -ERR_EXISTS: method and pattern are taken; -ERR_INVALID: pattern. */
NODISCARD int server_add_routes(
	struct server *server, const struct route *routes, size_t count, void *arg);

/* From now on handshakes use this certificate; open connections go on with theirs.
 * -ERR_CRYPTO: unusable, or not a pair: the old one stays. Spans borrowed for the call. */
NODISCARD int server_set_certificate(
	struct server *server, struct span cert_pem, struct span key_pem);

/* The port that listen[index] got. */
uint16_t server_port(const struct server *server, size_t index);

/* Stops accepting; open connections go on. For a shutdown that drains first. */
void server_drain(struct server *server);

/* Borrowed; counts on. */
const struct server_stats *server_stats(const struct server *server);

#endif
