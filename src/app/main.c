/* The program: finds the command, reads its options, runs it. The commands stand in the table. */
#include "app/commands.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{"serve", cmd_serve, "run the server"},
	{"meeting", cmd_meeting, "new: make a meeting; ratings: how people found theirs"},
	{"user", cmd_user, "add, password, remove, list: who may sign in"},
	{"report", cmd_report, "list, remove: what people say they could not use"},
	{"config", cmd_config, "print the commented default configuration"},
	{"version", cmd_version, "print the version"},
};

static int help(FILE *to)
{
	fputs("Ting, digital meetings on a server of your own.\n\n"
		  "usage: ting <command> [options]\n\n",
		  to);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
	fputs("\n`ting <command> --help` says more.\n", to);
	return to == stderr ? 2 : 0;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return help(stderr);
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
		return help(stdout);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	fprintf(stderr, "ting: there is no command \"%.40s\"\n\n", argv[1]);
	return help(stderr);
}
