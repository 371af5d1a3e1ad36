/* Where a machine puts the datagrams it wants sent.
 *
 * The loop behind it (net/udp, net/tcp, or a test's list) owns the room. A machine asks for room,
 * writes at most OUT_MAX bytes, and commits; what it does not commit is not sent. Sealing a packet
 * straight into the room is the only copy of a payload on its way through the server.
 * One thread: the worker that owns the machine. */
#ifndef NET_OUT_H
#define NET_OUT_H

#include "base/addr.h"
#include "base/bytes.h"

enum { OUT_MAX = 1500 }; /* bytes of room for a datagram */

struct out {
	/* Gives OUT_MAX bytes of room, valid until the next room or commit; NULL when there is none
	 * left, and then the datagram is dropped: the network may drop it too. */
	uint8_t *(*room)(struct out *out);
	/* Sends the first len bytes of the room given last. to: borrowed. */
	void (*commit)(struct out *out, const struct addr *to, size_t len);
};

static inline uint8_t *out_room(struct out *out)
{
	return out->room(out);
}

static inline void out_commit(struct out *out, const struct addr *to, size_t len)
{
	out->commit(out, to, len);
}

/* Sends a copy of a whole datagram. -ERR_FULL: no room, dropped; -ERR_SPACE: over OUT_MAX. */
static inline int out_put(struct out *out, const struct addr *to, struct span datagram)
{
	if (datagram.len > OUT_MAX)
		return -ERR_SPACE;
	uint8_t *room = out->room(out);
	if (!room)
		return -ERR_FULL;
	memcpy(room, datagram.ptr, datagram.len);
	out->commit(out, to, datagram.len);
	return 0;
}

#endif
