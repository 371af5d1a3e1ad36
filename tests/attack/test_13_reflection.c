/* Case 13: the server is no mirror. To what does not authenticate it answers nothing; to what does,
 * no more than it was sent. */
#include "attack/attack.h"

#include "wire/stun.h"

#include <poll.h>

/* Whatever a scanner sends to a UDP port. */
static const struct {
	const char *bytes;
	size_t len;
} probes[] = {
	/* Binding request without anything, RFC 8489; and as of RFC 3489 */
	{"\0\1\0\0\x21\x12\xa4\x42" "abcdefghijkl", 20},
	{"\0\1\0\0" "abcdefghijklmnop", 20},
	/* Allocate, Refresh, CreatePermission, Send; Binding indication; success and error of none */
	{"\0\3\0\0\x21\x12\xa4\x42" "abcdefghijkl", 20},
	{"\0\4\0\0\x21\x12\xa4\x42" "abcdefghijkl", 20},
	{"\0\x08\0\0\x21\x12\xa4\x42" "abcdefghijkl", 20},
	{"\0\x16\0\0\x21\x12\xa4\x42" "abcdefghijkl", 20},
	{"\0\x11\0\0\x21\x12\xa4\x42" "abcdefghijkl", 20},
	{"\1\1\0\0\x21\x12\xa4\x42" "abcdefghijkl", 20},
	{"\1\x11\0\0\x21\x12\xa4\x42" "abcdefghijkl", 20},
	/* TURN channel data, SIP, DNS, NTP, QUIC, RTP, RTCP, ZRTP */
	{"\x40\0\0\4data", 8},
	{"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP x\r\n\r\n", 47},
	{"\x12\x34\1\0\0\1\0\0\0\0\0\0\3www\0\0\1\0\1", 21},
	{"\x1b\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16},
	{"\xc0\0\0\0\1\x08" "abcdefgh\0\0", 16},
	{"\x80\x6f\0\1\0\0\0\1\0\0\0\1sound", 17},
	{"\x80\xc9\0\1\0\0\0\1", 8},
	{"\x10\0\0\1ZRTP\0\0\0\1", 12},
	{"", 0},
	{"\0", 1},
};

static void strangers(void **state)
{
	struct scene *c = *state;
	struct flight hello;
	uint8_t pkt[OUT_MAX];
	attack_hello(c->stage->dtls, &hello);
	for (int round = 0; round < 20; round++) {
		for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
			stranger_send(&c->stranger, span_of(probes[i].bytes, probes[i].len));
		for (int i = 0; i < hello.count; i++)
			stranger_send(&c->stranger, span_of(hello.bytes[i], hello.len[i]));
		static const unsigned flags[] = {
			ATTACK_WRONG_PASSWORD,
			ATTACK_WRONG_USER,
			ATTACK_NO_INTEGRITY,
			ATTACK_CONTROLLED | ATTACK_WRONG_USER,
		};
		for (size_t i = 0; i < 4; i++)
			stranger_send(&c->stranger, span_of(pkt, attack_check(c->victim, flags[i], pkt)));
		stage_run(c->stage, 2 * USEC_PER_MS);
	}
	scene_assert_unharmed(c);
	scene_assert_silent(c);
	scene_assert_frugal(c);
}

/* A password is needed for an answer, and even then it is the smaller one. */
static void those_who_know_the_password(void **state)
{
	struct scene *c = *state;
	static const unsigned flags[] = {0, ATTACK_CONTROLLED, ATTACK_TRAILING};
	uint8_t pkt[OUT_MAX];
	for (size_t i = 0; i < 3; i++) {
		struct stranger x;
		stranger_init(&x, &c->victim->client->server);
		size_t len = attack_check(c->victim, flags[i], pkt);
		stranger_send(&x, span_of(pkt, len));
		struct pollfd p = {.fd = x.fd, .events = POLLIN};
		assert_int_equal(poll(&p, 1, 10000), 1);
		stranger_drain(&x);
		assert_int_equal(x.got, 1);
		assert_true(x.bytes <= len);
		stranger_done(&x);
	}
	scene_assert_unharmed(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {SCENE(strangers), SCENE(those_who_know_the_password)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
