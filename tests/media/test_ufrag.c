/* Our ufrags: read back, not to be guessed, and nothing else is taken for one. */
#include "media/ufrag.h"

#include "cm.h"

#include <ctype.h>

static const uint32_t indices[] = {0, 1, 63, 64, 4095, 4096, 262144, UFRAG_INDEX_MAX - 1};

static void read_back(void **state)
{
	char ufrag[UFRAG_LEN + 1], pwd[UFRAG_PWD_LEN + 1];
	(void)state;
	for (int worker = 0; worker < UFRAG_WORKERS_MAX; worker++) {
		for (size_t i = 0; i < sizeof indices / sizeof indices[0]; i++) {
			int found = -1;
			uint32_t index = 0;
			ufrag_make(worker, indices[i], ufrag, pwd);
			assert_int_equal(strlen(ufrag), UFRAG_LEN);
			assert_int_equal(strlen(pwd), UFRAG_PWD_LEN);
			assert_int_equal(ufrag_find(span_str(ufrag), &found, &index), 0);
			assert_int_equal(found, worker);
			assert_int_equal(index, indices[i]);
		}
	}
}

/* RFC 8839 5.4: letters, digits, '+' and '/'. */
static void ice_chars_only(void **state)
{
	char ufrag[UFRAG_LEN + 1], pwd[UFRAG_PWD_LEN + 1];
	(void)state;
	for (int i = 0; i < 200; i++) {
		ufrag_make(i % 64, (uint32_t)i, ufrag, pwd);
		for (const char *c = ufrag; *c; c++)
			assert_true(isalnum((unsigned char)*c) || *c == '+' || *c == '/');
		for (const char *c = pwd; *c; c++)
			assert_true(isalnum((unsigned char)*c) || *c == '+' || *c == '/');
	}
}

static void never_the_same(void **state)
{
	char a[UFRAG_LEN + 1], b[UFRAG_LEN + 1];
	char pa[UFRAG_PWD_LEN + 1], pb[UFRAG_PWD_LEN + 1];
	(void)state;
	ufrag_make(3, 5, a, pa);
	ufrag_make(3, 5, b, pb);
	assert_memory_equal(a, b, 5); /* worker and place */
	assert_string_not_equal(a, b);
	assert_string_not_equal(pa, pb);
}

static void others_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"A",
		"AAAAAAAAAAAA",   /* one short */
		"AAAAAAAAAAAAAA", /* one long */
		"-AAAA12345678",
		"A-AAA12345678",
		"AAAA=12345678",
		"A////12345678", /* a place beyond the last */
		"AEAAA12345678", /* 1 << 20 */
	};
	int worker = 7;
	uint32_t index = 7;
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(ufrag_find(span_str(bad[i]), &worker, &index), -ERR_NOTFOUND);
	assert_int_equal(ufrag_find(span_of("AAAA\0" "12345678", 13), &worker, &index), -ERR_NOTFOUND);
	assert_int_equal(ufrag_find(span_of(NULL, 0), &worker, &index), -ERR_NOTFOUND);
	assert_int_equal(worker, 7);
	assert_int_equal(index, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_back),
		cmocka_unit_test(ice_chars_only),
		cmocka_unit_test(never_the_same),
		cmocka_unit_test(others_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
