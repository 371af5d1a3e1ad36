/* The settings engine: presets, values, and errors that name file and line. */
#include "cm.h"

#include "base/settings.h"

#include <stdlib.h>
#include <string.h>

struct conf {
	bool on;
	int people;
	char *name;
};

static const struct setting rows[] = {
	{"on", SETTING_BOOL, offsetof(struct conf, on), 0, 0, "no", "Whether it is on."},
	{"people", SETTING_INT, offsetof(struct conf, people), 2, 500, "20", "How many.\nAt most."},
	{"name", SETTING_TEXT, offsetof(struct conf, name), 0, 8, "", "What it is called."},
};
static const struct settings_table table = {rows, 3};

static int parse(struct conf *c, const char *text, char *error)
{
	memset(c, 0, sizeof *c);
	assert_int_equal(settings_init(&table, c), 0);
	return settings_parse(&table, c, span_str(text), "t.conf", error);
}

static void reads_values(void **state)
{
	(void)state;
	struct conf c;
	char error[SETTINGS_ERROR_MAX] = "";
	const char *text = "# people = 3\n\n on=yes\r\npeople =\t 30 \nname = a = b";
	assert_int_equal(parse(&c, text, error), 0);
	assert_true(c.on);
	assert_int_equal(c.people, 30);
	assert_string_equal(c.name, "a = b");
	settings_done(&table, &c);
	assert_null(c.name);
}

static void refuses_with_file_and_line(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"on = yes\ncolour = red\n", "t.conf:2: there is no setting \"colour\""},
		{"people = 501", "t.conf:1: people must be a number from 2 to 500"},
		{"people = 20x", "t.conf:1: people must be a number from 2 to 500"},
		{"people =", "t.conf:1: people must be a number from 2 to 500"},
		{"people = 99999999999999999999",
		 "t.conf:1: people must be a number from 2 to 500"},
		{"\n\non = maybe", "t.conf:3: on must be yes or no"},
		{"name = 123456789", "t.conf:1: name must have 0 to 8 characters"},
		{"on = yes\non = no", "t.conf:2: on is given twice"},
		{"nonsense", "t.conf:1: expected \"key = value\""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct conf c;
		char error[SETTINGS_ERROR_MAX] = "";
		assert_int_equal(parse(&c, cases[i].text, error), -ERR_INVALID);
		assert_string_equal(error, cases[i].want);
		settings_done(&table, &c);
	}
}

static void the_default_file_reads_back_as_the_presets(void **state)
{
	(void)state;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	settings_write(&table, f);
	fclose(f);
	struct conf c;
	char error[SETTINGS_ERROR_MAX] = "";
	assert_int_equal(parse(&c, text, error), 0);
	assert_int_equal(c.people, 20);
	assert_string_equal(c.name, "");
	assert_non_null(strstr(text, "# At most.\n# A number from 2 to 500.\npeople = 20\n"));
	settings_done(&table, &c);
	free(text);
}

static void a_missing_file_says_why(void **state)
{
	(void)state;
	struct conf c = {0};
	char error[SETTINGS_ERROR_MAX] = "";
	assert_int_equal(settings_init(&table, &c), 0);
	assert_int_equal(settings_load(&table, &c, "/nowhere/t.conf", error), -ERR_IO);
	assert_string_equal(error, "/nowhere/t.conf: No such file or directory");
	settings_done(&table, &c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_values),
		cmocka_unit_test(refuses_with_file_and_line),
		cmocka_unit_test(the_default_file_reads_back_as_the_presets),
		cmocka_unit_test(a_missing_file_says_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
