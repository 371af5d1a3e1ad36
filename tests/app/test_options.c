/* Options: aliases, --set, the file first, and what is refused. */
#include "cm.h"

#include "app/options.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

static bool flag;

static const struct option_alias aliases[] = {
	{"--listen", "listen", NULL, "where"},
	{"--media-port", "media.port", NULL, "port"},
	{"--demo", NULL, &flag, "demo"},
	{NULL, NULL, NULL, NULL},
};

static int parse(struct conf *conf, int *rest, const char *first, ...)
{
	static char words[16][200];
	static char *argv[17];
	int argc = 0;
	va_list ap;
	va_start(ap, first);
	argv[argc++] = (char *)"serve";
	for (const char *w = first; w && argc < 16; w = va_arg(ap, const char *)) {
		g_strlcpy(words[argc], w, sizeof words[argc]);
		argv[argc] = words[argc];
		argc++;
	}
	va_end(ap);
	argv[argc] = NULL;
	memset(conf, 0, sizeof *conf);
	flag = false;
	return options_parse(argc, argv, aliases, "ting serve", conf, rest);
}

static void reads_aliases_flags_and_settings(void **state)
{
	(void)state;
	struct conf c;
	int rest = -1;
	assert_int_equal(parse(&c, &rest, "--listen", "127.0.0.1:9", "--demo", "--set",
						   "organisation=Region Ö = bäst", "word", NULL),
					 0);
	assert_string_equal(c.listen, "127.0.0.1:9");
	assert_string_equal(c.organisation, "Region Ö = bäst");
	assert_true(flag);
	assert_int_equal(rest, 1);
	assert_int_equal(c.media_port, 10000); /* the preset */
	settings_done(&conf_table, &c);
}

static void an_option_wins_over_the_file(void **state)
{
	(void)state;
	g_autofree char *dir = g_dir_make_tmp("ting-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(dir, "t.conf", NULL);
	assert_true(g_file_set_contents(file, "media.port = 5000\nlisten = [::1]:1\n", -1, NULL));
	struct conf c;
	int rest;
	assert_int_equal(parse(&c, &rest, "--media-port", "6000", "--config", file, NULL), 0);
	assert_int_equal(c.media_port, 6000);
	assert_string_equal(c.listen, "[::1]:1");
	settings_done(&conf_table, &c);
	g_unlink(file);
	g_rmdir(dir);
}

static void refuses_what_it_does_not_know(void **state)
{
	(void)state;
	static const char *const bad[][3] = {
		{"--nonsense", "x", NULL}, {"--listen", NULL, NULL},      {"--media-port", "many", NULL},
		{"--set", "x=y", NULL},    {"--set", "listen", NULL},     {"--config", "/nowhere", NULL},
		{"--config", NULL, NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct conf c;
		int rest;
		assert_int_equal(parse(&c, &rest, bad[i][0], bad[i][1], NULL), -ERR_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_aliases_flags_and_settings),
		cmocka_unit_test(an_option_wins_over_the_file),
		cmocka_unit_test(refuses_what_it_does_not_know),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
