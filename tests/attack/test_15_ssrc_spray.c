/* Case 15: a member who sends each packet under another SSRC. What is kept of them is bounded, the
 * others notice nothing, and what he had begun before goes on. */
#include "attack/attack.h"

#include "wire/rtcp.h"

enum { SPRAY = 20000, EACH_TURN = 50 };

struct spray {
	struct caller *attacker;
	uint32_t sent;
	bool rtcp;
	bool with_mid;
};

static void pour(struct stage *s, void *arg)
{
	struct spray *f = arg;
	(void)s;
	for (int i = 0; i < EACH_TURN; i++, f->sent++) {
		uint32_t ssrc = f->sent * 2654435761u;
		if (f->rtcp) {
			uint8_t buf[64];
			struct wr w = wr_init(buf, sizeof buf);
			rtcp_write_rr(&w, ssrc, NULL, 0);
			client_rtcp(f->attacker->client, wr_span(&w), &f->attacker->out);
			continue;
		}
		struct srtp_stream stream = {0};
		struct rtp_ext mid = {CLIENT_EXT_MID, span_str("mic")};
		struct rtp_head head = {
			.pt = f->sent % 3 ? CLIENT_OPUS : CLIENT_VP8,
			.seq = (uint16_t)f->sent,
			.ssrc = ssrc,
			.ext = &mid,
			.ext_count = f->with_mid,
		};
		attack_sound(f->attacker, &head, &stream);
	}
}

static bool is_over(struct stage *s, void *arg)
{
	(void)s;
	return ((struct spray *)arg)->sent >= SPRAY;
}

static void spray(struct scene *c, struct spray f)
{
	f.attacker = scene_attacker(c);
	f.attacker->talks = true;
	assert_true(stage_wait_heard(c->stage, c->listener, ATTACKER, 10));
	scene_measure(c);
	unsigned streams = (unsigned)c->listener->client->stream_count;
	c->stage->turn = pour;
	c->stage->turn_arg = &f;
	assert_true(stage_wait(c->stage, is_over, &f));
	c->stage->turn = NULL;
	scene_assert_unharmed(c);
	assert_int_equal(c->listener->client->stream_count, streams);
	assert_true(stage_wait_heard(c->stage, c->listener, ATTACKER, 20));
	assert_int_equal(client_hears(c->listener->client, ATTACKER)->wrong, 0);
	assert_int_equal(f.attacker->state_count, 1);
	scene_assert_frugal(c);
	/* Who comes next finds room. */
	struct caller *joins = stage_call_usual(c->stage, 100);
	assert_true(stage_wait_connected(c->stage, joins));
	caller_open(joins);
	joins->talks = true;
	assert_true(stage_wait_heard(c->stage, c->listener, 100, 10));
}

static void of_rtp(void **state)
{
	spray(*state, (struct spray){0});
}

static void of_rtp_that_names_its_line(void **state)
{
	spray(*state, (struct spray){.with_mid = true});
}

static void of_rtcp(void **state)
{
	spray(*state, (struct spray){.rtcp = true});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(of_rtp),
		SCENE(of_rtp_that_names_its_line),
		SCENE(of_rtcp),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
