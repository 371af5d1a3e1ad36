/* A short list of lists: a browser has two, of its audio and its video. */
#include "media/codec_set.h"

#include <stdlib.h>

/* Bytes are compared, padding too: when they differ by that alone the list is kept twice. */
static bool is_same(const struct codec_set *s, const struct codec_format *formats, unsigned count)
{
	return s->count == count && memcmp(s->formats, formats, count * sizeof *formats) == 0;
}

struct codec_set *codec_set_get(struct codec_set **sets, const struct codec_format *formats,
								unsigned count)
{
	struct codec_set *s = *sets;
	while (s && !is_same(s, formats, count))
		s = s->next;
	if (s) {
		s->refs++;
		return s;
	}
	s = malloc(sizeof *s + count * sizeof *formats);
	if (!s)
		return NULL;
	s->next = *sets;
	s->refs = 1;
	s->count = count;
	memcpy(s->formats, formats, count * sizeof *formats);
	*sets = s;
	return s;
}

void codec_set_put(struct codec_set **sets, struct codec_set **set)
{
	struct codec_set *s = *set, **at = sets;
	*set = NULL;
	if (!s || --s->refs > 0)
		return;
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	free(s);
}
