/* A worker's ICE-TCP connections (RFC 6544, passive): framing in and out, and which are whose.
 *
 * A connection is an address with `tcp` set and its number in `local`, so that the machines above
 * need not know. One that ICE has not authenticated within ICE_TCP_FIRST_MS is closed. */
#ifndef MEDIA_ICE_TCP_H
#define MEDIA_ICE_TCP_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "net/loop.h"

enum {
	ICE_TCP_MAX = 1024,       /* connections on one worker; the oldest stranger gives way */
	ICE_TCP_HOST_MAX = 64,    /* of one host that are not authenticated yet */
	ICE_TCP_FIRST_MS = 10000,
};

struct ice_tcp;

struct ice_tcp_ops {
	/* A whole packet. Borrowed. May drop the connection. */
	void (*packet)(void *arg, struct span pkt, const struct addr *from);
	/* The connection is gone, by its other end. */
	void (*closed)(void *arg, const struct addr *addr);
};

/* -ERR_NOMEM */
NODISCARD int ice_tcp_new(struct ice_tcp **ret_s, struct loop *l, const struct ice_tcp_ops *ops,
						  void *arg);
void ice_tcp_free(struct ice_tcp **s);

/* Takes a connection. fd: taken, also when it is refused for a limit. */
void ice_tcp_take(struct ice_tcp *s, int fd, const struct addr *peer, usec now);

/* Sends one packet; lost when the connection is slow or gone. */
void ice_tcp_send(struct ice_tcp *s, const struct addr *to, struct span pkt);

/* ICE has authenticated this connection: it may stay. */
void ice_tcp_keep(struct ice_tcp *s, const struct addr *addr);

/* Closes a connection; ops->closed is not called. */
void ice_tcp_drop(struct ice_tcp *s, const struct addr *addr);

size_t ice_tcp_count(const struct ice_tcp *s);

#endif
