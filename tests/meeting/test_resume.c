/* Coming back: the same participant after a lost connection, a reload, a restart. */
#include "story.h"

#include <string.h>

static struct client *host_of(struct story *story, struct create *m)
{
	story_meeting(story, m, false, ROOM_HOSTING_INVITED);
	struct client *host = client_new(story);
	assert_fine(client_join_host(host, m, "Åsa"));
	return host;
}

static const json_t *self_in(const json_t *reply, const struct client *c)
{
	return member_in(json_object_get(reply, "members"), c->number);
}

static void a_lost_line_keeps_role_and_hand(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_new(story), *cia = client_new(story);
	client_join(bo, m.code, "Bo");
	client_join(cia, m.code, "Cia");
	client_ask(host, "{'verb':'role','member':%u,'role':'presenter'}", bo->number);
	client_ask(bo, "{'verb':'hand','up':true}");
	client_ask(cia, "{'verb':'hand','up':true}");
	client_forget(host);
	client_cut(bo);
	story_pass(story, 2000);
	struct client *again = client_new(story);
	const json_t *reply = client_resume(again, m.code, bo->resume);
	assert_int_equal(again->number, bo->number);
	const json_t *self = self_in(reply, again);
	assert_string_equal(text_of(self, "role"), "presenter");
	const json_t *other = member_in(json_object_get(reply, "members"), cia->number);
	assert_true(int_of(self, "hand") > 0);
	assert_true(int_of(self, "hand") < int_of(other, "hand"));
	/* nobody has noticed */
	assert_int_equal(client_events(host, "member"), 0);
	assert_int_equal(client_events(host, "left"), 0);
	story_free(story);
}

static void others_see_away_and_then_left(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_new(story);
	client_join(bo, m.code, "Bo");
	client_forget(host);
	client_cut(bo);
	story_pass(story, 2800);
	assert_int_equal(client_events(host, "member"), 0);
	story_pass(story, 400);
	assert_true(true_of(json_object_get(client_event(host, "member"), "member"), "away"));
	story_pass(story, 41600);
	assert_null(client_event(host, "left"));
	story_pass(story, 600);
	assert_string_equal(text_of(client_event(host, "left"), "why"), "lost");
	story_free(story);
}

static void who_is_back_is_not_away(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_new(story);
	client_join(bo, m.code, "Bo");
	client_cut(bo);
	story_pass(story, 5000);
	client_forget(host);
	client_resume(client_new(story), m.code, bo->resume);
	const json_t *member = json_object_get(client_event(host, "member"), "member");
	assert_false(true_of(member, "away"));
	story_pass(story, 60 * 1000);
	assert_null(client_event(host, "left"));
	story_free(story);
}

static void media_is_kept_when_asked(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_new(story);
	client_join(bo, m.code, "Bo");
	struct transport *t = client_offer_usual(bo);
	client_ask(bo, "{'verb':'media','mic':true}");
	client_forget(host);
	client_cut(bo);
	assert_true(t->open);
	assert_true(t->gate[MEDIA_MIC]);
	struct client *again = client_new(story);
	const json_t *reply = client_ask(
		again, "{'verb':'join','code':'%s','resume':'%s','media':'keep'}", m.code, bo->resume);
	assert_string_equal(text_of(reply, "media"), "kept");
	assert_true(t->open);
	assert_true(t->gate[MEDIA_MIC]);
	assert_true(true_of(self_in(reply, bo), "mic"));
	assert_int_equal(client_events(host, "member"), 0);
	story_free(story);
}

static void a_reload_begins_media_anew(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_new(story);
	client_join(bo, m.code, "Bo");
	struct transport *t = client_offer_usual(bo);
	client_ask(bo, "{'verb':'media','mic':true}");
	client_cut(bo);
	client_forget(host);
	const json_t *reply = client_resume(client_new(story), m.code, bo->resume);
	assert_string_equal(text_of(reply, "media"), "none");
	assert_false(t->open);
	assert_false(true_of(self_in(reply, bo), "mic"));
	assert_false(true_of(json_object_get(client_event(host, "member"), "member"), "mic"));
	story_free(story);
}

static void a_second_connection_replaces_the_first(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	host_of(story, &m);
	struct client *bo = client_new(story), *again = client_new(story);
	client_join(bo, m.code, "Bo");
	assert_fine(client_resume(again, m.code, bo->resume));
	assert_non_null(client_event(bo, "replaced"));
	assert_int_equal(bo->closed, 1000);
	assert_int_equal(again->number, bo->number);
	/* and the end of the first is not the end of the second */
	story_pass(story, 60 * 1000);
	assert_fine(client_ask(again, "{'verb':'hand','up':true}"));
	story_free(story);
}

static void a_used_token_is_worthless(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	host_of(story, &m);
	struct client *bo = client_new(story), *again = client_new(story);
	client_join(bo, m.code, "Bo");
	char first[64];
	memcpy(first, bo->resume, sizeof first);
	client_cut(bo);
	assert_fine(client_resume(again, m.code, first));
	assert_string_not_equal(again->resume, first);
	assert_problem(client_resume(client_new(story), m.code, first), "resume-unknown");
	/* nor when the one who used it has gone, having shown that the new one had arrived */
	story_pass(story, 1000);
	client_ask(again, "{'verb':'hand','up':true}");
	client_cut(again);
	assert_problem(client_resume(client_new(story), m.code, first), "resume-unknown");
	assert_fine(client_resume(client_new(story), m.code, again->resume));
	story_free(story);
}

/* The reply with the new token was lost with the connection: the client knows only the old one. */
static void a_lost_reply_does_not_lock_out(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	host_of(story, &m);
	struct client *bo = client_new(story), *broken = client_new(story);
	client_join(bo, m.code, "Bo");
	char first[64];
	memcpy(first, bo->resume, sizeof first);
	client_cut(bo);
	client_resume(broken, m.code, first);
	client_cut(broken);
	struct client *again = client_new(story);
	assert_fine(client_resume(again, m.code, first));
	assert_int_equal(again->number, bo->number);
	story_free(story);
}

static void tokens_of_another_meeting_are_worthless(void **state)
{
	struct story *story = story_new(false);
	struct create m, other;
	host_of(story, &m);
	struct client *host = host_of(story, &other);
	assert_problem(client_resume(client_new(story), m.code, host->resume), "resume-unknown");
	assert_problem(client_resume(client_new(story), m.code, "made-up"), "resume-unknown");
	story_free(story);
}

static void a_restart_loses_nothing(void **state)
{
	struct story *story = story_new(true);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_new(story), *cia = client_new(story);
	client_join(bo, m.code, "Bo");
	client_join(cia, m.code, "Cia");
	client_ask(host, "{'verb':'role','member':%u,'role':'co-host'}", bo->number);
	client_ask(cia, "{'verb':'hand','up':true}");
	client_ask(bo, "{'verb':'hand','up':true}");
	client_ask(cia, "{'verb':'chat','text':'till alla'}");
	client_ask(cia, "{'verb':'chat','text':'till värden','to':'hosts'}");
	client_ask(host, "{'verb':'lobby','on':true}");
	story_restart(story);

	struct client *again = client_new(story);
	const json_t *reply = client_resume(again, m.code, bo->resume);
	assert_string_equal(text_of(reply, "state"), "in");
	assert_string_equal(text_of(reply, "media"), "none");
	assert_int_equal(again->number, bo->number);
	const json_t *self = self_in(reply, again);
	const json_t *other = member_in(json_object_get(reply, "members"), cia->number);
	assert_string_equal(text_of(self, "role"), "co-host");
	assert_true(int_of(other, "hand") < int_of(self, "hand"));
	assert_true(true_of(other, "away"));
	assert_int_equal(json_array_size(json_object_get(reply, "chat")), 2);
	assert_true(true_of(json_object_get(reply, "meeting"), "lobby"));

	/* numbers go on where they were */
	assert_fine(client_resume(client_new(story), m.code, host->resume));
	struct client *dag = client_new(story);
	client_join(dag, m.code, "Dag");
	assert_int_equal(dag->number, 4);

	/* who does not come back has left */
	story_pass(story, 46 * 1000);
	assert_int_equal(int_of(client_event(again, "left"), "member"), cia->number);
	story_free(story);
}

static void a_member_leaves_and_comes_back(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_new(story);
	client_join(bo, m.code, "Bo");
	client_ask(host, "{'verb':'role','member':%u,'role':'co-host'}", bo->number);
	client_forget(host);
	assert_fine(client_ask(bo, "{'verb':'leave'}"));
	assert_int_equal(bo->closed, 1000);
	assert_string_equal(text_of(client_event(host, "left"), "why"), "left");
	struct client *again = client_new(story);
	const json_t *reply = client_resume(again, m.code, bo->resume);
	assert_int_equal(again->number, bo->number);
	assert_string_equal(text_of(self_in(reply, again), "role"), "co-host");
	assert_int_equal(client_events(host, "member"), 1);
	story_free(story);
}

static void an_ended_meeting_says_so(void **state)
{
	struct story *story = story_new(true);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_new(story);
	client_join(bo, m.code, "Bo");
	struct transport *t = client_offer_usual(bo);
	assert_fine(client_ask(host, "{'verb':'end'}"));
	assert_non_null(client_event(bo, "ended"));
	assert_int_equal(bo->closed, 1000);
	assert_false(t->open);
	assert_problem(client_join(client_new(story), m.code, "Cia"), "meeting-ended");
	assert_problem(client_resume(client_new(story), m.code, bo->resume), "meeting-ended");
	story_pass(story, 1000); /* out of memory */
	assert_problem(client_join_host(client_new(story), &m, "Åsa"), "meeting-ended");
	story_restart(story);
	assert_problem(client_join(client_new(story), m.code, "Cia"), "meeting-ended");
	story_free(story);
}

static void empty_for_a_day_is_ended(void **state)
{
	struct story *story = story_new(true);
	struct create m, unused;
	struct client *host = host_of(story, &m);
	story_meeting(story, &unused, false, ROOM_HOSTING_INVITED);
	client_ask(host, "{'verb':'leave'}");
	story_pass(story, 61 * 1000);
	story_pass_hours(story, 23);
	struct client *again = client_new(story);
	assert_fine(client_join_host(again, &m, "Åsa"));
	client_ask(again, "{'verb':'leave'}");
	story_pass(story, 61 * 1000);
	story_pass_hours(story, 25);
	assert_problem(client_join_host(client_new(story), &m, "Åsa"), "meeting-ended");
	/* but not one that has not begun */
	assert_fine(client_join_host(client_new(story), &unused, "Åsa"));
	story_free(story);
}

static void the_server_says_goodbye(void **state)
{
	struct story *story = story_new(true);
	struct create m;
	struct client *host = host_of(story, &m);
	rooms_restarting(story->rooms);
	assert_non_null(client_event(host, "restarting"));
	assert_int_equal(host->closed, 1001);
	story_settle(story);
	assert_null(client_new(story)->link);
	story_restart(story);
	assert_fine(client_resume(client_new(story), m.code, host->resume));
	story_free(story);
}

/* In the same tab a guest opens the host's link: the place is kept, the role is the link's. */
static void a_personal_link_raises_who_comes_back(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	story_meeting(story, &m, true, ROOM_HOSTING_INVITED);
	struct client *bo = client_new(story), *again = client_new(story);
	assert_string_equal(text_of(client_join(bo, m.code, "Bo"), "state"), "lobby");
	client_cut(bo);
	const json_t *reply =
		client_ask(again, "{'verb':'join','code':'%s','resume':'%s','invite':'%s'}", m.code,
			bo->resume, m.host.text);
	assert_string_equal(text_of(reply, "state"), "in");
	assert_int_equal(int_of(reply, "self"), bo->number);
	assert_string_equal(text_of(self_in(reply, bo), "role"), "host");
	assert_non_null(json_object_get(reply, "waiting"));
	story_free(story);
}

/* The line broke and nobody has noticed: the reply went into the void. */
static void a_line_that_broke_unnoticed_does_not_lock_out(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_new(story), *broken = client_new(story);
	client_join(bo, m.code, "Bo");
	char first[64];
	memcpy(first, bo->resume, sizeof first);
	client_cut(bo);
	client_resume(broken, m.code, first);
	story_pass(story, 2600);
	client_forget(host);
	struct client *again = client_new(story);
	assert_fine(client_resume(again, m.code, first));
	assert_int_equal(again->number, bo->number);
	assert_int_equal(broken->closed, 1000);
	assert_int_equal(client_events(host, "left"), 0);
	story_free(story);
}

/* The page remembers the host's link; the role that was given stands all the same. */
static void a_role_that_was_given_stands(void **state)
{
	struct story *story = story_new(true);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_new(story);
	client_join(bo, m.code, "Bo");
	client_ask(host, "{'verb':'role','member':%u,'role':'host'}", bo->number);
	client_ask(host, "{'verb':'role','member':%u,'role':'interpreter'}", host->number);
	story_restart(story);
	struct client *again = client_new(story);
	const json_t *reply = client_ask(again,
		"{'verb':'join','code':'%s','resume':'%s','invite':'%s'}", m.code, host->resume,
		m.host.text);
	assert_string_equal(text_of(self_in(reply, host), "role"), "interpreter");
	/* anew it is the host's link */
	struct client *anew = client_new(story);
	reply = client_join_host(anew, &m, "Åsa");
	assert_string_equal(text_of(self_in(reply, anew), "role"), "host");
	story_free(story);
}

/* A name is somebody's while others see it, also while its owner is away for a moment. */
static void a_name_stays_while_its_owner_is_away(void **state)
{
	struct story *story = story_new(true);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_new(story);
	client_join(bo, m.code, "Bo");
	client_cut(bo);
	struct client *soon = client_new(story), *later = client_new(story), *other;
	const json_t *reply = client_join(soon, m.code, "bo"); /* nobody knows yet that he is away */
	assert_string_equal(text_of(self_in(reply, soon), "name"), "bo (2)");
	story_pass(story, 5000);
	reply = client_join(later, m.code, "BO");
	assert_string_equal(text_of(self_in(reply, later), "name"), "BO (3)");
	assert_fine(client_ask(host, "{'verb':'rename','name':'Bo'}"));
	const json_t *member = json_object_get(client_event(later, "member"), "member");
	assert_string_equal(text_of(member, "name"), "Bo (4)");
	/* nor by who comes first when the server is back */
	story_restart(story);
	other = client_new(story);
	reply = client_join(other, m.code, "Bo");
	assert_string_equal(text_of(self_in(reply, other), "name"), "Bo (5)");
	reply = client_resume(client_new(story), m.code, bo->resume);
	assert_string_equal(text_of(self_in(reply, bo), "name"), "Bo");
	story_free(story);
}

static void a_name_taken_after_one_had_gone_gets_a_number(void **state)
{
	struct story *story = story_new(true);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_new(story);
	client_join(bo, m.code, "Bo");
	client_cut(bo);
	story_pass(story, 46 * 1000);
	client_join(client_new(story), m.code, "Bo");
	client_forget(host);
	const json_t *reply = client_resume(client_new(story), m.code, bo->resume);
	assert_string_equal(text_of(self_in(reply, bo), "name"), "Bo (2)");
	const json_t *member = json_object_get(client_event(host, "member"), "member");
	assert_string_equal(text_of(member, "name"), "Bo (2)");
	story_free(story);
}

/* The line broke while the token was on its way to the database. */
static void a_join_cut_short_leaves_no_ghost(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m), *bo = client_new(story);
	client_say(bo, "{'verb':'join','id':1,'code':'%s','name':'Bo'}", m.code);
	client_cut(bo);
	story_settle(story);
	const json_t *reply = client_join(client_new(story), m.code, "Cia");
	assert_int_equal(json_array_size(json_object_get(reply, "members")), 2);
	assert_int_equal(client_events(host, "member"), 1);
	story_free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lost_line_keeps_role_and_hand),
		cmocka_unit_test(others_see_away_and_then_left),
		cmocka_unit_test(who_is_back_is_not_away),
		cmocka_unit_test(media_is_kept_when_asked),
		cmocka_unit_test(a_reload_begins_media_anew),
		cmocka_unit_test(a_second_connection_replaces_the_first),
		cmocka_unit_test(a_used_token_is_worthless),
		cmocka_unit_test(a_lost_reply_does_not_lock_out),
		cmocka_unit_test(tokens_of_another_meeting_are_worthless),
		cmocka_unit_test(a_restart_loses_nothing),
		cmocka_unit_test(a_member_leaves_and_comes_back),
		cmocka_unit_test(an_ended_meeting_says_so),
		cmocka_unit_test(empty_for_a_day_is_ended),
		cmocka_unit_test(the_server_says_goodbye),
		cmocka_unit_test(a_personal_link_raises_who_comes_back),
		cmocka_unit_test(a_line_that_broke_unnoticed_does_not_lock_out),
		cmocka_unit_test(a_role_that_was_given_stands),
		cmocka_unit_test(a_name_stays_while_its_owner_is_away),
		cmocka_unit_test(a_name_taken_after_one_had_gone_gets_a_number),
		cmocka_unit_test(a_join_cut_short_leaves_no_ghost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
