/* `ting meeting new`: makes a meeting and prints what is to know of it as JSON. */
#include "app/commands.h"

#include "app/control_socket.h"
#include "app/options.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

static const char usage[] = "ting meeting new [--title T] [options]";

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
	else
		fprintf(stderr, "usage: %s\n", usage);
	settings_done(&conf_table, &conf);
	return status;
}
