/* What people write: names, titles, chat lines. Everything that others will read goes through here
 * once, when it comes in: well-formed UTF-8 in NFC, without signs that make it look like something
 * else. How it is escaped for a page is the page's business. */
#ifndef MEETING_WORDS_H
#define MEETING_WORDS_H

#include <stdbool.h>

/* Each gives a cleaned copy (g_free), or NULL when the text is not acceptable.
 * text  borrowed, UTF-8
 * max   characters (code points), after cleaning */

/* A name or a title: 1 to max characters, at least one of them visible. White space is trimmed and
 * runs of it become one space. Refused: control and private-use signs, marks that turn the
 * direction of text around, invisible signs other than joiners, more than four combining marks in
 * a row. */
char *words_name(const char *text, int max);

/* A message: 1 to max characters, line breaks kept, at least one visible. Refused: other control
 * signs, direction overrides. */
char *words_message(const char *text, int max);

/* A line under way: 0 to max characters, no line breaks; else as words_message. */
char *words_line(const char *text, int max);

/* What two names that look the same have in common, in letters of whatever alphabet: gives, for
 * comparing only. */
char *words_fold(const char *name);

#endif
