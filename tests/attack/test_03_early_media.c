/* Case 3: RTP before DTLS is done. What comes is not forwarded, and nothing goes out. */
#include "attack/attack.h"

#include <poll.h>
#include <sys/socket.h>

/* Runs ICE alone. Returns how many datagrams came that were not STUN. */
static unsigned only_ice(struct caller *c, usec time)
{
	uint8_t buf[2048];
	unsigned others = 0;
	usec end = clock_mono() + time;
	while (clock_mono() < end || ice_client_state(c->client->ice) != ICE_CONNECTED) {
		struct pollfd p = {.fd = c->fd, .events = POLLIN};
		ice_client_tick(c->client->ice, clock_mono(), &c->out);
		(void)poll(&p, 1, 5);
		ssize_t n = recv(c->fd, buf, sizeof buf, 0);
		if (n <= 0)
			continue;
		others += buf[0] > 3;
		int err = ice_client_recv(c->client->ice, span_of(buf, (size_t)n), &c->client->server,
								  clock_mono());
		(void)err;
		assert_true(clock_mono() < end + STAGE_PATIENCE_SEC * USEC_PER_SEC);
	}
	return others;
}

static void neither_way(void **state)
{
	struct scene *c = *state;
	struct caller *a = stage_call_usual(c->stage, ATTACKER);
	a->held = true;
	caller_open(a);
	media_assign(c->stage->media, a->id, "c0", VICTIM * MEDIA_KINDS + MEDIA_CAMERA, 720);
	c->victim->films = true;
	/* The others' media flow meanwhile. */
	stage_run(c->stage, 100 * USEC_PER_MS);
	/* Plain packets, as the client would send them sealed. */
	uint8_t pkt[200];
	struct wr w = wr_init(pkt, sizeof pkt);
	struct rtp_head head = {.pt = CLIENT_OPUS, .seq = 7, .ssrc = ATTACKER * 16};
	rtp_write_header(&w, &head);
	wr_u8(&w, 0xfc);
	client_pattern(&w, ATTACKER, 0, CLIENT_SOUND_LEN);
	assert_int_equal(only_ice(a, 50 * USEC_PER_MS), 0);
	for (int i = 0; i < 100; i++) {
		put_u16(pkt + 2, (uint16_t)i);
		caller_send(a, wr_span(&w));
		caller_send(a, span_of("\x80\xc9\0\1\0\0\0\xd0", 8)); /* and RTCP */
	}
	assert_int_equal(only_ice(a, 300 * USEC_PER_MS), 0);
	stage_run(c->stage, 50 * USEC_PER_MS);
	assert_null(client_hears(c->listener->client, ATTACKER));
	assert_int_equal(a->state_count, 0);
	scene_assert_unharmed(c);

	/* With keys it does flow. */
	a->held = false;
	assert_true(stage_wait_connected(c->stage, a));
	assert_int_equal(a->client->early, 0);
	a->talks = true;
	assert_true(stage_wait_heard(c->stage, a, VICTIM, 10));
	assert_true(stage_wait_heard(c->stage, c->listener, ATTACKER, 10));
	assert_int_equal(client_hears(c->listener->client, ATTACKER)->wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {SCENE(neither_way)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
