/* Checks a message against a table of fields. */
#include "meeting/schema.h"

#include <string.h>

static bool is_word(const struct field *field, const json_t *value)
{
	const char *text = json_string_value(value);
	for (const char *const *word = field->words; text && *word; word++)
		if (strcmp(text, *word) == 0)
			return true;
	return false;
}

static bool within(const struct field *field, json_int_t n)
{
	return n >= field->min && n <= field->max;
}

static bool fits(const struct field *field, const json_t *value)
{
	if (json_is_null(value))
		return field->nullable;
	switch (field->type) {
	case FIELD_BOOL:
		return json_is_boolean(value);
	case FIELD_INT:
		return json_is_integer(value) && within(field, json_integer_value(value));
	case FIELD_TEXT:
		return json_is_string(value) && within(field, (json_int_t)json_string_length(value));
	case FIELD_WORD:
		return is_word(field, value);
	case FIELD_OBJECT:
		return json_is_object(value) && within(field, (json_int_t)json_object_size(value));
	case FIELD_ARRAY:
		return json_is_array(value) && within(field, (json_int_t)json_array_size(value));
	}
	return false;
}

const char *schema_violation(const struct field *fields, size_t count, const json_t *message)
{
	for (size_t i = 0; i < count; i++) {
		const json_t *value = json_object_get(message, fields[i].name);
		if (value ? !fits(&fields[i], value) : fields[i].required)
			return fields[i].name;
	}
	return NULL;
}
