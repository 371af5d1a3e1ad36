/* The shape of a message, as a table: which members it has, of what type, within what bounds.
 *
 * Strict about what is known, silent about what is not: a member of the wrong type or out of
 * bounds is refused, a member that no one asked for is ignored. */
#ifndef MEETING_SCHEMA_H
#define MEETING_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum field_type {
	FIELD_BOOL,
	FIELD_INT,    /* min … max */
	FIELD_TEXT,   /* min … max bytes; what it may hold, the verb says */
	FIELD_WORD,   /* one of words */
	FIELD_OBJECT, /* at most max members */
	FIELD_ARRAY,  /* at most max elements */
};

struct field {
	const char *name;
	enum field_type type;
	bool required;
	bool nullable;
	json_int_t min, max;
	const char *const *words; /* ends in NULL */
};

/* The name of the first field that the message violates, or NULL when all is well. Static. */
const char *schema_violation(const struct field *fields, size_t count, const json_t *message);

#endif
