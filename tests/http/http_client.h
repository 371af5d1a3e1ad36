/* A server in the test's own thread and a client beside it: every wait of the client turns GLib's
 * loop, so that one thread plays both, and assertions work on either side. */
#ifndef TESTS_HTTP_CLIENT_H
#define TESTS_HTTP_CLIENT_H

#include "cm.h"

#include "base/bytes.h"
#include "http/request.h"
#include "http/server.h"

#include <glib.h>

enum { CLIENT_WAIT_MS = 10000 }; /* longer than anything here may take */

/* ── The server's side ── */

struct pem {
	char *cert, *key;
};

/* A self-signed certificate for localhost whose common name is name. */
struct pem pem_new(const char *name);
void pem_free(struct pem *pem);

/* Defaults, 127.0.0.1, any port, and a certificate of the process. */
void test_conf_init(struct server_conf *ret_conf);

/* Turns the loop once, or waits up to a millisecond. */
void turn(void);
/* Turns the loop for so long. */
void turn_for(unsigned ms);
/* Turns the loop until the expression holds; fails the test after CLIENT_WAIT_MS. */
#define turn_until(expression)                                                                     \
	do {                                                                                           \
		gint64 turn_end = g_get_monotonic_time() + CLIENT_WAIT_MS * 1000;                          \
		while (!(expression)) {                                                                    \
			assert_true(g_get_monotonic_time() < turn_end);                                        \
			turn();                                                                                \
		}                                                                                          \
	} while (0)

/* ── The client's side ── */

struct client {
	int fd;
	void *tls; /* NULL: plain */
	GByteArray *in;
	bool eof; /* the peer has closed, or reset */
};

struct response {
	int status;
	char *head; /* lines with CRLF */
	GByteArray *body;
};

/* Connects, without and with TLS. local: address to come from; NULL: any. */
struct client *client_plain(uint16_t port, const char *local);
struct client *client_tls(uint16_t port);
extern const char *client_priority; /* of later TLS connections; NULL: the default */
/* The common name of the certificate that the server showed; g_free. */
char *client_peer_name(const struct client *c);
void client_free(struct client **c);

void client_send(struct client *c, const void *data, size_t len);
void client_puts(struct client *c, const char *text);

/* Waits until n bytes have come or the peer has closed; false: closed with fewer. */
bool client_fill(struct client *c, size_t n);
/* Waits until the peer closes; throws away what comes. */
void client_until_eof(struct client *c);

/* Reads one response; head: it has no body whatever its length says. Status 0: closed before. */
struct response client_response(struct client *c, bool head);
void response_done(struct response *r);
/* A field of a response; g_free. NULL: not there. */
char *response_field(const struct response *r, const char *name);

/* Sends text and reads the response. */
struct response client_ask(struct client *c, const char *text);
/* "GET path" with Host: localhost on a connection of its own; extra: further lines with CRLF. */
struct response get(uint16_t port, const char *path, const char *extra);

/* ── WebSocket ── */

#define WS_REQUEST(origin)                                                                         \
	"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"                                \
	"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"                             \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                                              \
	"Sec-WebSocket-Protocol: other, ting.1\r\n" origin "\r\n"
#define WS_ORIGIN "Origin: https://localhost\r\n"

/* Writes one masked frame. first: FIN, RSV and opcode. */
void client_frame(struct client *c, uint8_t first, const void *data, size_t len);

struct frame {
	uint8_t first;
	GByteArray *data;
};
/* Reads one frame; data NULL: closed before. */
struct frame client_read_frame(struct client *c);
/* Reads frames until a close frame and gives its code; 0: none came. */
int client_close_code(struct client *c);

#endif
