/* Case 7: a flood of good hellos from nobody. None is answered, none is kept but for a moment, and
 * people still come in. */
#include "attack/attack.h"

enum { HELLOS = 10000, EACH_TURN = 20 };

struct flood {
	struct stranger *stranger;
	struct flight hello;
	int sent;
};

static void pour(struct stage *s, void *arg)
{
	struct flood *f = arg;
	(void)s;
	for (int i = 0; i < EACH_TURN; i++) {
		put_u32(f->hello.bytes[0] + 30, (uint32_t)f->sent++); /* another random, another hello */
		for (int k = 0; k < f->hello.count; k++)
			stranger_send(f->stranger, span_of(f->hello.bytes[k], f->hello.len[k]));
	}
}

static bool is_over(struct stage *s, void *arg)
{
	(void)s;
	return ((struct flood *)arg)->sent >= HELLOS;
}

static void nobody_is_answered(void **state)
{
	struct scene *c = *state;
	struct flood f = {.stranger = &c->stranger};
	attack_hello(c->stage->dtls, &f.hello);
	c->stage->turn = pour;
	c->stage->turn_arg = &f;
	usec begin = clock_mono();
	struct caller *joins = stage_call_usual(c->stage, 100);
	assert_true(stage_wait_connected(c->stage, joins));
	assert_true(clock_mono() - begin < 1500 * USEC_PER_MS);
	caller_close(&joins);
	assert_true(stage_wait(c->stage, is_over, &f));
	scene_assert_unharmed(c);
	scene_assert_silent(c);
	scene_assert_frugal(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {SCENE(nobody_is_answered)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
