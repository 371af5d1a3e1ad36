/* Time: NTP's form (RFC 3550 4), and that the clocks go. Codes and tokens ride along. */
#include "cm.h"

#include "base/clock.h"
#include "base/random.h"

#include <string.h>

static void ntp_counts_from_1900(void **state)
{
	(void)state;
	/* RFC 5905 figure 4: 1970-01-01 is 2208988800 of era 0. */
	assert_true(clock_ntp(0) == 2208988800ULL << 32);
	assert_true(clock_ntp(500000) == (2208988800ULL << 32 | 1ULL << 31));
	assert_true(clock_ntp(USEC_PER_SEC) == 2208988801ULL << 32);
}

static void clocks_go_forward(void **state)
{
	(void)state;
	usec a = clock_mono();
	usec b = clock_mono();
	assert_true(b >= a && a > 0);
	assert_true(clock_wall() > 1600000000 * USEC_PER_SEC);
}

static void codes_have_their_alphabet(void **state)
{
	(void)state;
	char code[RANDOM_CODE_LEN + 1];
	char other[RANDOM_CODE_LEN + 1];
	char token[RANDOM_TOKEN_LEN + 1];
	random_code(code);
	random_code(other);
	random_token(token);
	assert_int_equal(strlen(code), RANDOM_CODE_LEN);
	assert_int_equal(strspn(code, "abcdefghjkmnpqrstuvwxyz023456789"), RANDOM_CODE_LEN);
	assert_string_not_equal(code, other);
	assert_int_equal(strlen(token), RANDOM_TOKEN_LEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ntp_counts_from_1900),
		cmocka_unit_test(clocks_go_forward),
		cmocka_unit_test(codes_have_their_alphabet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
