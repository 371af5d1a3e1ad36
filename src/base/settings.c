/* settings_parse cuts lines, settings_set finds the row, set_… reads a value. */
#include "base/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int set_bool(const struct setting *row, bool *member, struct span value, char *ret_error)
{
	bool yes = span_is(value, "yes") || span_is(value, "true") || span_is(value, "on");
	bool no = span_is(value, "no") || span_is(value, "false") || span_is(value, "off");
	if (!yes && !no) {
		snprintf(ret_error, SETTINGS_ERROR_MAX, "%s must be yes or no", row->name);
		return -ERR_INVALID;
	}
	*member = yes;
	return 0;
}

static int set_int(const struct setting *row, int *member, struct span value, char *ret_error)
{
	char text[16];
	char *end = text;
	long v = 0;
	if (value.len > 0 && value.len < sizeof text) {
		memcpy(text, value.ptr, value.len);
		text[value.len] = '\0';
		errno = 0;
		v = strtol(text, &end, 10);
	}
	if (end == text || *end || errno || v < row->min || v > row->max) {
		snprintf(ret_error, SETTINGS_ERROR_MAX, "%s must be a number from %d to %d", row->name,
				 row->min, row->max);
		return -ERR_INVALID;
	}
	*member = (int)v;
	return 0;
}

static int set_text(const struct setting *row, char **member, struct span value, char *ret_error)
{
	if (value.len < (size_t)row->min || value.len > (size_t)row->max
		|| (value.len > 0 && memchr(value.ptr, '\0', value.len))) {
		snprintf(ret_error, SETTINGS_ERROR_MAX, "%s must have %d to %d characters", row->name,
				 row->min, row->max);
		return -ERR_INVALID;
	}
	char *copy = malloc(value.len + 1);
	if (!copy)
		return -ERR_NOMEM;
	if (value.len)
		memcpy(copy, value.ptr, value.len);
	copy[value.len] = '\0';
	free(*member);
	*member = copy;
	return 0;
}

static int set_row(const struct setting *row, void *conf, struct span value, char *ret_error)
{
	void *member = (char *)conf + row->offset;
	switch (row->type) {
	case SETTING_BOOL:
		return set_bool(row, member, value, ret_error);
	case SETTING_INT:
		return set_int(row, member, value, ret_error);
	case SETTING_TEXT:
		return set_text(row, member, value, ret_error);
	}
	return -ERR_INVALID;
}

static const struct setting *find(const struct settings_table *t, struct span name)
{
	for (size_t i = 0; i < t->count; i++) {
		if (span_is(name, t->rows[i].name))
			return &t->rows[i];
	}
	return NULL;
}

int settings_init(const struct settings_table *t, void *conf)
{
	char error[SETTINGS_ERROR_MAX];
	for (size_t i = 0; i < t->count; i++) {
		int err = set_row(&t->rows[i], conf, span_str(t->rows[i].preset), error);
		if (err == -ERR_NOMEM)
			return err;
		BUG_IF(err < 0); /* a preset that its own row refuses */
	}
	return 0;
}

void settings_done(const struct settings_table *t, void *conf)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->rows[i].type == SETTING_TEXT) {
			char **member = (char **)((char *)conf + t->rows[i].offset);
			free(*member);
			*member = NULL;
		}
	}
}

int settings_set(const struct settings_table *t, void *conf, struct span name, struct span value,
				 char ret_error[SETTINGS_ERROR_MAX])
{
	const struct setting *row = find(t, name);
	if (!row) {
		snprintf(ret_error, SETTINGS_ERROR_MAX, "there is no setting \"%.*s\"",
				 (int)(name.len > 64 ? 64 : name.len), (const char *)name.ptr);
		return -ERR_NOTFOUND;
	}
	return set_row(row, conf, value, ret_error);
}

static struct span trim(struct span s)
{
	while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		s = span_sub(s, 1, s.len);
	while (s.len > 0 && strchr(" \t\r", s.ptr[s.len - 1]) && s.ptr[s.len - 1])
		s.len--;
	return s;
}

static int parse_line(const struct settings_table *t, void *conf, struct span line, bool *seen,
					  char *ret_error)
{
	line = trim(line);
	if (line.len == 0 || line.ptr[0] == '#')
		return 0;
	const uint8_t *eq = memchr(line.ptr, '=', line.len);
	if (!eq) {
		snprintf(ret_error, SETTINGS_ERROR_MAX, "expected \"key = value\"");
		return -ERR_INVALID;
	}
	size_t at = (size_t)(eq - line.ptr);
	struct span name = trim(span_sub(line, 0, at));
	const struct setting *row = find(t, name);
	if (row && seen[row - t->rows]) {
		snprintf(ret_error, SETTINGS_ERROR_MAX, "%s is given twice", row->name);
		return -ERR_INVALID;
	}
	if (row)
		seen[row - t->rows] = true;
	return settings_set(t, conf, name, trim(span_sub(line, at + 1, line.len)), ret_error);
}

int settings_parse(const struct settings_table *t, void *conf, struct span text, const char *file,
				   char ret_error[SETTINGS_ERROR_MAX])
{
	bool seen[SETTINGS_ROWS_MAX] = {false};
	BUG_IF(t->count > SETTINGS_ROWS_MAX);
	for (int number = 1; text.len > 0; number++) {
		const uint8_t *end = memchr(text.ptr, '\n', text.len);
		size_t len = end ? (size_t)(end - text.ptr) : text.len;
		char what[SETTINGS_ERROR_MAX];
		int err = parse_line(t, conf, span_sub(text, 0, len), seen, what);
		if (err == -ERR_NOMEM)
			return err;
		if (err < 0) {
			snprintf(ret_error, SETTINGS_ERROR_MAX, "%.100s:%d: %.140s", file, number, what);
			return -ERR_INVALID;
		}
		text = span_sub(text, end ? len + 1 : len, text.len);
	}
	return 0;
}

int settings_load(const struct settings_table *t, void *conf, const char *file,
				  char ret_error[SETTINGS_ERROR_MAX])
{
	FILE *f = fopen(file, "re");
	if (!f) {
		snprintf(ret_error, SETTINGS_ERROR_MAX, "%.150s: %s", file, strerror(errno));
		return -ERR_IO;
	}
	char *text = malloc(SETTINGS_FILE_MAX);
	size_t len = text ? fread(text, 1, SETTINGS_FILE_MAX, f) : 0;
	bool bad = ferror(f) || len == SETTINGS_FILE_MAX;
	fclose(f);
	int err = !text ? -ERR_NOMEM : bad ? -ERR_IO : 0;
	if (err == -ERR_IO)
		snprintf(ret_error, SETTINGS_ERROR_MAX, "%.150s: can't be read, or is too long", file);
	if (err == 0)
		err = settings_parse(t, conf, span_of(text, len), file, ret_error);
	free(text);
	return err;
}

static void write_comment(const char *text, FILE *to)
{
	fputs("# ", to);
	for (; *text; text++) {
		fputc(*text, to);
		if (*text == '\n')
			fputs("# ", to);
	}
	fputc('\n', to);
}

void settings_write(const struct settings_table *t, FILE *to)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct setting *row = &t->rows[i];
		write_comment(row->help, to);
		if (row->type == SETTING_INT)
			fprintf(to, "# A number from %d to %d.\n", row->min, row->max);
		if (row->type == SETTING_BOOL)
			fputs("# yes or no.\n", to);
		fprintf(to, "%s%s = %s\n\n", row->preset[0] ? "" : "#", row->name, row->preset);
	}
}
