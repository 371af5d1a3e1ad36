/* Case 5: a handshake with another certificate than the one in the offer. There are no keys, and
 * nothing is forwarded either way. */
#include "attack/attack.h"

#include "wire/sdp.h"

static struct dtls_ctx *other;

static bool has_failed(struct stage *s, void *arg)
{
	(void)s;
	return ((struct caller *)arg)->state == MEDIA_FAILED;
}

static void no_keys(void **state)
{
	struct scene *c = *state;
	struct dtls_fingerprint server;
	struct sdp sdp;
	struct span print;
	struct caller *a = stage_call_usual(c->stage, ATTACKER);
	assert_int_equal(sdp_parse(span_of(a->answer.sdp, a->answer.sdp_len), &sdp), 0);
	assert_true(sdp_attr_find_both(&sdp, &sdp.media[0], "fingerprint", &print));
	assert_int_equal(dtls_fingerprint_parse(print, &server), 0);
	dtls_free(&a->client->dtls);
	assert_int_equal(dtls_new(other, DTLS_CLIENT, &server, &a->client->dtls), 0);
	caller_open(a);
	assert_true(stage_wait(c->stage, has_failed, a));
	assert_int_equal(a->state_count, 1); /* it never was connected */

	uint8_t pkt[100] = {0x80, CLIENT_OPUS};
	for (int i = 0; i < 50; i++)
		caller_send(a, span_of(pkt, sizeof pkt));
	stage_run(c->stage, 200 * USEC_PER_MS);
	assert_int_equal(a->client->early, 0);
	assert_int_equal(a->client->stream_count, 0);
	assert_null(client_hears(c->listener->client, ATTACKER));
	scene_assert_unharmed(c);
}

static int set_up(void **state)
{
	(void)state;
	return dtls_ctx_new(NULL, &other);
}

static int tear_down(void **state)
{
	(void)state;
	dtls_ctx_free(&other);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {SCENE(no_keys)};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
