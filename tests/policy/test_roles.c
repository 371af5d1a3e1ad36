/* roles: the whole table, said a second time as sentences of docs/protocol.md. */
#include "policy/roles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* H host, C co-host, P presenter, p participant, I interpreter, T captioner, A audience. */
static const char letters[ROLE_COUNT + 1] = "HCPpITA";

static const struct {
	const char *verb, *who;
} said[] = {
	{"leave", "HCPpITA"},
	{"offer", "HCPpITA"},
	{"view", "HCPpITA"},
	{"stats", "HCPpITA"},
	{"rename", "HCPpITA"},
	{"chat", "HCPpITA"},
	{"reaction", "HCPpITA"},
	{"hand", "HCPpITA"},
	{"media", "HCPpIT"},
	{"rtt", "HCPpIT"},
	{"caption", "IT"},
	{"floor-take", "HCPpI"},
	{"admit", "HC"},
	{"audience", "HC"},
	{"refuse", "HC"},
	{"role", "HC"},
	{"mute", "HC"},
	{"hand-lower", "HC"},
	{"floor", "HC"},
	{"pin-interpreter", "HC"},
	{"remove", "HC"},
	{"lock", "HC"},
	{"lobby", "HC"},
	{"end", "H"},
};

static void every_verb_by_every_role(void **state)
{
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		for (int role = 0; role < ROLE_COUNT; role++) {
			bool may = strchr(said[i].who, letters[role]) != NULL;
			if (role_may((enum role)role, said[i].verb) != may)
				fail_msg("%s %s", role_name((enum role)role), said[i].verb);
		}
}

static void nobody_may_what_nobody_knows(void **state)
{
	for (int role = 0; role < ROLE_COUNT; role++) {
		assert_false(role_may((enum role)role, "fly"));
		assert_false(role_may((enum role)role, ""));
	}
}

static void names_go_both_ways(void **state)
{
	for (int role = 0; role < ROLE_COUNT; role++)
		assert_int_equal(role_parse(role_name((enum role)role)), role);
	assert_true(role_parse("king") < 0);
	assert_true(role_parse("") < 0);
}

static void only_hosts_make_leaders(void **state)
{
	for (int by = 0; by < ROLE_COUNT; by++)
		for (int from = 0; from < ROLE_COUNT; from++)
			for (int to = 0; to < ROLE_COUNT; to++) {
				bool leaders = from <= ROLE_COHOST || to <= ROLE_COHOST;
				bool may = by == ROLE_HOST || (by == ROLE_COHOST && !leaders);
				assert_int_equal(
					role_may_set((enum role)by, (enum role)from, (enum role)to), may);
			}
}

static void nobody_reaches_upwards(void **state)
{
	assert_true(role_may_mute(ROLE_HOST, ROLE_HOST));
	assert_true(role_may_mute(ROLE_COHOST, ROLE_COHOST));
	assert_false(role_may_mute(ROLE_COHOST, ROLE_HOST));
	assert_true(role_may_remove(ROLE_COHOST, ROLE_PARTICIPANT));
	assert_false(role_may_remove(ROLE_COHOST, ROLE_COHOST));
	assert_false(role_may_remove(ROLE_COHOST, ROLE_HOST));
	for (int by = ROLE_PRESENTER; by < ROLE_COUNT; by++) {
		assert_false(role_may_mute((enum role)by, ROLE_AUDIENCE));
		assert_false(role_may_remove((enum role)by, ROLE_AUDIENCE));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verb_by_every_role),
		cmocka_unit_test(nobody_may_what_nobody_knows),
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(only_hosts_make_leaders),
		cmocka_unit_test(nobody_reaches_upwards),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
