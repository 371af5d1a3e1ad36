/* `ting config` and `ting version`: what can be set, and what this is. */
#include "app/commands.h"

#include "app/version.h"

#include <stdio.h>

int cmd_config(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts("# Settings of Ting, each with its default. Give this file with --config.\n");
	settings_write(&conf_table, stdout);
	return 0;
}

int cmd_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("ting %s\n", version_text);
	return 0;
}
