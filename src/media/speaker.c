/* Three lengths: immediate (one frame of 20 ms, in steps of ten levels), medium (how many of five
 * frames are speech), long (how many of ten such are). Each is scored by how much likelier the
 * count is under speech than under noise, a binomial against an exponential. The relation of two
 * speakers' scores, length by length, decides. */
#include "media/speaker.h"

#include <math.h>
#include <string.h>

enum {
	LEVEL_MAX = 127,
	/* n of the binomial at each length */
	N1 = 13,
	N2 = 5,
	N3 = 10,
	STEP = (LEVEL_MAX + N1 - 1) / N1,
	/* from how many on the shorter length counts as speech in the longer */
	MEDIUM_THRESHOLD = 7,
	LONG_THRESHOLD = 4,
	FLOOR_WINDOW = 750, /* frames: 15 s */
	TALK_FRAMES = 20,
	TALK_LEAST = 8,
};

/* By how much the newcomer's logarithmic score must exceed, at each length */
static const float c1 = 3, c2 = 2, c3 = 0;
/* parameter of the exponential at each length */
static const float lambda1 = 0.78f, lambda2 = 24, lambda3 = 47;
static const float score_least = 1e-10f;

/* So long nothing comes before it counts as silence: no packet holds more sound */
#define IDLE_AFTER (140 * USEC_PER_MS)
#define TALK_HANG (500 * USEC_PER_MS)

void speaker_init(struct speaker *s)
{
	*s = (struct speaker){.immediate = score_least, .medium = score_least, .longer = score_least};
}

/* The least level of a long while is the noise; it follows slowly upwards. */
static void learn_floor(struct speaker *s, uint8_t level)
{
	if (level == 0)
		return;
	if (s->floor == 0 || level < s->floor) {
		s->floor = level;
		s->window = 0;
		return;
	}
	if (s->window == 0 || level < s->next_floor)
		s->next_floor = level;
	if (++s->window < FLOOR_WINDOW)
		return;
	s->floor = (uint8_t)sqrtf((float)s->floor * s->next_floor);
	s->window = 0;
}

static void push(struct speaker *s, uint8_t level)
{
	s->head = (uint8_t)((s->head + 1) % SPEAKER_FRAMES);
	s->levels[s->head] = level;
	s->at += SPEAKER_FRAME;
}

/* Silence for the time in which nothing came. */
static void fill(struct speaker *s, usec now)
{
	if (s->at == 0 || now - s->at > SPEAKER_FRAMES * SPEAKER_FRAME) {
		memset(s->levels, 0, sizeof(s->levels));
		s->at = now;
		return;
	}
	while (now - s->at >= IDLE_AFTER)
		push(s, 0);
}

void speaker_add(struct speaker *s, uint8_t level, usec now)
{
	uint8_t loud = (uint8_t)(LEVEL_MAX - (level & LEVEL_MAX));

	fill(s, now);
	learn_floor(s, loud);
	/* A packet speaks for all the time since the last, which may be more than 20 ms */
	do {
		push(s, loud);
	} while (now - s->at >= SPEAKER_FRAME);
	/* Packets that come faster than time goes don't run ahead of it */
	if (s->at > now)
		s->at = now;
}

static uint8_t frame(const struct speaker *s, unsigned back)
{
	return s->levels[(s->head + SPEAKER_FRAMES - back) % SPEAKER_FRAMES];
}

bool speaker_is_talking(struct speaker *s, usec now)
{
	unsigned loud = 0;

	if (s->at == 0)
		return false;
	fill(s, now);
	for (unsigned i = 0; i < TALK_FRAMES; i++)
		loud += frame(s, i) >= LEVEL_MAX - SPEAKER_LOUD;
	if (loud >= TALK_LEAST)
		s->talked_at = now;
	return s->talked_at && now - s->talked_at < TALK_HANG;
}

/* ln n! */
static const float ln_factorial[N1 + 1] = {
	0, 0, 0.693147f, 1.791759f, 3.178054f, 4.787492f, 6.579251f, 8.525161f, 10.604603f,
	12.801827f, 15.104413f, 17.502308f, 19.987214f, 22.552164f,
};

static float binomial_ln(unsigned n, unsigned k)
{
	return ln_factorial[n] - ln_factorial[k] - ln_factorial[n - k];
}

/* ln of B(k; n, 1/2) over the exponential's density at k */
static float activity(unsigned k, unsigned n, float lambda)
{
	float score = binomial_ln(n, k) - (float)n * (float)M_LN2 - logf(lambda) + lambda * (float)k;

	return score < score_least ? score_least : score;
}

static unsigned steps(const struct speaker *s, unsigned back)
{
	unsigned level = frame(s, back);

	if (level < (unsigned)s->floor + STEP)
		return 0;
	level /= STEP;
	return level > N1 ? N1 : level;
}

void speaker_score(struct speaker *s, usec now)
{
	unsigned mediums[N3], longer = 0;

	if (s->at == 0)
		return;
	fill(s, now);
	for (unsigned m = 0; m < N3; m++) {
		mediums[m] = 0;
		for (unsigned i = 0; i < N2; i++)
			mediums[m] += steps(s, m * N2 + i) > MEDIUM_THRESHOLD;
		longer += mediums[m] > LONG_THRESHOLD;
	}
	s->immediate = activity(steps(s, 0), N1, lambda1);
	s->medium = activity(mediums[0], N2, lambda2);
	s->longer = activity(longer, N3, lambda3);
}

bool speaker_beats(const struct speaker *s, const struct speaker *dominant, float *ret_margin)
{
	float medium = logf(s->medium / dominant->medium);

	if (logf(s->immediate / dominant->immediate) <= c1 || medium <= c2 ||
		logf(s->longer / dominant->longer) <= c3)
		return false;
	*ret_margin = medium;
	return true;
}

bool speaker_has_spoken(const struct speaker *s)
{
	return s->medium > score_least || s->longer > score_least;
}
