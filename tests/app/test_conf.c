/* The settings, and what becomes of them. */
#include "app/conf.h"

#include "meeting/rooms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void set(struct conf *c, const char *name, const char *value)
{
	char error[SETTINGS_ERROR_MAX];
	assert_int_equal(settings_set(&conf_table, c, span_str(name), span_str(value), error), 0);
}

static void limits_follow_the_settings(void **state)
{
	struct conf c = {0};
	assert_int_equal(settings_init(&conf_table, &c), 0);
	set(&c, "limits.meetings", "7");
	set(&c, "limits.meetings.kept", "70");
	set(&c, "limits.meeting.people", "8");
	set(&c, "limits.meeting.waiting", "9");
	set(&c, "limits.meeting.messages", "1000");
	set(&c, "limits.meeting.hours", "48");
	set(&c, "retention.meeting.days", "90");
	set(&c, "retention.chat.days", "0");
	set(&c, "limits.tests", "11");
	set(&c, "limits.connections", "12");
	set(&c, "limits.messages", "50");
	set(&c, "limits.message.kb", "256");
	set(&c, "limits.chat.length", "500");
	set(&c, "limits.joins.host", "60");
	set(&c, "limits.guesses.host", "20");
	struct rooms_limits l;
	conf_limits(&c, &l);
	assert_int_equal(l.rooms_max, 7);
	assert_int_equal(l.meetings_max, 70);
	assert_int_equal(l.members_max, 8);
	assert_int_equal(l.waiting_max, 9);
	assert_int_equal(l.chat_total, 1000);
	assert_int_equal(l.empty_hours, 48);
	assert_int_equal(l.meeting_days, 90);
	assert_int_equal(l.chat_days, 0);
	assert_int_equal(l.tests_max, 11);
	assert_int_equal(l.links_max, 12);
	assert_int_equal(l.verbs_burst, 100);
	assert_int_equal(l.verbs_every_ms, 20);
	assert_int_equal(l.message_max, 256 * 1024);
	assert_int_equal(l.chat_max, 500);
	assert_int_equal(l.joins_burst, 60);
	assert_int_equal(l.joins_every_ms, 1000);
	assert_int_equal(l.misses_burst, 20);
	assert_int_equal(l.misses_every_ms, 3000);
	settings_done(&conf_table, &c);
}

/* All who fit a meeting may sit behind one address, and come back at once: each page opens a
 * WebSocket and, while it loads, some connections more. */
static void one_address_holds_a_whole_meeting(void **state)
{
	struct conf c = {0};
	assert_int_equal(settings_init(&conf_table, &c), 0);
	assert_true(c.connections_host >= 6 * c.meeting_people);
	assert_true(c.connections >= 2 * c.connections_host);
	struct rooms_limits l;
	conf_limits(&c, &l);
	assert_true(l.joins_burst >= 3 * l.members_max);
	settings_done(&conf_table, &c);
}

static void texts_are_utf8(void **state)
{
	struct conf c = {0};
	assert_int_equal(settings_init(&conf_table, &c), 0);
	assert_null(conf_wrong(&c));
	set(&c, "organisation", "Region \xd6"); /* Latin 1 */
	assert_non_null(conf_wrong(&c));
	set(&c, "organisation", "Region Ö");
	assert_null(conf_wrong(&c));
	static const char *const bad[] = {"meet.example.org", "http://meet.example.org",
		"https://meet.example.org/", "https://meet.example.org/m", "https://"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		set(&c, "origin", bad[i]);
		assert_non_null(conf_wrong(&c));
	}
	set(&c, "origin", "https://meet.example.org:8443");
	assert_null(conf_wrong(&c));
	settings_done(&conf_table, &c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_follow_the_settings),
		cmocka_unit_test(one_address_holds_a_whole_meeting),
		cmocka_unit_test(texts_are_utf8),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
