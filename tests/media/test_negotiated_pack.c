/* What is kept between offers comes back as it was, and is small. */
#include "media/negotiated_pack.h"

#include "media/offers.h"

static size_t bytes_of(const struct negotiated *n)
{
	return sizeof *n + n->media_count * sizeof n->media[0];
}

/* Packs and unpacks. */
static struct negotiated *there_and_back(const struct negotiated *n, size_t *ret_kept)
{
	struct negotiated_packed *packed = NULL;
	struct negotiated *back = NULL;
	assert_int_equal(negotiated_pack(n, &packed), 0);
	assert_int_equal(negotiated_unpack(packed, &back), 0);
	*ret_kept = negotiated_packed_bytes(packed);
	negotiated_packed_free(&packed);
	assert_null(packed);
	negotiated_packed_free(&packed);
	assert_memory_equal(back, n, bytes_of(n));
	return back;
}

/* Browsers' offers: a later one is answered as against the original. */
static void test_browsers(void **state)
{
	static const char *const names[] = {"chromium", "firefox"};
	struct negotiate_conf conf = offer_conf();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct span text = offer_read(names[i]);
		struct offered first = offer_span(&conf, text, NULL);
		size_t kept;
		assert_int_equal(first.r, 0);
		struct negotiated *back = there_and_back(first.n, &kept);
		assert_true(kept < bytes_of(first.n) / 3);
		struct offered a = offer_span(&conf, text, first.n), b = offer_span(&conf, text, back);
		assert_int_equal(a.r, 0);
		assert_int_equal(b.r, 0);
		assert_string_equal(a.answer, b.answer);
		negotiated_free(&back);
		offered_free(&a);
		offered_free(&b);
		offered_free(&first);
		free((void *)text.ptr);
	}
}

/* Runs of every length, of zeros and of others, at the beginning, inside and at the end. */
static void test_runs(void **state)
{
	enum { LINES = 2 };
	const size_t len = sizeof(struct negotiated) + LINES * sizeof(struct negotiated_media);
	struct negotiated *n = malloc(len);
	uint8_t *bytes = (uint8_t *)n;
	assert_non_null(n);
	for (unsigned zeros = 0; zeros < 300; zeros += zeros < 6 ? 1 : 41) {
		for (unsigned others = 0; others < 300; others += others < 6 ? 1 : 41) {
			for (size_t i = 0; i < len; i++)
				bytes[i] = i % (zeros + others + 1) < zeros ? 0 : (uint8_t)(i | 1);
			n->media_count = LINES;
			size_t kept;
			struct negotiated *back = there_and_back(n, &kept);
			assert_true(kept < len + len / 100 + 64); /* what can't shrink hardly grows */
			negotiated_free(&back);
		}
	}
	memset(n, 0, len);
	size_t kept;
	struct negotiated *back = there_and_back(n, &kept); /* of no lines */
	negotiated_free(&back);
	free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_browsers),
		cmocka_unit_test(test_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
