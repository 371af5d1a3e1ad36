/* A UDP socket that takes and sends datagrams by the batch.
 *
 * Receiving: recvmmsg into the caller's buffers. Sending: machines write into slots through
 * `struct out`; udp_flush sends all of them with one sendmmsg, and runs of equal-sized datagrams
 * to one receiver as one GSO datagram. One thread.
 *
 * A machine with several addresses must answer from the address that was asked, or ICE takes the
 * answer for somebody else's: so each datagram's local address is remembered in `addr.local`. */
#ifndef NET_UDP_H
#define NET_UDP_H

#include "net/out.h"

#include "base/clock.h"

#include <stdint.h>

enum {
	UDP_BATCH = 64,      /* datagrams taken by one call */
	UDP_SLOTS = 512,     /* datagrams that wait for udp_flush, or fewer when they are large; then
	                      * it is called by itself */
	UDP_LOCALS_MAX = 32, /* local addresses told apart */
};

struct udp;

struct udp_packet {
	uint8_t *buf; /* the caller's room */
	size_t cap;
	size_t len;       /* out: bytes received; 0 for one that did not fit */
	struct addr from; /* out */
};

struct udp_counts {
	uint64_t datagrams_in, datagrams_out, bytes_in, bytes_out;
	uint64_t calls_out;  /* messages handed to the kernel: less than datagrams_out by GSO */
	uint64_t send_fails; /* refused by the kernel */
	uint64_t too_long;
};

/* Opens a socket. bind: host to bind (its port is not looked at), family 0: every address, IPv4
 * and IPv6. port 0: any. -ERR_IO: errno says why; -ERR_NOMEM */
NODISCARD int udp_new(struct udp **ret_u, const struct addr *bind, uint16_t port);
void udp_free(struct udp **u);

int udp_fd(const struct udp *u);
uint16_t udp_port(const struct udp *u);
const struct udp_counts *udp_counts(const struct udp *u);

/* Takes up to n (at most UDP_BATCH) waiting datagrams. Returns how many; 0: none wait. */
int udp_recv(struct udp *u, struct udp_packet *packets, int n);

/* Where machines put datagrams; they leave at udp_flush. Only for addresses that are not TCP. */
struct out *udp_out(struct udp *u);

/* Sends what waits. A full socket buffer loses the rest, as a network would. */
void udp_flush(struct udp *u);

#endif
