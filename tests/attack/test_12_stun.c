/* Case 12: STUN of every bad shape: truncated, with attributes that lie, doubled, behind the
 * integrity, too long; users nobody has; roles that conflict. Nothing is answered that does not
 * authenticate. */
#include "attack/attack.h"

#include "wire/stun.h"

#include <poll.h>

enum { FLOOD = 20000, EACH_TURN = 100 };

static void cut_and_stretched(void **state)
{
	struct scene *c = *state;
	uint8_t pkt[OUT_MAX];
	size_t whole = attack_check(c->victim, ATTACK_WRONG_PASSWORD, pkt);
	for (size_t len = 0; len < whole; len++)
		stranger_send(&c->stranger, span_of(pkt, len));
	/* Each byte of the headers wrong, by turns. */
	for (size_t at = 0; at < whole; at++) {
		uint8_t bad[OUT_MAX];
		memcpy(bad, pkt, whole);
		bad[at] ^= (uint8_t)(1 << at % 8);
		stranger_send(&c->stranger, span_of(bad, whole));
		bad[at] = 0xff;
		stranger_send(&c->stranger, span_of(bad, whole));
	}
	memset(pkt + whole, 0, sizeof pkt - whole);
	for (size_t len = whole + 1; len < whole + 20; len++)
		stranger_send(&c->stranger, span_of(pkt, len));
	scene_assert_unharmed(c);
	scene_assert_silent(c);
	scene_assert_frugal(c);
}

/* A good check of which one bit is wrong does not authenticate, wherever it is. */
static void one_bit(void **state)
{
	struct scene *c = *state;
	uint8_t pkt[OUT_MAX];
	for (unsigned bit = 0;; bit++) {
		size_t len = attack_check(c->victim, ATTACK_NOMINATE, pkt);
		if (bit / 8 >= len)
			break;
		pkt[bit / 8] ^= (uint8_t)(1 << bit % 8);
		stranger_send(&c->stranger, span_of(pkt, len));
	}
	c->listener->talks = true;
	assert_true(stage_wait_heard(c->stage, c->victim, LISTENER, 20));
	scene_assert_unharmed(c);
	scene_assert_silent(c);
}

static void long_and_many(void **state)
{
	struct scene *c = *state;
	static const uint8_t txid[STUN_TXID_LEN] = {9};
	static uint8_t text[1400];
	uint8_t pkt[OUT_MAX];
	memset(text, 'A', sizeof text);
	static const size_t lens[] = {0, 1, 4, 13, 33, 34, 35, 257, 508, 509, 512, 1300};
	for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		struct wr w = wr_init(pkt, sizeof pkt);
		stun_write_begin(&w, STUN_REQUEST, STUN_BINDING, txid);
		stun_write_attr(&w, STUN_ATTR_USERNAME, span_of(text, lens[i]));
		stun_write_attr(&w, STUN_ATTR_USERNAME, span_of(text, lens[i] > 20 ? 20 : lens[i]));
		stun_write_fingerprint(&w);
		stranger_send(&c->stranger, wr_span(&w));
	}
	/* Attributes without end, and the same over and over. */
	struct wr w = wr_init(pkt, sizeof pkt);
	stun_write_begin(&w, STUN_REQUEST, STUN_BINDING, txid);
	for (int i = 0; i < 300; i++)
		stun_write_attr(&w, (uint16_t)(i % 2 ? STUN_ATTR_USE_CANDIDATE : i), span_of(NULL, 0));
	stranger_send(&c->stranger, wr_span(&w));
	scene_assert_unharmed(c);
	scene_assert_silent(c);
}

struct flood {
	struct scene *scene;
	int sent;
};

static void pour(struct stage *s, void *arg)
{
	struct flood *f = arg;
	uint8_t pkt[OUT_MAX];
	(void)s;
	for (int i = 0; i < EACH_TURN; i++, f->sent++) {
		unsigned flags = f->sent % 2 ? ATTACK_WRONG_USER : ATTACK_WRONG_PASSWORD;
		size_t len = attack_check(f->scene->victim, flags, pkt);
		if (f->sent % 4 == 0)
			pkt[24] = (uint8_t)f->sent; /* the first letter: another worker, another place */
		stranger_send(&f->scene->stranger, span_of(pkt, len));
	}
}

static bool is_over(struct stage *s, void *arg)
{
	(void)s;
	return ((struct flood *)arg)->sent >= FLOOD;
}

static void users_nobody_has(void **state)
{
	struct scene *c = *state;
	struct flood f = {.scene = c};
	c->stage->turn = pour;
	c->stage->turn_arg = &f;
	assert_true(stage_wait(c->stage, is_over, &f));
	c->stage->turn = NULL;
	scene_assert_unharmed(c);
	scene_assert_silent(c);
	scene_assert_frugal(c);
}

/* RFC 8445 7.3.1.1: an error each, and never a path. */
static void roles_that_conflict(void **state)
{
	struct scene *c = *state;
	uint8_t pkt[OUT_MAX];
	const int n = 50;
	for (int i = 0; i < n; i++)
		stranger_send(&c->stranger, span_of(pkt, attack_check(c->victim,
															 ATTACK_CONTROLLED | ATTACK_NOMINATE,
															 pkt)));
	c->listener->talks = true;
	assert_true(stage_wait_heard(c->stage, c->victim, LISTENER, 20));
	scene_assert_unharmed(c);
	stranger_drain(&c->stranger);
	assert_int_equal(c->stranger.got, n); /* the errors, and no media */
}

/* What is behind the integrity anybody may have added: the check counts, its tail does not. */
static void behind_the_integrity(void **state)
{
	struct scene *c = *state;
	uint8_t pkt[OUT_MAX];
	stranger_send(&c->stranger, span_of(pkt, attack_check(c->victim, ATTACK_TRAILING, pkt)));
	c->listener->talks = true;
	assert_true(stage_wait_heard(c->stage, c->victim, LISTENER, 20));
	stranger_drain(&c->stranger);
	assert_int_equal(c->stranger.got, 1); /* answered, and not nominated */
	scene_assert_unharmed(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(cut_and_stretched),
		SCENE(one_bit),
		SCENE(long_and_many),
		SCENE(users_nobody_has),
		SCENE(roles_that_conflict),
		SCENE(behind_the_integrity),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
