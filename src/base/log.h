/* The log: one line an event, to standard error, for people and for grep.
 *
 *     2026-11-24T15:04:05.123Z warn  room=7f3a member=3 err=auth resume refused
 *
 * The caller that decides what to do about a thing logs it, once, with its object's context. The
 * layers below `meeting` never log above debug. Codes, tokens, cookies, passwords and keys never
 * reach a line: pass ids. Safe from any thread; a line is one write. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* The least level that is written; LOG_INFO at the start. Set once, before there are threads. */
void log_set_level(enum log_level level);

/* "debug", "info", "warn", "error". Negative: none of them. */
int log_level_parse(const char *text);

/* Whether a line of this level would be written. */
int log_is_on(enum log_level level);

/* Control characters in the text become '?', so that nobody forges a line. Cut at 1 kB. */
void log_write(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_debug(...)                                                                             \
	do {                                                                                           \
		if (log_is_on(LOG_DEBUG))                                                                  \
			log_write(LOG_DEBUG, __VA_ARGS__);                                                     \
	} while (0)
#define log_info(...)  log_write(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)

#endif
