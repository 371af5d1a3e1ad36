/* What server.c and exchange.c share: the server, and one TLS connection. Nobody else includes it.
 *
 * The HTTP library's objects are void pointers here, so that its header is needed in two files
 * only. */
#ifndef HTTP_SERVER_INTERNAL_H
#define HTTP_SERVER_INTERNAL_H

#include "http/accept.h"
#include "http/routes.h"
#include "http/server.h"
#include "http/tls.h"
#include "http/watch.h"

#include <glib.h>

struct exchange;

/* One TLS connection, from accept to close. Its deadline is for whatever it is doing; when it
 * passes the descriptor is shut down, and the library notices and closes. */
struct conn {
	struct watch watch; /* fd -1: only a deadline */
	struct server *server;
	struct addr peer;
	int fd; /* the library's; open until it says that the connection has ended */
	struct exchange *exchange; /* the request under way; borrowed */
};

struct server {
	/* ── Given ── */
	struct server_conf conf;

	/* ── Owned ── */
	struct server_stats stats;
	struct routes *routes;
	struct watch_set *watches;
	struct acceptor *acceptor;
	void *daemon;
	struct watch daemon_watch; /* the library's epoll descriptor */
	GSource *again; /* runs the library once more when it asks for that */
	struct tls_identity *identity;
	GArray *retired; /* former identities: handshakes may still use them */
	GQueue upgrades; /* struct upgrade */
	GQueue waiting;  /* struct exchange; borrowed: routes have them */
	unsigned closing; /* upgraded connections that we have closed and the library not yet */

	/* ── State ── */
	struct conn *adding; /* given to the library, which has not said that it has it */
	bool draining;
	bool ending; /* server_free: requests are dropped */
	bool wanted; /* server_again, since the library last ran */
};

/* The library does not notice by itself that a connection was resumed or closed: run it soon. */
void server_again(struct server *server);

/* Bytes of the library's block for one connection. */
size_t server_block_len(const struct server *server);

/* Gives an idle or working connection this long from now. */
void conn_deadline(struct conn *conn, usec from_now);

#endif
