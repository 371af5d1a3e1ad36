/* The acceptor: our listening sockets, and what a new connection is.
 *
 * Looks at the first bytes without taking them, and never waits: 0x16 is a TLS hello; two length
 * bytes and a STUN binding request are ICE over TCP (RFC 4571, RFC 8489); a capital letter is plain
 * HTTP, which is answered here by a redirect to https; anything else, or nothing in time, is
 * closed. Counts connections in all and by host (an IPv4 address or an IPv6 /64). */
#ifndef HTTP_ACCEPT_H
#define HTTP_ACCEPT_H

#include "base/addr.h"
#include "http/server.h"

struct acceptor;

/* Takes fd (non-blocking), whatever it returns. The connection counts for its peer until
 * acceptor_release is called. */
typedef void acceptor_tls(int fd, const struct addr *peer, void *arg);

/* conf: borrowed for its life: listen, limits, media_tcp. stats: borrowed; counted on.
 * -ERR_IO: can't listen (errno); -ERR_INVALID: no address. */
NODISCARD int acceptor_new(const struct server_conf *conf, struct server_stats *stats,
	acceptor_tls *tls, void *arg, struct acceptor **ret_acceptor);
void acceptor_free(struct acceptor **acceptor);

/* A connection that was given to tls has ended. */
void acceptor_release(struct acceptor *acceptor, const struct addr *peer);

/* Closes the listening sockets and what is pending. */
void acceptor_drain(struct acceptor *acceptor);

uint16_t acceptor_port(const struct acceptor *acceptor, size_t index);

enum first_bytes {
	FIRST_MORE,  /* can't tell yet */
	FIRST_TLS,
	FIRST_HTTP,
	FIRST_STUN,
	FIRST_OTHER,
};

enum {
	FIRST_BYTES_MAX = 10,    /* this many always tell */
	FIRST_FRAME_MAX = 1024, /* bytes of a first STUN message, fewer than this */
};

/* What a connection is, by its first bytes. */
enum first_bytes first_bytes_tell(struct span first);

#endif
