/* What the attack cases share: a call that goes on, somebody who is not in it, and packets that
 * no honest client makes. */
#ifndef TESTS_ATTACK_ATTACK_H
#define TESTS_ATTACK_ATTACK_H

#include "media/stage.h"
#include "wire/rtp.h"

#include "cm.h"

#include <stdlib.h>

enum { VICTIM = 11, LISTENER = 12, ATTACKER = 13 };

/* The victim talks and the listener hears; the stranger knows the port and nothing else. */
struct scene {
	struct stage *stage;
	struct caller *victim, *listener;
	struct stranger stranger;
	uint32_t first; /* payload of the victim's that was heard first, and how many since */
	unsigned heard;
	size_t memory;
};

/* For cmocka: state is a struct scene. */
int scene_set_up(void **state);
int scene_tear_down(void **state);

/* A third one, connected, in the same group; its gates are open. */
struct caller *scene_attacker(struct scene *c);

/* The call goes on: the listener hears more, every payload is the victim's own, none came twice,
 * less than a thousandth is lost since the scene began, and nobody's state has changed. */
void scene_assert_unharmed(struct scene *c);
/* And the stranger was not answered with a single byte. */
void scene_assert_silent(struct scene *c);
/* No memory was taken since the scene began, or was measured, but for a little. Not under
 * sanitizers. */
void scene_assert_frugal(struct scene *c);
void scene_measure(struct scene *c);

/* A real client's first flight, in one datagram or more of at most OUT_MAX bytes. */
struct flight {
	int count;
	size_t len[4];
	uint8_t bytes[4][OUT_MAX];
};
void attack_hello(struct dtls_ctx *dtls, struct flight *ret);
/* The same with ciphers that nobody has. */
void attack_bad_hello(struct dtls_ctx *dtls, struct flight *ret);

/* A check as the client's transport takes it. flags as below. Returns the length. */
enum {
	ATTACK_NOMINATE = 1,
	ATTACK_WRONG_PASSWORD = 2,
	ATTACK_WRONG_USER = 4,
	ATTACK_NO_INTEGRITY = 8,
	ATTACK_CONTROLLED = 16,
	ATTACK_TRAILING = 32, /* attributes behind the integrity */
};
size_t attack_check(const struct caller *c, unsigned flags, uint8_t dst[OUT_MAX]);

/* Seals any RTP with a client's keys. stream: of that SSRC. Returns the length. */
size_t attack_seal(struct client *c, const struct rtp_head *head, struct span payload,
				   struct srtp_stream *stream, uint8_t dst[OUT_MAX]);
/* The same, of Opus with the client's pattern, and sends it from its socket. */
void attack_sound(struct caller *c, const struct rtp_head *head, struct srtp_stream *stream);

#define SCENE(f) cmocka_unit_test_setup_teardown(f, scene_set_up, scene_tear_down)

#endif
