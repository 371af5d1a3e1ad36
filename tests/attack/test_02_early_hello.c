/* Case 2: a hello that overtakes the check. It is kept for a moment and taken when the check has
 * come; when too many strangers' hellos push it out, the client's repeat does it. */
#include "attack/attack.h"

#include <poll.h>
#include <sys/socket.h>

enum { FLOOD = 64 };

static void say_hello(struct caller *c)
{
	dtls_tick(c->client->dtls, &c->client->server, clock_mono(), &c->out);
}

/* Its ICE alone runs: nothing of DTLS is repeated, so what is answered is the first hello. */
static bool connects_without_repeats(struct caller *c)
{
	uint8_t buf[2048];
	usec end = clock_mono() + STAGE_PATIENCE_SEC * USEC_PER_SEC;
	while (!c->client->tx && clock_mono() < end) {
		struct pollfd p = {.fd = c->fd, .events = POLLIN};
		ice_client_tick(c->client->ice, clock_mono(), &c->out);
		(void)poll(&p, 1, 10);
		ssize_t n;
		while ((n = recv(c->fd, buf, sizeof buf, 0)) > 0)
			client_recv(c->client, span_of(buf, (size_t)n), clock_mono(), &c->out);
	}
	return c->client->tx != NULL;
}

static void it_is_kept(void **state)
{
	struct scene *c = *state;
	struct caller *joins = stage_call_usual(c->stage, 100);
	say_hello(joins);
	assert_true(connects_without_repeats(joins));
	assert_true(stage_wait_connected(c->stage, joins));
	scene_assert_unharmed(c);
}

static void or_repeated(void **state)
{
	struct scene *c = *state;
	struct flight other;
	attack_hello(c->stage->dtls, &other);
	struct caller *joins = stage_call_usual(c->stage, 100);
	usec begin = clock_mono();
	say_hello(joins);
	for (int i = 0; i < FLOOD; i++)
		stranger_send(&c->stranger, span_of(other.bytes[0], other.len[0]));
	assert_true(stage_wait_connected(c->stage, joins));
	assert_true(clock_mono() - begin < 1500 * USEC_PER_MS);
	scene_assert_silent(c);
	scene_assert_unharmed(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {SCENE(it_is_kept), SCENE(or_repeated)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
