/* Cleaning of text that others will read (words.h). Signs are judged one by one by their Unicode
 * properties; what is judged is the NFC form, which is also what is kept. */
#include "meeting/words.h"

#include <glib.h>
#include <string.h>

enum { MARKS_MAX = 4 };

/* U+202A-202E, U+2066-2069, U+200E-200F, U+061C: in a name they can turn what stands beside it. */
static bool turns(gunichar c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e ||
		   c == 0x200f || c == 0x061c;
}

/* The overrides alone: an isolated line of Arabic or Hebrew may need the others. */
static bool overrides(gunichar c)
{
	return c == 0x202d || c == 0x202e;
}

/* Zero-width joiner and non-joiner: emoji and several scripts are spelled with them. */
static bool is_joiner(gunichar c)
{
	return c == 0x200c || c == 0x200d;
}

/* Letters of no width that GLib counts as letters. */
static bool is_filler(gunichar c)
{
	return c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0 || c == 0x2800;
}

static bool is_mark(gunichar c)
{
	GUnicodeType type = g_unichar_type(c);
	return type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_ENCLOSING_MARK;
}

static bool is_emoji_part(gunichar c)
{
	return c == 0xfe0e || c == 0xfe0f; /* variation selectors */
}

static bool is_control(gunichar c)
{
	switch (g_unichar_type(c)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT:
	case G_UNICODE_UNASSIGNED:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
		return !is_joiner(c);
	default:
		return false;
	}
}

static bool is_visible(gunichar c)
{
	return g_unichar_isgraph(c) && !is_mark(c) && !is_joiner(c) && !is_emoji_part(c) &&
		   !is_filler(c);
}

/* NFC needs no more than three times the room; what is longer than that is not worth the work. */
static char *compose(const char *text, int max)
{
	size_t len = strlen(text);
	if (len > (size_t)max * 12 || !g_utf8_validate(text, (gssize)len, NULL))
		return NULL;
	return g_utf8_normalize(text, (gssize)len, G_NORMALIZE_NFC);
}

static char *finish(GString *out, int max, bool ok)
{
	if (!ok || g_utf8_strlen(out->str, (gssize)out->len) > max) {
		g_string_free(out, TRUE);
		return NULL;
	}
	return g_string_free(out, FALSE);
}

char *words_name(const char *text, int max)
{
	g_autofree char *nfc = compose(text, max);
	if (!nfc)
		return NULL;
	GString *out = g_string_new(NULL);
	bool ok = true, visible = false, space = false;
	int marks = 0;
	for (const char *p = nfc; *p && ok; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (g_unichar_isspace(c) && c != 0x2028 && c != 0x2029) {
			space = out->len > 0;
			continue;
		}
		marks = is_mark(c) && !is_emoji_part(c) ? marks + 1 : 0;
		ok = !is_control(c) && !turns(c) && !is_filler(c) && marks <= MARKS_MAX;
		visible = visible || is_visible(c);
		if (space)
			g_string_append_c(out, ' ');
		space = false;
		g_string_append_unichar(out, c);
	}
	return finish(out, max, ok && visible);
}

/* New emoji are unassigned for an old library, flags are spelled with format signs: let them be. */
static bool may_stand_in_message(gunichar c, bool lines)
{
	if (c == '\n' || c == '\t')
		return lines;
	return !g_unichar_iscntrl(c) && !overrides(c);
}

static char *clean_message(const char *text, int max, bool lines, bool empty)
{
	g_autofree char *nfc = compose(text, max);
	if (!nfc)
		return NULL;
	GString *out = g_string_new(NULL);
	bool ok = true, visible = empty;
	for (const char *p = nfc; *p && ok; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (c == '\r' && lines) {
			if (p[1] == '\n')
				continue;
			c = '\n';
		}
		ok = may_stand_in_message(c, lines);
		visible = visible || is_visible(c);
		g_string_append_unichar(out, c);
	}
	return finish(out, max, ok && visible);
}

char *words_message(const char *text, int max)
{
	return clean_message(text, max, true, false);
}

char *words_line(const char *text, int max)
{
	return clean_message(text, max, false, true);
}

/* Letters of other alphabets that are drawn as a Latin one, folded. Greek nu is a small v and a
 * capital N: the small one counts. */
static const struct {
	gunichar letter;
	char latin;
} twins[] = {
	{0x0430, 'a'}, {0x0432, 'b'}, {0x0435, 'e'}, {0x043a, 'k'}, {0x043c, 'm'}, {0x043d, 'h'},
	{0x043e, 'o'}, {0x0440, 'p'}, {0x0441, 'c'}, {0x0442, 't'}, {0x0443, 'y'}, {0x0445, 'x'},
	{0x0455, 's'}, {0x0456, 'i'}, {0x0458, 'j'}, {0x04bb, 'h'}, {0x04cf, 'l'}, {0x0501, 'd'},
	{0x051b, 'q'}, {0x051d, 'w'}, {0x03b1, 'a'}, {0x03b2, 'b'}, {0x03b5, 'e'}, {0x03b6, 'z'},
	{0x03b7, 'h'}, {0x03b9, 'i'}, {0x03ba, 'k'}, {0x03bc, 'm'}, {0x03bd, 'v'}, {0x03bf, 'o'},
	{0x03c1, 'p'}, {0x03c4, 't'}, {0x03c5, 'y'}, {0x03c7, 'x'}, {0x0131, 'i'}, {0x0261, 'g'},
};

static gunichar twin(gunichar c)
{
	for (size_t i = 0; i < G_N_ELEMENTS(twins); i++)
		if (twins[i].letter == c)
			return (gunichar)twins[i].latin;
	return c;
}

char *words_fold(const char *name)
{
	/* Taken apart, so that the ring of an A from another alphabet is a ring too. */
	g_autofree char *apart = g_utf8_normalize(name, -1, G_NORMALIZE_NFKD);
	g_autofree char *fold = g_utf8_casefold(apart ? apart : name, -1);
	GString *out = g_string_new(NULL);
	for (const char *p = fold; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (!is_joiner(c) && !is_emoji_part(c))
			g_string_append_unichar(out, twin(c));
	}
	return g_string_free(out, FALSE);
}
