/* Who is speaking: the levels of one microphone over the last second, and of several which one
 * is the dominant (Volfin and Cohen, "Dominant speaker identification for multipoint
 * videoconferencing", 2013): speech is compared over three lengths of time at once, so that a cough
 * takes nobody's place and a short answer does not flicker.
 *
 * Levels are those of RFC 6464, one a packet of about 20 ms. Pure. */
#ifndef MEDIA_SPEAKER_H
#define MEDIA_SPEAKER_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	SPEAKER_FRAMES = 50,      /* of 20 ms: the short-term activity, and the medium and long of it */
	SPEAKER_LOUD = 40,        /* -dBov: as loud as this is taken for speech to be shown */
	SPEAKER_SOFT = 55,        /* -dBov: softer than this is silence */
	SPEAKER_UNKNOWN = 45,     /* taken for a sender that does not say its level */
};

#define SPEAKER_FRAME (20 * USEC_PER_MS)

struct speaker {
	uint8_t levels[SPEAKER_FRAMES]; /* 0 silent … 127 loudest; a ring */
	uint8_t head;                   /* the newest */
	usec at;                        /* end of the newest frame; 0: none yet */
	usec talked_at;                 /* when it was last found talking */

	/* its noise floor */
	uint8_t floor;      /* 0: unknown */
	uint8_t next_floor; /* least level of the window so far */
	uint16_t window;    /* frames in it */

	/* scores of the three lengths, by speaker_score */
	float immediate, medium, longer;
};

void speaker_init(struct speaker *s);

/* A packet came with this level, 0 loudest … 127 silent. */
void speaker_add(struct speaker *s, uint8_t level, usec now);

/* Is somebody talking: loud for two fifths of the last 400 ms, and half a second after. */
bool speaker_is_talking(struct speaker *s, usec now);

/* Brings the scores up to date. */
void speaker_score(struct speaker *s, usec now);

/* Does `s` take the place of the dominant one? Both scored. ret_margin: by how much, to find the
 * best of several. */
bool speaker_beats(const struct speaker *s, const struct speaker *dominant, float *ret_margin);

/* Has it spoken at all in the time looked at? */
bool speaker_has_spoken(const struct speaker *s);

#endif
