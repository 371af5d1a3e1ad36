/* `ting meeting new`: makes a meeting and prints what is to know of it as JSON.
 * `ting meeting ratings`: how people found their meetings, in sums. */
#include "app/commands.h"

#include "app/control_socket.h"
#include "app/options.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

static const char usage[] = "ting meeting new [--title T] | ratings  [options]";

static int print(json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	if (error)
		fprintf(stderr, "ting: %s\n", error);
	else if (json_dumpf(answer, stdout, JSON_INDENT(2)) == 0)
		putchar('\n');
	int status = error ? 1 : 0;
	json_decref(answer);
	return status;
}

static int count_of(const json_t *meeting, const char *name)
{
	return (int)json_integer_value(json_object_get(meeting, name));
}

static int print_ratings(json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	const json_t *meetings = json_object_get(answer, "meetings");
	if (error)
		fprintf(stderr, "ting: %s\n", error);
	else if (json_array_size(meetings) == 0)
		puts("nobody has said yet how a meeting was");
	else
		puts("began             good fair poor  of them: sound picture other  meeting");
	size_t i;
	json_t *m;
	json_array_foreach(meetings, i, m) {
		g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(
			json_integer_value(json_object_get(m, "started")) / 1000);
		g_autofree char *when = at ? g_date_time_format(at, "%Y-%m-%d %H:%M") : g_strdup("");
		printf("%-16s  %4d %4d %4d  %14d %7d %5d  %s %s\n", when, count_of(m, "good"),
			count_of(m, "fair"), count_of(m, "poor"), count_of(m, "sound"),
			count_of(m, "picture"), count_of(m, "other"),
			json_string_value(json_object_get(m, "number")),
			json_string_value(json_object_get(m, "title")));
	}
	if (count_of(answer, "more") > 0)
		printf("and %d earlier ones\n", count_of(answer, "more"));
	int status = error ? 1 : 0;
	json_decref(answer);
	return status;
}

int cmd_meeting(int argc, char **argv)
{
	struct conf conf = {0};
	bool lobby = false;
	const struct option_alias aliases[] = {
		{"--data", "data", NULL, "the folder of the installation"},
		{"--lobby", NULL, &lobby, "whoever comes waits until a host lets them in"},
		{"--title T", NULL, &lobby, "what the meeting is about"},
		{NULL, NULL, NULL, NULL},
	};
	const char *title = options_take(&argc, argv, "--title");
	int rest;
	int err = options_parse(argc, argv, aliases, usage, &conf, &rest);
	if (err != 0)
		return err > 0 ? 0 : 2;
	int status = 2;
	if (rest == 1 && strcmp(argv[1], "new") == 0)
		status = print(control_socket_ask(&conf,
			json_pack("{s:s, s:s, s:b}", "do", "meeting-new", "title", title ? title : "", "lobby",
				lobby)));
	else if (rest == 1 && strcmp(argv[1], "ratings") == 0)
		status = print_ratings(control_socket_ask(&conf, json_pack("{s:s}", "do", "rating-list")));
	else
		fprintf(stderr, "usage: %s\n", usage);
	settings_done(&conf_table, &conf);
	return status;
}
