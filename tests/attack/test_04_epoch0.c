/* Case 4: unprotected DTLS records after the handshake, from the victim's own address: data, an
 * alert that ends it all, a new hello, a ChangeCipherSpec. They are nothing. */
#include "attack/attack.h"

#include "media/dtls_record.h"

static void record(struct caller *c, uint8_t type, uint16_t epoch, struct span body)
{
	uint8_t buf[OUT_MAX];
	struct wr w = wr_init(buf, sizeof buf);
	wr_u8(&w, type);
	wr_u16(&w, 0xfefd);
	wr_u16(&w, epoch);
	wr_u16(&w, 0);
	wr_u32(&w, 4711);
	wr_u16(&w, (uint16_t)body.len);
	wr_bytes(&w, body);
	assert_false(w.bad);
	caller_send(c, wr_span(&w));
}

static void they_are_nothing(void **state)
{
	struct scene *c = *state;
	struct flight hello;
	attack_hello(c->stage->dtls, &hello);
	for (int i = 0; i < 50; i++) {
		record(c->victim, DTLS_APP_DATA, 0, span_str("data that nobody protected"));
		record(c->victim, DTLS_ALERT, 0, span_of("\2\50", 2)); /* fatal, handshake_failure */
		record(c->victim, DTLS_ALERT, 0, span_of("\1\0", 2));  /* close_notify */
		record(c->victim, DTLS_CCS, 0, span_of("\1", 1));
		for (int k = 0; k < hello.count; k++)
			caller_send(c->victim, span_of(hello.bytes[k], hello.len[k]));
		/* Of the protected epoch, but not protected. */
		record(c->victim, DTLS_ALERT, 1, span_of("\1\0", 2));
		record(c->victim, DTLS_ALERT, 1, span_str("\1\0 as long as a sealed alert is"));
		record(c->victim, DTLS_HANDSHAKE_MSG, 1, span_str("Finished, or so it says"));
	}
	c->listener->talks = true;
	assert_true(stage_wait_heard(c->stage, c->victim, LISTENER, 20));
	scene_assert_unharmed(c);
	scene_assert_frugal(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {SCENE(they_are_nothing)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
