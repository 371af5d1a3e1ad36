/* A transport address: family, host, port. A plain value, compared and hashed without padding. */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr;
struct sockaddr_storage;

enum { ADDR_TEXT_MAX = 64 };

struct addr {
	uint8_t family;   /* 4 or 6; 0: none. A v4-mapped IPv6 address is kept as 4 */
	uint8_t tcp;      /* 1: the other end of a TCP connection, `local` its number */
	uint16_t port;    /* host order */
	uint32_t local;   /* which end of ours it talks to: a TCP connection's number, or that of a
					   * UDP socket's local address (net/udp.h); 0: not known */
	uint8_t host[16]; /* network order; the first 4 for IPv4, the rest zero */
};

static inline bool addr_is_none(const struct addr *a)
{
	return a->family == 0;
}

bool addr_eq(const struct addr *a, const struct addr *b);

/* Same host, whatever the port: what limits count by. */
bool addr_eq_host(const struct addr *a, const struct addr *b);

/* A mixing hash over all members. seed: random per process, against chosen collisions. */
uint64_t addr_hash(const struct addr *a, uint64_t seed);

/* From and to the kernel's form. v4-mapped IPv6 becomes IPv4. -ERR_INVALID: another family. */
NODISCARD int addr_from_sockaddr(struct addr *ret_a, const struct sockaddr *sa);
/* mapped: write IPv4 as v4-mapped IPv6, for a dual-stack socket. Returns the length. */
size_t addr_to_sockaddr(const struct addr *a, struct sockaddr_storage *ret_ss, bool mapped);

/* "192.0.2.1:443", "[2001:db8::1]:443", or a bare host with `port` as the default.
 * -ERR_INVALID: not a numeric address. */
NODISCARD int addr_parse(const char *text, uint16_t port, struct addr *ret_a);

/* The host alone, or host:port, into a buffer of ADDR_TEXT_MAX; returns buf. */
const char *addr_host_text(const struct addr *a, char *buf);
const char *addr_text(const struct addr *a, char *buf);

bool addr_is_loopback(const struct addr *a);

#endif
