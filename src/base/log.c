/* One line, one write(2): lines of several threads do not mix. */
#include "base/log.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX = 1024 };

static const char *const names[] = {"debug", "info", "warn", "error"};
static enum log_level least = LOG_INFO;

void log_set_level(enum log_level level)
{
	least = level;
}

int log_level_parse(const char *text)
{
	for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++) {
		if (strcmp(text, names[i]) == 0)
			return i;
	}
	return -1;
}

int log_is_on(enum log_level level)
{
	return level >= least;
}

void log_write(enum log_level level, const char *fmt, ...)
{
	if (!log_is_on(level))
		return;
	char line[LINE_MAX];
	usec wall = clock_wall();
	time_t sec = (time_t)(wall / USEC_PER_SEC);
	struct tm tm;
	gmtime_r(&sec, &tm);
	size_t len = strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%S", &tm);
	len += (size_t)snprintf(line + len, sizeof line - len, ".%03dZ %-5s ",
							(int)(wall % USEC_PER_SEC / 1000), names[level]);
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(line + len, sizeof line - len - 1, fmt, ap);
	va_end(ap);
	size_t end = n < 0 ? len : len + (size_t)n;
	if (end > sizeof line - 2)
		end = sizeof line - 2;
	for (size_t i = len; i < end; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	}
	line[end++] = '\n';
	ssize_t written = write(STDERR_FILENO, line, end);
	(void)written; /* nowhere left to complain */
}
