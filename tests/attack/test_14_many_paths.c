/* Case 14: checks for one transport from many addresses. The oldest that is not selected goes, the
 * selected one never, and one that has gone is a stranger again. */
#include "attack/attack.h"

#include "media/ice.h"

#include <poll.h>

enum { MANY = 40 };

static void check_from(struct scene *c, struct stranger *x)
{
	uint8_t pkt[OUT_MAX];
	struct pollfd p = {.fd = x->fd, .events = POLLIN};
	stranger_send(x, span_of(pkt, attack_check(c->victim, 0, pkt)));
	assert_int_equal(poll(&p, 1, 10000), 1);
	stranger_drain(x);
}

static void sound_from(struct scene *c, struct stranger *x, uint32_t *ret_count)
{
	struct client *v = c->victim->client;
	uint8_t pkt[OUT_MAX];
	*ret_count = v->mic.count;
	size_t len = client_seal(v, &v->mic, pkt);
	v->mic.ts += 960;
	stranger_send(x, span_of(pkt, len));
}

static bool was_heard(const struct scene *c, uint32_t count)
{
	const struct client_stream *s = client_hears(c->listener->client, VICTIM);
	for (unsigned i = 0; i < CLIENT_RECENT && i < s->packets; i++) {
		if (s->recent[i].count == count)
			return true;
	}
	return false;
}

static void the_selected_one_stays(void **state)
{
	struct scene *c = *state;
	struct stranger x[MANY];
	uint32_t from_old, from_new;
	c->listener->talks = true;
	for (int i = 0; i < MANY; i++) {
		stranger_init(&x[i], &c->victim->client->server);
		check_from(c, &x[i]);
	}
	assert_true(stage_wait_heard(c->stage, c->victim, LISTENER, 25)); /* still where it was */
	sound_from(c, &x[0], &from_old);
	sound_from(c, &x[MANY - 1], &from_new);
	assert_true(stage_wait_heard(c->stage, c->listener, VICTIM, 10));
	assert_false(was_heard(c, from_old));
	assert_true(was_heard(c, from_new));
	for (int i = 0; i < MANY; i++) {
		stranger_drain(&x[i]);
		assert_int_equal(x[i].got, 1); /* the answer to its check, and no media */
		stranger_done(&x[i]);
	}
	assert_int_equal(c->victim->state_count, 1);
	assert_int_equal(client_hears(c->listener->client, VICTIM)->wrong, 0);
	scene_assert_frugal(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {SCENE(the_selected_one_stays)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
