/* Lists of formats that many hold: one copy each, gone with the last who holds it. */
#include "media/codec_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_shared(void **state)
{
	struct codec_set *sets = NULL;
	struct codec_format a[3], b[3];
	memset(a, 0, sizeof a);
	memset(b, 0, sizeof b);
	a[0].pt = b[0].pt = 96;
	a[1].pt = b[1].pt = 98;
	struct codec_set *one = codec_set_get(&sets, a, 2), *again = codec_set_get(&sets, b, 2);
	assert_non_null(one);
	assert_ptr_equal(one, again);
	assert_ptr_not_equal(one->formats, a);
	assert_int_equal(one->formats[1].pt, 98);

	/* shorter, longer, another: each its own */
	b[1].rtx_pt = 99;
	struct codec_set *others[] = {codec_set_get(&sets, a, 1), codec_set_get(&sets, a, 3),
								  codec_set_get(&sets, b, 2)};
	for (int i = 0; i < 3; i++) {
		assert_ptr_not_equal(others[i], one);
		for (int k = 0; k < i; k++)
			assert_ptr_not_equal(others[i], others[k]);
	}

	/* in any order, from the middle too */
	codec_set_put(&sets, &others[1]);
	assert_null(others[1]);
	codec_set_put(&sets, &others[1]);
	codec_set_put(&sets, &one);
	assert_int_equal(again->formats[0].pt, 96); /* still held */
	assert_ptr_equal(codec_set_get(&sets, a, 2), again);
	one = again;
	codec_set_put(&sets, &one);
	codec_set_put(&sets, &again);
	codec_set_put(&sets, &others[0]);
	codec_set_put(&sets, &others[2]);
	assert_null(sets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
