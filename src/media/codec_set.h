/* Lists of formats, each kept once however many lines of a peer have it: the sixteen cameras that
 * a browser can show are offered with the same ten formats each. */
#ifndef MEDIA_CODEC_SET_H
#define MEDIA_CODEC_SET_H

#include "media/codec.h"

/* A list, and those who hold it. The owner of lists has one pointer, NULL when there is none. */
struct codec_set {
	struct codec_set *next;
	unsigned refs;
	unsigned count;
	struct codec_format formats[];
};

/* Finds the list or keeps a copy. formats: borrowed. NULL: no memory. borrowed until it has been
 * given back as often as it was got. */
struct codec_set *codec_set_get(struct codec_set **sets, const struct codec_format *formats,
								unsigned count);

/* Gives it back, and clears the pointer. NULL does nothing. */
void codec_set_put(struct codec_set **sets, struct codec_set **set);

#endif
