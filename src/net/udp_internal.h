/* What udp.c (opening, receiving) and udp_send.c (sending) share. Not for others. */
#ifndef NET_UDP_INTERNAL_H
#define NET_UDP_INTERNAL_H

#include "net/udp.h"

#include <netinet/in.h>
#include <sys/socket.h>

enum {
	UDP_DESTS = 256,    /* receivers told apart in one flush; a power of two */
	UDP_ROOM = 256 * 1024, /* bytes of datagrams in one flush: those of a busy turn, and they
	                        * stay in the processor's cache */
	UDP_ALIGN = 16,
	UDP_RUN_MAX = 42,   /* datagrams in one GSO datagram: under 64 kB at OUT_MAX */
};

/* One of our own addresses. Compared as bytes: keep it zeroed. */
struct udp_local {
	uint8_t host[16];
	uint32_t interface; /* of an IPv6 link-local address */
	uint32_t family;
};

/* Control messages of one datagram: local address, and the segment size of GSO. */
union udp_control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(struct in_pktinfo))
			   + CMSG_SPACE(sizeof(uint16_t))];
};

/* A datagram that waits. */
struct udp_slot {
	uint32_t at; /* where in the room it begins */
	uint16_t len;
	int16_t next; /* the next slot to the same receiver; -1: last */
};

/* A receiver of this flush and its slots in order. */
struct udp_dest {
	struct addr to;
	int16_t first, last;
};

struct udp {
	int fd;
	bool v6; /* the socket speaks IPv6, IPv4 as v4-mapped */
	uint16_t port;
	struct udp_counts counts;

	struct udp_local locals[UDP_LOCALS_MAX];
	uint32_t local_count;

	/* Sending */
	struct out out; /* first of its members is found back by container */
	bool no_gso;    /* the kernel refused it once */
	int slot_count;
	int dest_count;
	int16_t table[UDP_DESTS * 2]; /* hash of receivers: index into dests, -1 empty */
	struct udp_dest dests[UDP_DESTS];
	struct udp_slot slots[UDP_SLOTS];
	uint32_t room_used;
	_Alignas(UDP_ALIGN) uint8_t room[UDP_ROOM]; /* one behind the other: few pages when quiet */
};

void udp_send_init(struct udp *u);

#endif
