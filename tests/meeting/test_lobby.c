/* The lobby, the lock, and being shown out. */
#include "story.h"

#include "meeting/link_internal.h"

static struct client *host_of(struct story *story, struct create *m, bool lobby)
{
	story_meeting(story, m, lobby, ROOM_HOSTING_INVITED);
	struct client *host = client_new(story);
	assert_fine(client_join_host(host, m, "Åsa"));
	return host;
}

static void a_guest_waits_and_is_let_in(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m, true), *guest = client_new(story);
	client_ask(host, "{'verb':'chat','text':'före'}");

	const json_t *reply = client_join(guest, m.code, "Bo");
	assert_string_equal(text_of(reply, "state"), "lobby");
	assert_int_equal(json_array_size(json_object_get(reply, "members")), 0);
	assert_int_equal(json_array_size(json_object_get(reply, "chat")), 0);
	assert_null(json_object_get(reply, "waiting"));
	const json_t *waiting = json_object_get(client_event(host, "waiting"), "members");
	assert_int_equal(json_array_size(waiting), 1);
	assert_string_equal(text_of(json_array_get(waiting, 0), "name"), "Bo");
	assert_int_equal(client_events(host, "member"), 0);

	assert_fine(client_ask(host, "{'verb':'admit','member':%u}", guest->number));
	const json_t *admitted = client_event(guest, "admitted");
	assert_non_null(admitted);
	assert_int_equal(json_array_size(json_object_get(admitted, "members")), 2);
	assert_int_equal(json_array_size(json_object_get(admitted, "chat")), 1);
	assert_int_equal(client_events(host, "member"), 1);
	waiting = json_object_get(client_event(host, "waiting"), "members");
	assert_int_equal(json_array_size(waiting), 0);
	story_free(story);
}

static void who_waits_can_do_nothing(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m, true), *guest = client_new(story);
	client_join(guest, m.code, "Bo");
	static const char *const tries[] = {
		"{'verb':'offer','sdp':'v=0','roles':{'0':'mic'}}",
		"{'verb':'view','tiles':[]}",
		"{'verb':'media','mic':true}",
		"{'verb':'stats'}",
		"{'verb':'chat','text':'hej'}",
		"{'verb':'rtt','line':1,'text':'hej'}",
		"{'verb':'caption','line':1,'text':'hej'}",
		"{'verb':'reaction','sign':'👍'}",
		"{'verb':'hand','up':true}",
		"{'verb':'floor','take':true}",
		"{'verb':'admit','all':true}",
		"{'verb':'role','member':1,'role':'host'}",
		"{'verb':'end'}",
	};
	client_forget(host);
	for (size_t i = 0; i < G_N_ELEMENTS(tries); i++)
		assert_problem(client_ask(guest, "%s", tries[i]), "in-lobby");
	assert_int_equal(host->heard->len, 0);
	assert_int_equal(story->transports, 0);
	story_free(story);
}

static void a_refused_guest_never_sees_anything(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m, true), *guest = client_new(story);
	client_join(guest, m.code, "Bo");
	char *token = g_strdup(guest->resume);
	client_ask(host, "{'verb':'chat','text':'hemligt'}");
	assert_fine(client_ask(host, "{'verb':'refuse','member':%u}", guest->number));
	assert_non_null(client_event(guest, "refused"));
	assert_int_equal(guest->closed, 1000);
	client_ask(host, "{'verb':'chat','text':'mer'}");
	assert_null(client_event(guest, "chat"));
	assert_null(client_event(guest, "member"));
	/* nor by the token */
	struct client *again = client_new(story);
	assert_problem(client_resume(again, m.code, token), "refused");
	g_free(token);
	story_free(story);
}

static void all_are_let_in_at_once(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m, true);
	struct client *guests[3];
	for (int i = 0; i < 3; i++)
		client_join(guests[i] = client_new(story), m.code, "Gäst");
	client_ask(host, "{'verb':'admit','all':true}");
	for (int i = 0; i < 3; i++)
		assert_non_null(client_event(guests[i], "admitted"));
	assert_problem(client_ask(host, "{'verb':'admit','member':2}"), "member-unknown");
	story_free(story);
}

static void an_open_door_leaves_nobody_waiting(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m, true), *guest = client_new(story);
	client_join(guest, m.code, "Bo");
	client_ask(host, "{'verb':'lobby','on':false}");
	assert_non_null(client_event(guest, "admitted"));
	assert_false(true_of(json_object_get(client_event(host, "meeting"), "meeting"), "lobby"));
	assert_string_equal(
		text_of(client_join(client_new(story), m.code, "Cia"), "state"), "in");
	story_free(story);
}

static void who_was_let_in_does_not_wait_again(void **state)
{
	struct story *story = story_new(true);
	struct create m;
	struct client *host = host_of(story, &m, true), *guest = client_new(story);
	client_join(guest, m.code, "Bo");
	client_ask(host, "{'verb':'admit','member':%u}", guest->number);
	client_cut(guest);
	story_pass(story, 60 * 1000); /* long enough to have left */
	struct client *again = client_new(story);
	const json_t *reply = client_resume(again, m.code, guest->resume);
	assert_string_equal(text_of(reply, "state"), "in");
	/* nor after a restart */
	story_restart(story);
	struct client *third = client_new(story);
	assert_string_equal(text_of(client_resume(third, m.code, again->resume), "state"), "in");
	story_free(story);
}

/* A token of the lobby is not a way round it. */
static void who_was_not_let_in_waits_again(void **state)
{
	struct story *story = story_new(true);
	struct create m;
	host_of(story, &m, true);
	struct client *guest = client_new(story);
	client_join(guest, m.code, "Bo");
	client_cut(guest);
	story_pass(story, 60 * 1000);
	struct client *again = client_new(story);
	assert_string_equal(
		text_of(client_resume(again, m.code, guest->resume), "state"), "lobby");
	story_restart(story);
	struct client *third = client_new(story);
	assert_string_equal(text_of(client_resume(third, m.code, again->resume), "state"), "lobby");
	story_free(story);
}

static void who_gives_up_waiting_leaves_the_list(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m, true), *guest = client_new(story);
	client_join(guest, m.code, "Bo");
	client_cut(guest);
	assert_int_equal(
		json_array_size(json_object_get(client_event(host, "waiting"), "members")), 0);
	story_free(story);
}

static void a_locked_meeting_takes_nobody_new(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m, false), *bo = client_new(story);
	client_join(bo, m.code, "Bo");
	assert_fine(client_ask(host, "{'verb':'lock','on':true}"));
	assert_true(true_of(json_object_get(client_event(bo, "meeting"), "meeting"), "locked"));
	assert_problem(client_join(client_new(story), m.code, "Cia"), "meeting-locked");
	/* but those who were in, and its host */
	client_cut(bo);
	assert_fine(client_resume(client_new(story), m.code, bo->resume));
	assert_fine(client_join_host(client_new(story), &m, "Värd"));
	client_ask(host, "{'verb':'lobby','on':true}");
	assert_problem(client_join(client_new(story), m.code, "Dag"), "meeting-locked");
	story_free(story);
}

/* To lock is to say: these, and no others. Who had left by then is one of the others; whom a
 * broken line took away is not. */
static void who_left_before_the_lock_is_outside(void **state)
{
	struct story *story = story_new(true);
	struct create m;
	struct client *host = host_of(story, &m, false), *bo = client_new(story);
	struct client *cia = client_new(story), *dag = client_new(story);
	client_join(bo, m.code, "Bo");
	client_join(cia, m.code, "Cia");
	client_join(dag, m.code, "Dag");
	client_ask(bo, "{'verb':'leave'}");
	client_cut(cia);
	story_pass(story, 46 * 1000);
	assert_fine(client_ask(host, "{'verb':'lock','on':true}"));
	assert_problem(client_resume(client_new(story), m.code, bo->resume), "meeting-locked");
	assert_fine(client_resume(client_new(story), m.code, cia->resume));
	/* who leaves a locked meeting belongs to it */
	client_ask(dag, "{'verb':'leave'}");
	assert_fine(client_resume(client_new(story), m.code, dag->resume));
	story_restart(story);
	assert_problem(client_resume(client_new(story), m.code, bo->resume), "meeting-locked");
	/* and an open door is open */
	struct client *back = client_new(story);
	assert_fine(client_resume(back, m.code, host->resume));
	assert_fine(client_ask(back, "{'verb':'lock','on':false}"));
	assert_fine(client_resume(client_new(story), m.code, bo->resume));
	story_free(story);
}

/* So is whoever comes from there, when the server has come back. */
static void a_ban_outlives_the_process(void **state)
{
	struct story *story = story_new(true);
	struct create m;
	struct client *host = host_of(story, &m, false);
	struct client *bo = client_from(story, "192.0.2.7"), *cia = client_from(story, "2001:db8::7");
	client_join(bo, m.code, "Bo");
	client_join(cia, m.code, "Cia");
	client_ask(host, "{'verb':'remove','member':%u}", bo->number);
	client_ask(host, "{'verb':'remove','member':%u}", cia->number);
	story_restart(story);
	assert_problem(client_resume(client_new(story), m.code, bo->resume), "removed");
	static const struct {
		const char *from, *state;
	} comers[] = {
		{"192.0.2.7", "lobby"},
		{"192.0.2.8", "in"},
		{"2001:db8::7", "lobby"},
		{"2001:db8::8", "lobby"}, /* one household has them all */
		{"2001:db8:0:1::7", "in"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(comers); i++) {
		const json_t *reply = client_join(client_from(story, comers[i].from), m.code, "Dag");
		assert_string_equal(text_of(reply, "state"), comers[i].state);
	}
	/* until all have gone: then also in the database */
	for (guint i = 0; i < story->clients->len; i++)
		client_cut(g_ptr_array_index(story->clients, i));
	story_pass(story, 120 * 1000); /* the room has left memory */
	const json_t *reply = client_join(client_from(story, "192.0.2.7"), m.code, "Dag");
	assert_string_equal(text_of(reply, "state"), "in");
	story_free(story);
}

static void of_many_bans_the_last_are_kept(void **state)
{
	struct story *story = story_new(true);
	struct create m;
	struct client *host = host_of(story, &m, false);
	for (int i = 1; i <= 17; i++) {
		g_autofree char *from = g_strdup_printf("192.0.2.%d", i);
		struct client *one = client_from(story, from);
		client_join(one, m.code, "Bo");
		client_ask(host, "{'verb':'remove','member':%u}", one->number);
		story_pass(story, 400);
	}
	story_restart(story);
	static const char *const states[] = {"in", "lobby", "lobby"};
	static const int hosts[] = {1, 2, 17};
	for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
		g_autofree char *from = g_strdup_printf("192.0.2.%d", hosts[i]);
		const json_t *reply = client_join(client_from(story, from), m.code, "Bo");
		assert_string_equal(text_of(reply, "state"), states[i]);
	}
	story_free(story);
}

static void who_is_removed_stays_out(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m, false);
	struct client *bo = client_from(story, "192.0.2.7"), *cia = client_new(story);
	client_join(bo, m.code, "Bo");
	client_join(cia, m.code, "Cia");
	struct transport *t = client_offer_usual(bo);
	assert_fine(client_ask(host, "{'verb':'remove','member':%u}", bo->number));
	assert_non_null(client_event(bo, "removed"));
	assert_int_equal(bo->closed, 1000);
	assert_false(t->open);
	assert_string_equal(text_of(client_event(cia, "left"), "why"), "removed");
	assert_problem(client_resume(client_new(story), m.code, bo->resume), "removed");
	/* from the same place one must be let in, from others not */
	const json_t *reply = client_join(client_from(story, "192.0.2.7"), m.code, "Bosse");
	assert_string_equal(text_of(reply, "state"), "lobby");
	reply = client_join(client_from(story, "192.0.2.8"), m.code, "Dag");
	assert_string_equal(text_of(reply, "state"), "in");
	story_free(story);
}

static void an_account_that_is_removed_stays_out(void **state)
{
	struct story *story = story_new(true);
	struct create m;
	struct client *host = host_of(story, &m, false), *bo = client_person(story, 5);
	client_join(bo, m.code, "Bo");
	client_ask(host, "{'verb':'remove','member':%u}", bo->number);
	assert_problem(client_join(client_person(story, 5), m.code, "Bo"), "removed");
	story_restart(story);
	assert_problem(client_join(client_person(story, 5), m.code, "Bo"), "removed");
	story_free(story);
}

/* Nor without the account, from the same place; colleagues with theirs come in as before. */
static void an_account_that_is_removed_waits_as_a_stranger(void **state)
{
	struct story *story = story_new(false);
	struct create m;
	struct client *host = host_of(story, &m, false), *bo = client_person(story, 5);
	assert_int_equal(addr_parse("192.0.2.7", 1, &bo->link->conf.peer), 0);
	client_join(bo, m.code, "Bo");
	client_ask(host, "{'verb':'remove','member':%u}", bo->number);
	const json_t *reply = client_join(client_from(story, "192.0.2.7"), m.code, "Bosse");
	assert_string_equal(text_of(reply, "state"), "lobby");
	struct client *cia = client_person(story, 6);
	assert_int_equal(addr_parse("192.0.2.7", 1, &cia->link->conf.peer), 0);
	assert_string_equal(text_of(client_join(cia, m.code, "Cia"), "state"), "in");
	story_free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_waits_and_is_let_in),
		cmocka_unit_test(who_waits_can_do_nothing),
		cmocka_unit_test(a_refused_guest_never_sees_anything),
		cmocka_unit_test(all_are_let_in_at_once),
		cmocka_unit_test(an_open_door_leaves_nobody_waiting),
		cmocka_unit_test(who_was_let_in_does_not_wait_again),
		cmocka_unit_test(who_was_not_let_in_waits_again),
		cmocka_unit_test(who_gives_up_waiting_leaves_the_list),
		cmocka_unit_test(a_locked_meeting_takes_nobody_new),
		cmocka_unit_test(who_left_before_the_lock_is_outside),
		cmocka_unit_test(a_ban_outlives_the_process),
		cmocka_unit_test(of_many_bans_the_last_are_kept),
		cmocka_unit_test(who_is_removed_stays_out),
		cmocka_unit_test(an_account_that_is_removed_stays_out),
		cmocka_unit_test(an_account_that_is_removed_waits_as_a_stranger),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
