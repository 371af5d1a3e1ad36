/* What people write, cleaned: what is kept, what is refused, and which names look the same. */
#include "meeting/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>

enum { NAME_MAX_CHARS = 10 };

static void assert_name(const char *text, const char *wanted)
{
	g_autofree char *clean = words_name(text, NAME_MAX_CHARS);
	if (g_strcmp0(clean, wanted) != 0)
		fail_msg("\"%s\" became \"%s\"", text, clean ? clean : "(refused)");
}

static void names_are_trimmed_and_composed(void **state)
{
	assert_name("  Åsa \t Ek  ", "Åsa Ek");
	assert_name("A\u030asa", "Åsa");
	assert_name("<b>&amp;\"'", "<b>&amp;\"'"); /* text is text */
	assert_name("李小龍", "李小龍");
	assert_name("👩\u200d🚀", "👩\u200d🚀");
	assert_name("åäöåäöåäöå", "åäöåäöåäöå");
}

static void names_that_deceive_are_refused(void **state)
{
	static const char *const bad[] = {"", "   ", "\u200d", "\ufe0f", "\u3164", "Åsa\u202e",
		"\u2066Bo", "Bo\u200f", "Bo\u061c", "a\x01", "a\x7f", "a\xc2\x86z", "\ue000", "a\u2028z",
		"a\ufeff", "a\u00ad", "Z\u0330\u0331\u0332\u0333\u0334", "åäöåäöåäöåä", "\xff", "\xc3",
		"\xed\xa0\x80", "\u2800", "\U000e0041"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *clean = words_name(bad[i], NAME_MAX_CHARS);
		if (clean)
			fail_msg("%zu: \"%s\" was taken", i, clean);
	}
}

static void assert_alike(const char *one, const char *other, bool alike)
{
	g_autofree char *a = words_fold(one), *b = words_fold(other);
	if ((g_strcmp0(a, b) == 0) != alike)
		fail_msg("\"%s\" and \"%s\"", one, other);
}

static void names_that_look_the_same_are_the_same(void **state)
{
	assert_alike("Åsa", "ÅSA", true);
	assert_alike("Åsa", "A\u030asa", true);
	assert_alike("Åsa", "Å\u200dsa\ufe0f", true);
	assert_alike("Åsa", "\u0410\u030as\u0430", true); /* Cyrillic */
	assert_alike("Anna", "\uff21nna", true);          /* full width */
	assert_alike("BO", "\u0392\u039f", true);         /* Greek */
	assert_alike("Straße", "STRASSE", true);
	assert_alike("Åsa", "Asa", false);
	assert_alike("Bo", "Bo 2", false);
	assert_alike("Мария", "Марина", false);
}

static void messages_keep_their_lines(void **state)
{
	g_autofree char *text = words_message("ett\r\ntvå\rtre\n", 20);
	assert_string_equal(text, "ett\ntvå\ntre\n");
	assert_null(words_message("a\u202eb", 20));
	assert_null(words_message("a\x1b[31m", 20));
	assert_null(words_message(" \n ", 20));
	assert_null(words_message("123456", 5));
	assert_null(words_line("a\nb", 20));
	g_autofree char *empty = words_line("", 20);
	assert_string_equal(empty, "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_trimmed_and_composed),
		cmocka_unit_test(names_that_deceive_are_refused),
		cmocka_unit_test(names_that_look_the_same_are_the_same),
		cmocka_unit_test(messages_keep_their_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
