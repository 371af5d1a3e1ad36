/* Unknown heights are guessed from known ones: each layer is half as tall as the next. */
#include "media/layer.h"

static int known_or_guessed(const struct layer *layers, int count, int i)
{
	if (layers[i].height)
		return layers[i].height;
	for (int j = 0; j < count; j++) {
		if (layers[j].height)
			return j < i ? layers[j].height << (i - j) : layers[j].height >> (j - i);
	}
	return LAYER_TOP_HEIGHT >> (count - 1 - i);
}

int layer_choose(const struct layer *layers, int count, int height)
{
	int best = LAYER_NONE;

	for (int i = 0; i < count; i++) {
		if (!layers[i].arriving)
			continue;
		/* A picture half as tall again as its place is worth its bits, taller is not */
		if (best == LAYER_NONE || known_or_guessed(layers, count, i) * 2 <= height * 3)
			best = i;
	}
	if (best == LAYER_NONE && count > 0)
		best = 0;
	return best;
}
