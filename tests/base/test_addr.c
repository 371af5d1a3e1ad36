/* Addresses: text, the kernel's form, and what counts as equal. */
#include "cm.h"

#include "base/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static void parses_and_writes(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"192.0.2.1:443", "192.0.2.1:443"},
		{"192.0.2.1", "192.0.2.1:9"},
		{"[2001:db8::1]:443", "[2001:db8::1]:443"},
		{"2001:db8::1", "[2001:db8::1]:9"},
		{"[::]:8443", "[::]:8443"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct addr a;
		char text[ADDR_TEXT_MAX];
		assert_int_equal(addr_parse(cases[i].text, 9, &a), 0);
		assert_string_equal(addr_text(&a, text), cases[i].want);
	}
}

static void refuses_what_is_no_address(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"", ":", "example.org:443", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "[::1",
		"[::1]443", "192.0.2.1:44x", "256.1.1.1", "192.0.2.1: 44",
		"1111111111111111111111111111111111111111111111111111111111111111111111:1",
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct addr a;
		if (addr_parse(bad[i], 9, &a) == 0)
			fail_msg("took \"%s\"", bad[i]);
	}
}

static void mapped_ipv6_is_ipv4(void **state)
{
	(void)state;
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(5000)};
	inet_pton(AF_INET6, "::ffff:192.0.2.7", &in6.sin6_addr);
	struct addr a, b;
	assert_int_equal(addr_from_sockaddr(&a, (struct sockaddr *)&in6), 0);
	assert_int_equal(addr_parse("192.0.2.7:5000", 0, &b), 0);
	assert_true(addr_eq(&a, &b));
	struct sockaddr_storage ss;
	assert_int_equal(addr_to_sockaddr(&a, &ss, true), sizeof in6);
	assert_memory_equal(&((struct sockaddr_in6 *)&ss)->sin6_addr, &in6.sin6_addr, 16);
	struct sockaddr un = {.sa_family = AF_UNIX};
	assert_int_equal(addr_from_sockaddr(&a, &un), -ERR_INVALID);
}

static void every_member_tells_addresses_apart(void **state)
{
	(void)state;
	struct addr a, b;
	assert_int_equal(addr_parse("192.0.2.7:5000", 0, &a), 0);
	b = a;
	assert_true(addr_eq(&a, &b));
	assert_true(addr_hash(&a, 5) == addr_hash(&b, 5));
	assert_false(addr_hash(&a, 5) == addr_hash(&b, 6));
	b.port++;
	assert_false(addr_eq(&a, &b));
	assert_true(addr_eq_host(&a, &b));
	assert_false(addr_hash(&a, 5) == addr_hash(&b, 5));
	b = a;
	b.tcp = 1;
	assert_false(addr_eq(&a, &b));
	b = a;
	b.local = 3;
	assert_false(addr_eq(&a, &b));
	b = a;
	b.host[3]++;
	assert_false(addr_eq_host(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_and_writes),
		cmocka_unit_test(refuses_what_is_no_address),
		cmocka_unit_test(mapped_ipv6_is_ipv4),
		cmocka_unit_test(every_member_tells_addresses_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
