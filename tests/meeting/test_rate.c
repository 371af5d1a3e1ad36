/* How was it? Who may say, how often, for how long; and that only sums are kept. */
#include "meeting/rate.h"

#include "story.h"

#include <string.h>

static struct create m;
static const char *slug;

static void note(const struct problem *problem, void *arg)
{
	slug = problem ? problem->slug : "";
}

/* "" kept, else the problem. */
static const char *rate(
	struct story *story, const char *ticket, enum rating_grade grade, enum rating_wrong wrong)
{
	struct rate_ask ask = {ticket, grade, wrong};
	slug = NULL;
	rate_put(story->rooms, &ask, note, NULL);
	story_settle(story);
	assert_non_null(slug);
	return slug;
}

static int read_sums(struct db *db, void *arg)
{
	return rating_count_list(db, 10, arg);
}

static int meetings;

static void have_read(int result, void *arg)
{
	meetings = result;
}

/* good, fair, poor and sound of the only meeting that was rated */
static void assert_sums(struct story *story, int good, int fair, int poor, int sound)
{
	GArray *counts = NULL;
	assert_int_equal(store_run(story->store, read_sums, &counts, have_read), 0);
	story_settle(story);
	assert_int_equal(meetings, good + fair + poor > 0);
	if (meetings) {
		const struct rating_count *sum = &g_array_index(counts, struct rating_count, 0);
		assert_string_equal(sum->number, m.number);
		assert_int_equal(sum->grades[RATING_GOOD], good);
		assert_int_equal(sum->grades[RATING_FAIR], fair);
		assert_int_equal(sum->grades[RATING_POOR], poor);
		assert_int_equal(sum->wrongs[RATING_SOUND], sound);
	}
	g_array_unref(counts);
}

static char *ticket_of(const json_t *reply)
{
	const char *ticket = text_of(reply, "rating");
	assert_true(strlen(ticket) > 40 && strlen(ticket) <= RATE_TICKET_LEN);
	return g_strdup(ticket);
}

static void each_says_it_once_and_may_change_it(void **state)
{
	struct story *story = story_new(false);
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	struct client *asa = client_new(story), *bo = client_new(story);
	g_autofree char *of_asa = ticket_of(client_join_host(asa, &m, "Åsa"));
	g_autofree char *of_bo = ticket_of(client_join(bo, m.code, "Bo"));
	assert_string_not_equal(of_asa, of_bo);
	client_ask(bo, "{'verb':'leave'}");
	assert_string_equal(rate(story, of_bo, RATING_POOR, RATING_SOUND), "");
	assert_sums(story, 0, 0, 1, 1);
	assert_string_equal(rate(story, of_bo, RATING_GOOD, 0), "");
	assert_sums(story, 1, 0, 0, 0);
	client_ask(asa, "{'verb':'end'}");
	assert_string_equal(rate(story, of_asa, RATING_FAIR, 0), "");
	assert_sums(story, 1, 1, 0, 0);
	assert_string_equal(rate(story, of_asa, RATING_NONE, 0), "");
	assert_sums(story, 1, 0, 0, 0);
	/* counters never fall */
	struct rooms_stats stats;
	rooms_stats(story->rooms, &stats);
	assert_true(stats.ratings[RATING_GOOD] == 1 && stats.ratings[RATING_FAIR] == 1);
	assert_true(stats.ratings[RATING_POOR] == 1 && stats.ratings_back[RATING_POOR] == 1);
	assert_true(stats.ratings_back[RATING_GOOD] == 0 && stats.ratings_back[RATING_FAIR] == 1);
	story_free(story);
}

static void for_an_hour(void **state)
{
	struct story *story = story_new(false);
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	struct client *asa = client_new(story);
	g_autofree char *ticket = ticket_of(client_join_host(asa, &m, "Åsa"));
	story_pass_hours(story, 30); /* however long the meeting was */
	assert_string_equal(rate(story, ticket, RATING_GOOD, 0), "");
	story_pass_hours(story, 1);
	assert_string_equal(rate(story, ticket, RATING_FAIR, 0), "");
	story_pass(story, 1000);
	assert_string_equal(rate(story, ticket, RATING_POOR, 0), "rating-settled");
	assert_string_equal(rate(story, ticket, RATING_NONE, 0), "rating-settled");
	assert_sums(story, 0, 1, 0, 0);
	story_free(story);
}

static void strangers_say_nothing(void **state)
{
	struct story *story = story_new(false);
	story_meeting(story, &m, true, ROOM_HOSTING_INVITED);
	struct client *asa = client_new(story), *bo = client_new(story);
	g_autofree char *ticket = ticket_of(client_join_host(asa, &m, "Åsa"));
	/* who waits has not been there; who is let in has */
	const json_t *reply = client_join(bo, m.code, "Bo");
	assert_string_equal(text_of(reply, "state"), "lobby");
	assert_null(json_object_get(reply, "rating"));
	client_ask(asa, "{'verb':'admit','member':%u}", bo->number);
	g_autofree char *of_bo = ticket_of(client_event(bo, "admitted"));
	assert_string_equal(rate(story, of_bo, RATING_GOOD, 0), "");
	/* nobody makes a ticket of another's */
	size_t len = strlen(ticket);
	for (size_t i = 0; i < len; i++) {
		g_autofree char *bent = g_strdup(ticket);
		bent[i] = bent[i] == '1' ? '2' : '1';
		assert_string_equal(rate(story, bent, RATING_POOR, 0), "rating-unknown");
	}
	g_autofree char *loud = g_ascii_strup(ticket, -1), *more = g_strconcat(ticket, "0", NULL);
	g_autofree char *less = g_strndup(ticket, len - 1), *spaced = g_strconcat(" ", ticket, NULL);
	const char *const others[] = {"", ".", "..", "1.2.3", m.code, bo->resume, more, less, spaced,
		"-1.-1.-1", "ffffffffffffffffffff.1.0", "1.100000001.0"};
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		assert_string_equal(rate(story, others[i], RATING_POOR, 0), "rating-unknown");
	if (strcmp(loud, ticket) != 0)
		assert_string_equal(rate(story, loud, RATING_POOR, 0), "rating-unknown");
	assert_sums(story, 1, 0, 0, 0);
	story_free(story);
}

static void a_ticket_outlives_the_process_and_the_room(void **state)
{
	struct story *story = story_new(true);
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	struct client *asa = client_new(story);
	g_autofree char *ticket = ticket_of(client_join_host(asa, &m, "Åsa"));
	client_ask(asa, "{'verb':'end'}");
	story_restart(story);
	assert_string_equal(rate(story, ticket, RATING_GOOD, 0), "");
	/* another installation has another key */
	struct story *other = story_new(false);
	assert_string_equal(rate(other, ticket, RATING_GOOD, 0), "rating-unknown");
	story_free(other);
	story_free(story);
}

/* The demo forgets its people when it ends, and they may say how it was all the same. */
static void the_demo_is_rated_too(void **state)
{
	struct story *story = story_new(false);
	story_demo(story);
	struct client *asa = client_new(story);
	g_autofree char *ticket = ticket_of(client_join(asa, "demo", "Åsa"));
	client_ask(asa, "{'verb':'end'}");
	assert_string_equal(rate(story, ticket, RATING_GOOD, 0), "");
	/* a test of one's devices is no meeting */
	const json_t *reply = client_ask(client_new(story), "{'verb':'join','code':'test'}");
	assert_null(json_object_get(reply, "rating"));
	story_free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_says_it_once_and_may_change_it),
		cmocka_unit_test(for_an_hour),
		cmocka_unit_test(strangers_say_nothing),
		cmocka_unit_test(a_ticket_outlives_the_process_and_the_room),
		cmocka_unit_test(the_demo_is_rated_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
