/* The options that commands share: the configuration file, and settings by option.
 *
 * `--config F` reads a file first; then options set what they name. Any setting may be given as
 * `--set key=value`. */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include "app/conf.h"

struct option_alias {
	const char *option;  /* "--listen" */
	const char *setting; /* "listen"; NULL: a flag */
	bool *flag;          /* set when the option stands there */
	const char *help;
};

/* Fills conf from presets, file and options, and says on standard error what is wrong.
 * aliases: ends in an option of NULL
 * ret_rest: how many arguments are left in argv (from argv[1]) that are no options; moved there
 * 0; 1 help was asked for and printed; -ERR_INVALID */
NODISCARD int options_parse(int argc, char **argv, const struct option_alias *aliases,
							const char *usage, struct conf *conf, int *ret_rest);

/* Takes an option that is no setting, and its value, out of the arguments, before options_parse
 * sees them. Returns the value, borrowed from argv, or NULL. */
const char *options_take(int *argc, char **argv, const char *option);

#endif
