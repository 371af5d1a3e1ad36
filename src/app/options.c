/* One pass for --config, then one for the rest: an option wins over the file wherever it stands. */
#include "app/options.h"

#include <stdio.h>
#include <string.h>

static void print_help(const struct option_alias *aliases, const char *usage)
{
	printf("usage: %s\n\n", usage);
	for (; aliases->option; aliases++)
		printf("  %-20s %s\n", aliases->option, aliases->help);
	printf("  %-20s %s\n", "--config F", "read settings from a file (see `ting config`)");
	printf("  %-20s %s\n", "--set key=value", "give one setting");
}

static int complain(const char *what)
{
	fprintf(stderr, "ting: %s\n", what);
	return -ERR_INVALID;
}

static int read_file(int argc, char **argv, struct conf *conf)
{
	char error[SETTINGS_ERROR_MAX];
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--config") != 0)
			continue;
		if (i + 1 == argc)
			return complain("--config needs a file's name");
		int err = settings_load(&conf_table, conf, argv[i + 1], error);
		if (err < 0)
			return complain(error);
	}
	return 0;
}

static int set(struct conf *conf, struct span name, struct span value)
{
	char error[SETTINGS_ERROR_MAX];
	int err = settings_set(&conf_table, conf, name, value, error);
	return err < 0 ? complain(error) : 0;
}

static int set_pair(struct conf *conf, const char *pair)
{
	const char *eq = strchr(pair, '=');
	if (!eq)
		return complain("--set needs key=value");
	return set(conf, span_of(pair, (size_t)(eq - pair)), span_str(eq + 1));
}

/* Takes the option at argv[i]. Returns how many arguments it was. */
static int take_option(int argc, char **argv, int i, const struct option_alias *aliases,
					   struct conf *conf)
{
	const char *value = i + 1 < argc ? argv[i + 1] : NULL;
	bool is_set = strcmp(argv[i], "--set") == 0;
	bool is_config = strcmp(argv[i], "--config") == 0;
	const struct option_alias *a = aliases;
	while (a->option && strcmp(a->option, argv[i]) != 0)
		a++;
	if (!a->option && !is_set && !is_config) {
		char what[128];
		snprintf(what, sizeof what, "there is no option %.60s", argv[i]);
		return complain(what);
	}
	if (a->option && !a->setting) {
		*a->flag = true;
		return 1;
	}
	if (!value) {
		char what[128];
		snprintf(what, sizeof what, "%.60s needs a value", argv[i]);
		return complain(what);
	}
	int err = 0;
	if (is_set)
		err = set_pair(conf, value);
	else if (a->option)
		err = set(conf, span_str(a->setting), span_str(value));
	return err < 0 ? err : 2;
}

int options_parse(int argc, char **argv, const struct option_alias *aliases, const char *usage,
				  struct conf *conf, int *ret_rest)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			print_help(aliases, usage);
			return 1;
		}
	}
	int err = settings_init(&conf_table, conf);
	if (err == 0)
		err = read_file(argc, argv, conf);
	int rest = 0;
	for (int i = 1; err == 0 && i < argc;) {
		if (strncmp(argv[i], "--", 2) != 0) {
			argv[1 + rest++] = argv[i++];
			continue;
		}
		int n = take_option(argc, argv, i, aliases, conf);
		if (n < 0)
			err = n;
		else
			i += n;
	}
	const char *wrong = err < 0 ? NULL : conf_wrong(conf);
	if (wrong)
		err = complain(wrong);
	if (err < 0) {
		settings_done(&conf_table, conf);
		return err;
	}
	*ret_rest = rest;
	return 0;
}

const char *options_take(int *argc, char **argv, const char *option)
{
	for (int i = 1; i + 1 < *argc; i++) {
		if (strcmp(argv[i], option) != 0)
			continue;
		const char *value = argv[i + 1];
		for (int j = i; j + 2 <= *argc; j++)
			argv[j] = argv[j + 2];
		*argc -= 2;
		return value;
	}
	return NULL;
}
