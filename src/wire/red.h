/* Redundant audio data (RFC 2198): one packet carries the newest block and earlier ones.
 * A block that is itself RED is the caller's to refuse (by its payload type). Any thread. */
#ifndef WIRE_RED_H
#define WIRE_RED_H

#include "base/bytes.h"
#include "base/err.h"

enum {
	RED_BLOCKS_MAX = 8,      /* the primary and 7 redundant; browsers send 2, 9 at most */
	RED_OFFSET_MAX = 0x3fff, /* 14 bits of RTP clock */
	RED_LEN_MAX = 0x3ff,     /* 10 bits; the primary is not bound by it */
};

struct red_block {
	uint8_t pt;          /* 0 to 127 */
	uint16_t ts_offset;  /* how long before the packet's timestamp; 0 for the primary */
	struct span data;    /* may be empty in redundant blocks */
};

struct red {
	uint8_t count; /* 1 or more; the last is the primary */
	struct red_block blocks[RED_BLOCKS_MAX];
};

/* -ERR_PROTO: a header or block goes past the end, or the primary is empty; -ERR_FULL: more than
 * RED_BLOCKS_MAX. */
NODISCARD int red_parse(struct span payload, struct red *ret_red);

/* Appends headers and data. The cursor is bad when there is no room, or a number exceeds what the
 * format holds. */
void red_write(struct wr *w, const struct red *red);

#endif
