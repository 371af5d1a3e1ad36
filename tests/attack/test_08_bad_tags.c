/* Case 8: a hundred thousand packets that do not authenticate, into a call: from strangers, and
 * with the victim's own address and SSRC. Nobody hangs up, nothing is lost. */
#include "attack/attack.h"

enum { PACKETS = 100000, EACH_TURN = 60 };

struct flood {
	struct scene *scene;
	int sent;
	uint32_t dice;
};

static void pour(struct stage *s, void *arg)
{
	struct flood *f = arg;
	struct caller *v = f->scene->victim;
	uint8_t pkt[120];
	(void)s;
	for (int i = 0; i < EACH_TURN; i++, f->sent++) {
		for (size_t k = 0; k < sizeof pkt; k++) {
			f->dice = f->dice * 1664525 + 1013904223;
			pkt[k] = (uint8_t)(f->dice >> 24);
		}
		bool rtcp = f->sent % 5 == 0;
		pkt[0] = rtcp ? 0x81 : 0x90;
		pkt[1] = rtcp ? 201 : CLIENT_OPUS;
		/* Numbers around the victim's own: just behind, the next, far ahead. */
		put_u16(pkt + 2, (uint16_t)(v->client->mic.seq + f->sent % 7 - 3 + f->sent % 11 * 1000));
		put_u16(pkt + 14, (uint16_t)(f->sent % 4)); /* words of extension */
		put_u32(pkt + (rtcp ? 4 : 8), v->client->mic.ssrc);
		if (f->sent % 3 == 0)
			stranger_send(&f->scene->stranger, span_of(pkt, sizeof pkt));
		else
			caller_send(v, span_of(pkt, sizeof pkt));
	}
}

static bool is_over(struct stage *s, void *arg)
{
	(void)s;
	return ((struct flood *)arg)->sent >= PACKETS;
}

static void nobody_hangs_up(void **state)
{
	struct scene *c = *state;
	struct flood f = {.scene = c, .dice = 1};
	c->stage->turn = pour;
	c->stage->turn_arg = &f;
	assert_true(stage_wait(c->stage, is_over, &f));
	c->stage->turn = NULL;
	scene_assert_unharmed(c);
	scene_assert_silent(c);
	scene_assert_frugal(c);
	assert_int_equal(c->victim->client->byes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {SCENE(nobody_hangs_up)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
