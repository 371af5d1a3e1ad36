/* `ting report list|remove`: what people could not use, and told by the page. */
#include "app/commands.h"

#include "app/control_socket.h"
#include "app/options.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

static const char usage[] = "ting report list | remove ID  [options]";

/* Strangers wrote it: a terminal obeys control signs. */
static void print_text(const char *label, const char *text)
{
	if (!text || !*text)
		return;
	printf("  %s", label);
	for (const char *p = text; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		char utf8[7] = {0};
		utf8[g_unichar_to_utf8(c, utf8)] = '\0';
		if (c == '\n')
			fputs("\n    ", stdout);
		else
			fputs(g_unichar_iscntrl(c) ? "?" : utf8, stdout);
	}
	putchar('\n');
}

static int print(json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	if (error)
		fprintf(stderr, "ting: %s\n", error);
	size_t i;
	json_t *report;
	json_array_foreach(json_object_get(answer, "reports"), i, report) {
		g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(
			json_integer_value(json_object_get(report, "at")) / 1000);
		g_autofree char *when = at ? g_date_time_format(at, "%Y-%m-%d %H:%M") : NULL;
		printf("%s  %s\n", json_string_value(json_object_get(report, "id")), when ? when : "");
		print_text("page: ", json_string_value(json_object_get(report, "page")));
		print_text("from: ", json_string_value(json_object_get(report, "contact")));
		print_text("", json_string_value(json_object_get(report, "text")));
	}
	json_int_t more = json_integer_value(json_object_get(answer, "more"));
	if (more > 0)
		printf("and %lld more; remove those that have been dealt with\n", (long long)more);
	int status = error ? 1 : 0;
	json_decref(answer);
	return status;
}

int cmd_report(int argc, char **argv)
{
	struct conf conf = {0};
	const struct option_alias aliases[] = {
		{"--data", "data", NULL, "the folder of the installation"},
		{NULL, NULL, NULL, NULL},
	};
	int rest;
	int err = options_parse(argc, argv, aliases, usage, &conf, &rest);
	if (err != 0)
		return err > 0 ? 0 : 2;
	int status = 2;
	if (rest == 1 && strcmp(argv[1], "list") == 0)
		status = print(control_socket_ask(&conf, json_pack("{s:s}", "do", "report-list")));
	else if (rest == 2 && strcmp(argv[1], "remove") == 0)
		status = print(control_socket_ask(
			&conf, json_pack("{s:s, s:s}", "do", "report-remove", "id", argv[2])));
	else
		fprintf(stderr, "usage: %s\n", usage);
	settings_done(&conf_table, &conf);
	return status;
}
