/* TCP connections that carry media: bytes in, whole frames out, a bounded queue between.
 *
 * One thread: that of the loop. */
#ifndef NET_TCP_H
#define NET_TCP_H

#include "base/addr.h"
#include "base/bytes.h"
#include "net/loop.h"

enum {
	TCP_QUEUE_MAX = 128 * 1024, /* bytes that wait for a slow receiver; more are dropped */
	TCP_READ_MAX = 16 * 1024,   /* bytes read at a time */
};

/* ── A listening socket ── */
struct tcp_listener;

/* Out of descriptors or memory it looks again five times a second.
 * accepted: takes fd, which is non-blocking. bind family 0: every address. -ERR_IO, -ERR_NOMEM */
NODISCARD int tcp_listen(struct tcp_listener **ret_t, struct loop *l, const struct addr *bind,
						 uint16_t port,
						 void (*accepted)(void *arg, int fd, const struct addr *peer), void *arg);
void tcp_listener_free(struct tcp_listener **t);

/* ── A connection ── */
struct tcp_conn;

struct tcp_conn_ops {
	/* Bytes came. Borrowed. May free the connection. */
	void (*bytes)(void *arg, struct span bytes);
	/* The other end closed, or it broke. Free it then. Called once. */
	void (*closed)(void *arg);
};

/* fd: taken, also on failure. -ERR_IO, -ERR_NOMEM */
NODISCARD int tcp_conn_new(struct tcp_conn **ret_c, struct loop *l, int fd,
						   const struct tcp_conn_ops *ops, void *arg);
/* Closes it; ops are not called any more. Safe inside its own callbacks. */
void tcp_conn_free(struct tcp_conn **c);

/* Sends head and body as one, whole or not at all. -ERR_FULL: the receiver is too slow, dropped;
 * -ERR_CLOSED */
NODISCARD int tcp_conn_send(struct tcp_conn *c, struct span head, struct span body);

/* Bytes that wait to be sent. */
size_t tcp_conn_queued(const struct tcp_conn *c);

#endif
