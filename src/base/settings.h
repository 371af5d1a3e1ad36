/* Settings from a table: one row makes the parser, the commented default file and the manual.
 *
 *     # How many people one meeting may hold.
 *     # A number from 2 to 5000.
 *     meeting.people = 500
 *
 * `key = value`, one a line; `#` begins a comment at the start of a line. Unknown keys, keys given
 * twice and bad values are refused with file and line. */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdio.h>

enum setting_type {
	SETTING_BOOL, /* bool: yes, no */
	SETTING_INT,  /* int: min … max */
	SETTING_TEXT, /* char *, owned: min … max bytes; never NULL */
};

struct setting {
	const char *name;
	enum setting_type type;
	size_t offset;      /* of the member in the caller's structure */
	int min, max;
	const char *preset; /* as it would stand in a file */
	const char *help;   /* a sentence or more; '\n' begins a new line */
};

struct settings_table {
	const struct setting *rows;
	size_t count;
};

enum { SETTINGS_ERROR_MAX = 256, SETTINGS_FILE_MAX = 256 * 1024, SETTINGS_ROWS_MAX = 256 };

/* Sets every member to its preset. conf: zeroed, or done. -ERR_NOMEM */
NODISCARD int settings_init(const struct settings_table *t, void *conf);
/* Frees the texts. */
void settings_done(const struct settings_table *t, void *conf);

/* Sets one member from its text.
 * ret_error  what is wrong, in words, when -ERR_INVALID (a bad value) or -ERR_NOTFOUND */
NODISCARD int settings_set(const struct settings_table *t, void *conf, struct span name,
						   struct span value, char ret_error[SETTINGS_ERROR_MAX]);

/* Reads a whole file's text. file: its name, for messages only.
 * ret_error  "file:line: what is wrong", when -ERR_INVALID. What was read before it stays set. */
NODISCARD int settings_parse(const struct settings_table *t, void *conf, struct span text,
							 const char *file, char ret_error[SETTINGS_ERROR_MAX]);

/* Reads a file. -ERR_IO: can't be read, ret_error says why; else as settings_parse. */
NODISCARD int settings_load(const struct settings_table *t, void *conf, const char *file,
							char ret_error[SETTINGS_ERROR_MAX]);

/* Writes the commented default file. */
void settings_write(const struct settings_table *t, FILE *to);

#endif
