/* Who gets which of a receiver's bits: one way to send each picture, within what the line carries.
 *
 * Sound is not in here: it is sent before everything, and what it takes is taken from the budget
 * first. Each picture has ways in which it can be sent, from the smallest to the best that its
 * place is worth (layers, and fewer pictures a second of each). In order:
 *   1. everybody's smallest, by rank: better a small picture of all than a large one of one;
 *   2. what ranks first (a shared screen, an interpreter) to its best;
 *   3. what ranks next (pinned, or who speaks) to its best;
 *   4. the rest in turn, a way up at a time, so that they stay alike.
 * A way up from what is sent now needs some room to spare, so that a line at its limit does not
 * switch to and fro. Pure; no heap. */
#ifndef MEDIA_ALLOCATE_H
#define MEDIA_ALLOCATE_H

#include <stdint.h>

enum {
	ALLOCATE_WAYS = 9,
	ALLOCATE_NONE = -1,
	ALLOCATE_SPARE_PERMILLE = 120, /* of its rate: to be left over for a way up */
};

enum allocate_rank {
	ALLOCATE_FIRST, /* screen, interpreter */
	ALLOCATE_NEXT,  /* pinned, or speaking */
	ALLOCATE_REST,
	ALLOCATE_RANKS,
};

struct allocate_picture {
	/* given */
	enum allocate_rank rank;
	uint8_t ways;                 /* 0: nothing arrives */
	uint32_t rate[ALLOCATE_WAYS]; /* bit/s, not falling */
	int8_t now;                   /* the way it is sent now; ALLOCATE_NONE: not sent */

	/* found */
	int8_t way; /* ALLOCATE_NONE: there is no room for it */
};

/* pictures  in the order that they count within a rank
 * budget    bit/s for pictures
 * Returns what they take together. */
uint64_t allocate(struct allocate_picture *pictures, unsigned count, uint64_t budget);

/* What they would take if the line bore it all. */
uint64_t allocate_wanted(const struct allocate_picture *pictures, unsigned count);

/* What the next way up of any would take in all; 0: nobody wants more. For probing. */
uint64_t allocate_next(const struct allocate_picture *pictures, unsigned count);

#endif
