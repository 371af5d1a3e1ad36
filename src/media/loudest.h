/* The few microphones of a group that everybody hears.
 *
 * As long as there are places, all are in. After that whoever speaks takes the place of the one
 * that has been silent for longest, with the packet in which that speech begins, so that no first
 * word is cut; nobody who speaks is put out. One place more is kept than a receiver has slots, as
 * nobody is sent its own sound. Pure. */
#ifndef MEDIA_LOUDEST_H
#define MEDIA_LOUDEST_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

enum { LOUDEST_MAX = 5 };

#define LOUDEST_SILENT (1500 * USEC_PER_MS) /* so long a silence gives the place away */

struct loudest {
	int places; /* given: 1 … LOUDEST_MAX */
	int count;
	struct loudest_place {
		uint32_t source;
		bool sure;     /* its sender says how loud it is */
		usec heard_at; /* when it last was not silent */
	} in[LOUDEST_MAX];
};

enum loudest_change { LOUDEST_OUT, LOUDEST_IN, LOUDEST_NEW };

/* A packet of `source` came. loud: it is not silence. sure: its sender says so; one that doesn't
 * gives way to one that does when nobody is silent.
 * LOUDEST_OUT: has no place; LOUDEST_IN: has one as before; LOUDEST_NEW: has one from now on, and
 * another may have lost it, or it speaks again after a silence */
enum loudest_change loudest_hear(struct loudest *l, uint32_t source, bool loud, bool sure,
								 usec now);

/* True: it was in. */
bool loudest_del(struct loudest *l, uint32_t source);

bool loudest_has(const struct loudest *l, uint32_t source);

/* When it was last not silent; 0: it has no place. */
usec loudest_heard_at(const struct loudest *l, uint32_t source);

#endif
