/* Case 9: nothing but an authenticated check teaches the server an address: not a sealed packet
 * from elsewhere, and not another member's check with a forged source. */
#include "attack/attack.h"

/* Somebody on the path takes a sealed packet away and sends it himself. */
static void a_sealed_packet_from_elsewhere(void **state)
{
	struct scene *c = *state;
	struct client *v = c->victim->client;
	uint8_t pkt[OUT_MAX];
	c->listener->talks = true;
	assert_true(stage_wait_heard(c->stage, c->victim, LISTENER, 5));
	uint32_t before = v->mic.count;
	for (int i = 0; i < 20; i++) {
		size_t len = client_seal(v, &v->mic, pkt);
		v->mic.ts += 960;
		stranger_send(&c->stranger, span_of(pkt, len));
	}
	assert_true(stage_wait_heard(c->stage, c->victim, LISTENER, 25));
	scene_assert_silent(c); /* the listener's sound still goes to the victim only */
	assert_true(stage_wait_heard(c->stage, c->listener, VICTIM, 25));
	const struct client_stream *s = client_hears(c->listener->client, VICTIM);
	for (unsigned i = 0; i < CLIENT_RECENT && i < s->packets; i++)
		assert_false(s->recent[i].count >= before && s->recent[i].count < before + 20);
	assert_int_equal(s->wrong, 0);
	assert_int_equal(c->victim->state_count, 1);
}

/* A member has credentials of his own; the address from which his check comes is another's. */
static void another_members_check(void **state)
{
	struct scene *c = *state;
	struct caller *a = scene_attacker(c);
	uint8_t check[OUT_MAX];
	c->listener->talks = true;
	assert_true(stage_wait_heard(c->stage, c->victim, LISTENER, 5));
	for (int i = 0; i < 30; i++) {
		caller_send(c->victim, span_of(check, attack_check(a, ATTACK_NOMINATE, check)));
		stage_run(c->stage, 10 * USEC_PER_MS);
	}
	assert_true(stage_wait_heard(c->stage, c->victim, LISTENER, 25));
	scene_assert_unharmed(c);

	/* When the victim's transport is gone, the address may be somebody else's. */
	int fd = c->victim->fd;
	media_close(c->stage->media, c->victim->id);
	c->victim->talks = false;
	stage_run(c->stage, 50 * USEC_PER_MS);
	caller_send(c->victim, span_of(check, attack_check(a, ATTACK_NOMINATE, check)));
	stage_run(c->stage, 50 * USEC_PER_MS);
	c->victim->fd = a->fd;
	a->fd = fd;
	a->talks = true;
	assert_true(stage_wait_heard(c->stage, c->listener, ATTACKER, 20));
}

/* An authenticated check does: that is how a client moves. A wrong one does not. */
static void a_wrong_check(void **state)
{
	struct scene *c = *state;
	static const unsigned wrong[] = {
		ATTACK_WRONG_PASSWORD, ATTACK_WRONG_USER, ATTACK_NO_INTEGRITY,
		ATTACK_WRONG_PASSWORD | ATTACK_TRAILING};
	uint8_t pkt[OUT_MAX];
	c->listener->talks = true;
	for (int i = 0; i < 200; i++)
		stranger_send(&c->stranger,
					  span_of(pkt, attack_check(c->victim, wrong[i % 4] | ATTACK_NOMINATE, pkt)));
	assert_true(stage_wait_heard(c->stage, c->victim, LISTENER, 25));
	scene_assert_silent(c);
	scene_assert_unharmed(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_sealed_packet_from_elsewhere),
		SCENE(another_members_check),
		SCENE(a_wrong_check),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
