/* Case 1: a ClientHello that no handshake can come of, before, during and after the real one,
 * from another address and from the victim's own. The victim connects as if nothing was. */
#include "attack/attack.h"

enum { JOINS = 20, EACH_TURN = 4 };

static void send_flight(struct stranger *s, const struct flight *f)
{
	for (int i = 0; i < f->count; i++)
		stranger_send(s, span_of(f->bytes[i], f->len[i]));
}

struct race {
	struct stranger *stranger;
	struct flight bad, good;
};

static void shoot(struct stage *s, void *arg)
{
	struct race *r = arg;
	(void)s;
	for (int i = 0; i < EACH_TURN; i++)
		send_flight(r->stranger, i % 2 ? &r->bad : &r->good);
}

static void from_another_address(void **state)
{
	struct scene *c = *state;
	struct race r = {.stranger = &c->stranger};
	attack_bad_hello(c->stage->dtls, &r.bad);
	attack_hello(c->stage->dtls, &r.good);
	c->stage->turn = shoot;
	c->stage->turn_arg = &r;
	for (uint32_t i = 0; i < JOINS; i++) {
		usec begin = clock_mono();
		struct caller *joins = stage_call_usual(c->stage, 100 + i);
		assert_true(stage_wait_connected(c->stage, joins));
		assert_true(clock_mono() - begin < 1500 * USEC_PER_MS);
		assert_int_equal(joins->state_count, 1);
		caller_close(&joins);
	}
	scene_assert_unharmed(c);
	scene_assert_silent(c);
}

/* Somebody who forges the victim's address, which is no secret, races it to the hello. */
static void from_the_victims_own(void **state)
{
	struct scene *c = *state;
	struct flight bad;
	attack_bad_hello(c->stage->dtls, &bad);
	struct caller *joins = stage_call_usual(c->stage, 100);
	uint8_t check[OUT_MAX];
	caller_send(joins, span_of(check, attack_check(joins, ATTACK_NOMINATE, check)));
	for (int i = 0; i < 4; i++)
		caller_send(joins, span_of(bad.bytes[0], bad.len[0]));
	assert_true(stage_wait_connected(c->stage, joins));
	assert_int_equal(joins->state_count, 1);
	/* And once it is connected, a hello is nothing at all. */
	for (int i = 0; i < 100; i++)
		caller_send(joins, span_of(bad.bytes[0], bad.len[0]));
	caller_open(joins);
	joins->talks = true;
	assert_true(stage_wait_heard(c->stage, c->listener, 100, 20));
	assert_int_equal(joins->state_count, 1);
	scene_assert_unharmed(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {SCENE(from_another_address), SCENE(from_the_victims_own)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
