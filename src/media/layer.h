/* Which of a source's simulcast layers a slot is to show.
 *
 * One simple rule, from what is displayed: the largest picture that is not much larger than the
 * place it is shown in, of those that arrive. Senders stop their large layers when their line is
 * narrow or the camera's picture small; such a layer is not chosen until it comes again.
 * A choice by measured bandwidth goes in here. Pure. */
#ifndef MEDIA_LAYER_H
#define MEDIA_LAYER_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LAYER_MAX = 3,
	LAYER_NONE = -1,
	LAYER_TOP_HEIGHT = 720, /* taken for the top one's as long as no height is known */
};

struct layer {
	bool arriving;
	uint16_t height; /* of its picture; 0: not known */
};

/* layers  count of them, low to high
 * height  the place, in device pixels; 0: anything will do, so the smallest
 * Returns the layer; one that does not arrive only when none does: then the lowest. LAYER_NONE:
 * count is 0 */
int layer_choose(const struct layer *layers, int count, int height);

#endif
