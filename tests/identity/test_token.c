/* token, throttle, turn, access: the small ones. */
#include "identity/token.h"

#include "identity/access.h"
#include "identity/throttle.h"
#include "identity/turn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void a_hash_is_sha256(void **state)
{
	char hash[TOKEN_HASH_LEN + 1];
	/* FIPS 180-4's example */
	token_hash("abc", hash);
	assert_string_equal(
		hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void tokens_differ_and_are_kept_as_hashes(void **state)
{
	struct token a, b;
	token_new(&a);
	token_new(&b);
	assert_int_equal(strlen(a.text), RANDOM_TOKEN_LEN);
	assert_string_not_equal(a.text, b.text);
	char hash[TOKEN_HASH_LEN + 1];
	token_hash(a.text, hash);
	assert_string_equal(hash, a.hash);
}

static struct addr addr(const char *text)
{
	struct addr a;
	assert_int_equal(addr_parse(text, 1, &a), 0);
	return a;
}

static void tries_run_out_and_come_back(void **state)
{
	struct throttle *t = throttle_new(64, 3, USEC_PER_SEC);
	usec now = 1000 * USEC_PER_SEC;
	for (int i = 0; i < 3; i++)
		assert_true(throttle_try(t, "asa", now));
	assert_false(throttle_has_room(t, "asa", now));
	assert_false(throttle_try(t, "asa", now));
	assert_false(throttle_try(t, "asa", now + USEC_PER_SEC - 1));
	assert_true(throttle_try(t, "asa", now + USEC_PER_SEC));
	assert_false(throttle_try(t, "asa", now + USEC_PER_SEC));
	/* never more than the burst, however long nobody came */
	now += 1000 * USEC_PER_SEC;
	for (int i = 0; i < 3; i++)
		assert_true(throttle_try(t, "asa", now));
	assert_false(throttle_try(t, "asa", now));
	throttle_free(&t);
	assert_null(t);
}

/* Ports, and the lower half of an IPv6 address, are the other's to choose. */
static void an_address_is_a_host_or_a_64(void **state)
{
	struct throttle *t = throttle_new(4096, 1, USEC_PER_SEC);
	struct addr a = addr("192.0.2.1:1"), b = addr("192.0.2.1:2");
	assert_true(throttle_try_addr(t, &a, 0));
	assert_false(throttle_has_room_addr(t, &b, 0));
	a = addr("[2001:db8::1]:1");
	b = addr("[2001:db8::ffff:1]:9");
	assert_true(throttle_try_addr(t, &a, 0));
	assert_false(throttle_try_addr(t, &b, 0));
	throttle_free(&t);
}

/* A flood of names takes no memory, and lets nobody through who has had his tries. */
static void a_flood_of_names_frees_nobody(void **state)
{
	struct throttle *t = throttle_new(64, 1, USEC_PER_SEC);
	assert_true(throttle_try(t, "asa", 0));
	int through = 0;
	for (int i = 0; i < 100000; i++) {
		char name[16];
		snprintf(name, sizeof name, "x%d", i);
		through += throttle_try(t, name, 0);
	}
	assert_true(through <= 63);
	assert_false(throttle_try(t, "asa", 0));
	throttle_free(&t);
}

/* Checked against Python's hmac and base64. */
static void relays_believe_our_credentials(void **state)
{
	struct turn_credentials c;
	turn_credentials("north", "ab12cd34", 1790000000, &c);
	assert_string_equal(c.username, "1790000000:ab12cd34");
	assert_string_equal(c.credential, "k/iKtlEurop4pEFHupC6Zlhr4io=");
}

static void meetings_are_made_by_those_who_signed_in(void **state)
{
	struct access_who stranger = {0}, asa = {.person = 7};
	assert_false(access_may(&stranger, ACCESS_MEETING_CREATE, false));
	assert_true(access_may(&stranger, ACCESS_MEETING_CREATE, true));
	assert_true(access_may(&asa, ACCESS_MEETING_CREATE, false));
	assert_true(access_may(&stranger, ACCESS_MEETING_SEE, false));
	assert_true(access_may(&stranger, ACCESS_NUMBER_ASK, false));
	assert_true(access_may(&stranger, ACCESS_REPORT, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hash_is_sha256),
		cmocka_unit_test(tokens_differ_and_are_kept_as_hashes),
		cmocka_unit_test(tries_run_out_and_come_back),
		cmocka_unit_test(an_address_is_a_host_or_a_64),
		cmocka_unit_test(a_flood_of_names_frees_nobody),
		cmocka_unit_test(relays_believe_our_credentials),
		cmocka_unit_test(meetings_are_made_by_those_who_signed_in),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
