/* Problem documents: what every one of ours says, and how it is written. */
#include "cm.h"

#include "http/problem.h"

#include <string.h>

static const struct problem *const all[] = {&problem_bad_request, &problem_bad_json,
	&problem_bad_value, &problem_unauthenticated, &problem_forbidden, &problem_origin,
	&problem_not_found, &problem_method, &problem_conflict, &problem_gone, &problem_length_required,
	&problem_too_large, &problem_target_too_long, &problem_media_type, &problem_upgrade,
	&problem_too_many, &problem_header_too_large, &problem_internal, &problem_full,
	&problem_timeout};

enum { COUNT = sizeof all / sizeof all[0] };

static void each_is_whole(void **state)
{
	for (size_t i = 0; i < COUNT; i++) {
		assert_in_range(all[i]->status, 400, 599);
		assert_int_equal(
			strspn(all[i]->slug, "abcdefghijklmnopqrstuvwxyz-"), strlen(all[i]->slug));
		for (int lang = LANG_SV; lang <= LANG_EN; lang++) {
			assert_true(strlen(all[i]->title[lang]) > 0);
			assert_true(strlen(all[i]->todo[lang]) > 0);
		}
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(all[i]->slug, all[j]->slug);
	}
}

#define assert_member(json, name, value)                                                           \
	assert_string_equal(json_string_value(json_object_get(json, name)), value)

static void is_written(void **state)
{
	json_t *json = problem_json(&problem_gone, LANG_EN, "detail", "0123");
	assert_member(json, "type", "/problem/gone");
	assert_member(json, "title", problem_gone.title[LANG_EN]);
	assert_member(json, "todo", problem_gone.todo[LANG_EN]);
	assert_member(json, "detail", "detail");
	assert_member(json, "trace", "0123");
	assert_int_equal(json_integer_value(json_object_get(json, "status")), 410);
	assert_member(json_object_get(json, "titles"), "sv", problem_gone.title[LANG_SV]);
	assert_member(json_object_get(json, "titles"), "en", problem_gone.title[LANG_EN]);
	json_decref(json);
	const struct problem terse = {"terse", 400, {"kort", "terse"}, {"", ""}};
	json = problem_json(&terse, LANG_SV, NULL, NULL);
	assert_member(json, "title", "kort");
	assert_null(json_object_get(json, "todo"));
	assert_null(json_object_get(json, "detail"));
	assert_null(json_object_get(json, "trace"));
	json_decref(json);
	assert_string_equal(lang_name(LANG_SV), "sv");
	assert_string_equal(lang_name(LANG_EN), "en");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_whole),
		cmocka_unit_test(is_written),
	};
	return cmocka_run_group_tests_name("http/problem", tests, NULL, NULL);
}
