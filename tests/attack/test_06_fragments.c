/* Case 6: handshake fragments that contradict each other: lengths that change, offsets behind the
 * end, holes, overlaps. Whoever sends them can only spoil his own handshake. */
#include "attack/attack.h"

enum { VARIANTS = 400 };

struct fragment {
	uint8_t type;
	uint32_t length;
	uint16_t seq;
	uint32_t offset, part; /* said */
	size_t bytes;          /* really there */
};

static void send_fragment(struct caller *c, const struct fragment *f)
{
	static uint32_t number;
	uint8_t buf[OUT_MAX];
	struct wr w = wr_init(buf, sizeof buf);
	wr_u8(&w, 22);
	wr_u16(&w, 0xfefd);
	wr_u16(&w, 0);
	wr_u16(&w, 0);
	wr_u32(&w, number++);
	wr_u16(&w, (uint16_t)(12 + f->bytes));
	wr_u8(&w, f->type);
	wr_u24(&w, f->length);
	wr_u16(&w, f->seq);
	wr_u24(&w, f->offset);
	wr_u24(&w, f->part);
	for (size_t i = 0; i < f->bytes; i++)
		wr_u8(&w, (uint8_t)(i * 7));
	assert_false(w.bad);
	caller_send(c, wr_span(&w));
}

static const struct fragment odd[] = {
	{1, 300, 0, 0, 100, 100},           /* a beginning … */
	{1, 200, 0, 100, 100, 100},         /* … of a shorter message */
	{1, 0xffffff, 0, 0, 100, 100},      /* 16 MB are to come */
	{1, 0xffffff, 0, 0xffff00, 0xff, 255},
	{1, 100, 0, 90, 100, 100},          /* behind the end */
	{1, 100, 0, 200, 10, 10},
	{1, 100, 0, 0, 100, 50},            /* less than it says */
	{1, 100, 0, 0, 50, 100},            /* more */
	{1, 0, 0, 0, 0, 0},
	{1, 100, 9, 0, 100, 100},           /* far ahead */
	{1, 100, 0xffff, 0, 100, 100},
	{11, 40000, 1, 0, 1000, 1000},      /* a certificate before the hello */
	{20, 12, 1, 0, 12, 12},             /* Finished */
	{255, 100, 0, 0, 100, 100},
};

static void they_spoil_only_their_own(void **state)
{
	struct scene *c = *state;
	uint32_t dice = 1;
	for (int round = 0; round < 4; round++) {
		struct caller *a = stage_call_usual(c->stage, ATTACKER);
		uint8_t check[OUT_MAX];
		caller_send(a, span_of(check, attack_check(a, ATTACK_NOMINATE, check)));
		for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
			send_fragment(a, &odd[(i + (size_t)round) % (sizeof odd / sizeof odd[0])]);
		for (int i = 0; i < VARIANTS; i++) {
			uint32_t r[5];
			for (int k = 0; k < 5; k++)
				r[k] = dice = dice * 1664525 + 1013904223;
			send_fragment(a, &(struct fragment){(uint8_t)(r[0] >> 30 ? 1 : r[0] >> 20), r[1] >> 22,
												(uint16_t)(r[2] >> 30), r[3] >> 23, r[4] >> 24,
												r[4] >> 24});
			if (i % 50 == 0)
				stage_run(c->stage, USEC_PER_MS);
		}
		caller_close(&a);
	}
	scene_assert_unharmed(c);
	scene_assert_frugal(c);
}

/* The same towards one that is connected, and towards the table of strangers. */
static void they_are_nothing_afterwards(void **state)
{
	struct scene *c = *state;
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
		send_fragment(c->victim, &odd[i]);
	scene_assert_unharmed(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(they_spoil_only_their_own),
		SCENE(they_are_nothing_afterwards),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
