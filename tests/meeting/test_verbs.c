/* What people do in a meeting: roles, hands, the floor, writing; and that every message is asked
 * for its right. */
#include "story.h"

#include "meeting/verbs.h"

#include <string.h>

static struct create m;

static struct client *host_of(struct story *story)
{
	story_meeting(story, &m, false, ROOM_HOSTING_INVITED);
	struct client *host = client_new(story);
	assert_fine(client_join_host(host, &m, "Åsa"));
	return host;
}

static struct client *guest_of(struct story *story, const char *name)
{
	struct client *c = client_new(story);
	assert_fine(client_join(c, m.code, name));
	return c;
}

/* A message of each verb, of the right shape, that a host might send about member 2. */
static const struct {
	const char *verb, *message;
} shapes[] = {
	{"offer", "{'verb':'offer','sdp':'v=0','roles':{}}"},
	{"view", "{'verb':'view','tiles':[]}"},
	{"media", "{'verb':'media','mic':true}"},
	{"stats", "{'verb':'stats'}"},
	{"rename", "{'verb':'rename','name':'Annat'}"},
	{"admit", "{'verb':'admit','all':true}"},
	{"refuse", "{'verb':'refuse','member':2}"},
	{"lobby", "{'verb':'lobby','on':false}"},
	{"lock", "{'verb':'lock','on':false}"},
	{"role", "{'verb':'role','member':2,'role':'participant'}"},
	{"audience", "{'verb':'audience'}"},
	{"mute", "{'verb':'mute','member':2,'kind':'mic'}"},
	{"remove", "{'verb':'remove','member':99}"},
	{"hand", "{'verb':'hand','up':true}"},
	{"floor", "{'verb':'floor','member':null}"},
	{"pin-interpreter", "{'verb':'pin-interpreter','member':99,'on':true}"},
	{"chat", "{'verb':'chat','text':'hej'}"},
	{"reaction", "{'verb':'reaction','sign':'👍'}"},
	{"rtt", "{'verb':'rtt','line':1,'text':'hej'}"},
	{"caption", "{'verb':'caption','line':1,'text':'hej'}"},
	{"leave", "{'verb':'leave'}"},
	{"end", "{'verb':'end'}"},
};

static void every_verb_of_every_role_is_asked_for(void **state)
{
	for (int role = ROLE_COHOST; role < ROLE_COUNT; role++)
		for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
			struct story *story = story_new(false);
			struct client *host = host_of(story), *bo = guest_of(story, "Bo");
			client_ask(host, "{'verb':'role','member':2,'role':'%s'}", role_name((enum role)role));
			const json_t *reply = client_ask(bo, "%s", shapes[i].message);
			bool refused = g_strcmp0(problem_of(reply), "role-forbidden") == 0;
			/* a co-host may use `role`, but not on itself */
			bool upward = role == ROLE_COHOST && strcmp(shapes[i].verb, "role") == 0;
			if (refused == (role_may((enum role)role, shapes[i].verb) && !upward))
				fail_msg("%s %s", role_name((enum role)role), shapes[i].verb);
			story_free(story);
		}
}

static void every_verb_has_a_message_here(void **state)
{
	size_t count;
	const struct verb *verbs = verbs_all(&count);
	for (size_t i = 0; i < count; i++) {
		bool found = strcmp(verbs[i].name, "join") == 0;
		for (size_t j = 0; j < G_N_ELEMENTS(shapes); j++)
			found = found || strcmp(shapes[j].verb, verbs[i].name) == 0;
		if (!found)
			fail_msg("%s", verbs[i].name);
	}
}

static void shapes_are_checked(void **state)
{
	static const char *const wrong[] = {
		"{'verb':'hand'}",
		"{'verb':'hand','up':1}",
		"{'verb':'hand','up':null}",
		"{'verb':'role','member':'2','role':'host'}",
		"{'verb':'role','member':2,'role':'king'}",
		"{'verb':'role','member':0,'role':'host'}",
		"{'verb':'role','member':2.5,'role':'host'}",
		"{'verb':'chat','text':''}",
		"{'verb':'chat','text':'   '}",
		"{'verb':'chat','text':'a\\u0000'}",
		"{'verb':'chat','text':['a']}",
		"{'verb':'chat','text':'a','to':'me'}",
		"{'verb':'reaction','sign':'💩'}",
		"{'verb':'view','tiles':{}}",
		"{'verb':'view','tiles':[1]}",
		"{'verb':'view','tiles':[{'member':2,'kind':'mic','width':1,'height':1}]}",
		"{'verb':'offer','sdp':'v=0'}",
		"{'verb':'offer','sdp':1,'roles':{}}",
		"{'verb':'rtt','line':-1,'text':''}",
		"{'verb':'rtt','line':1,'text':'a\\nb'}",
		"{'verb':'mute','member':2,'kind':'sunglasses'}",
		"{'verb':'floor'}",
	};
	struct story *story = story_new(false);
	struct client *host = host_of(story);
	guest_of(story, "Bo");
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		story_pass(story, 2000); /* mistakes are forgiven in time */
		g_autofree char *text = g_strdup_printf("{\"id\":%d,%s", 1000 + (int)i, wrong[i] + 1);
		client_forget(host);
		client_say(host, "%s", text);
		story_settle(story);
		const json_t *reply = g_ptr_array_index(host->heard, 0);
		const char *slug = problem_of(reply);
		if (!slug || (strcmp(slug, "bad-value") != 0 && strcmp(slug, "bad-json") != 0))
			fail_msg("%s", wrong[i]);
	}
	/* what nobody asked for is ignored */
	assert_fine(client_ask(host, "{'verb':'hand','up':true,'colour':'red'}"));
	story_free(story);
}

static void nonsense_is_answered_and_then_shown_out(void **state)
{
	struct story *story = story_new(false);
	struct client *c = client_new(story);
	client_say(c, "this is no JSON");
	assert_problem(g_ptr_array_index(c->heard, 0), "bad-json");
	assert_true(json_is_null(json_object_get(g_ptr_array_index(c->heard, 0), "reply")));
	client_say(c, "[1,2]");
	client_say(c, "{'verb':'join','verb':'end'}");
	client_say(c, "{'verb':7}");
	client_say(c, "{'verb':'join','id':-1}");
	assert_int_equal(c->closed, 0);
	for (int i = 0; i < 30 && !c->closed; i++)
		client_say(c, "nonsense");
	assert_int_equal(c->closed, 1008);
	story_free(story);
}

static void too_many_messages_are_refused_and_then_shown_out(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	client_forget(bo);
	int sent = 0;
	for (; sent < 1000 && !bo->closed; sent++)
		client_say(bo, "{'verb':'hand','up':%s}", sent % 2 ? "true" : "false");
	assert_int_equal(bo->closed, 1008);
	assert_true(sent < 200);
	/* others are not troubled */
	assert_fine(client_ask(host, "{'verb':'hand','up':true}"));
	story_free(story);
}

static void a_cohost_makes_no_host(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct client *cia = guest_of(story, "Cia");
	client_ask(host, "{'verb':'role','member':2,'role':'co-host'}");
	assert_problem(client_ask(bo, "{'verb':'role','member':3,'role':'host'}"), "role-forbidden");
	assert_problem(client_ask(bo, "{'verb':'role','member':3,'role':'co-host'}"), "role-forbidden");
	assert_problem(client_ask(bo, "{'verb':'role','member':2,'role':'host'}"), "role-forbidden");
	assert_problem(
		client_ask(bo, "{'verb':'role','member':1,'role':'audience'}"), "role-forbidden");
	assert_fine(client_ask(bo, "{'verb':'role','member':3,'role':'captioner'}"));
	assert_problem(client_ask(bo, "{'verb':'mute','member':1,'kind':'mic'}"), "role-forbidden");
	assert_problem(client_ask(bo, "{'verb':'remove','member':1}"), "role-forbidden");
	assert_problem(client_ask(bo, "{'verb':'end'}"), "role-forbidden");
	assert_string_equal(
		text_of(json_object_get(client_event(cia, "member"), "member"), "role"), "captioner");
	story_free(story);
}

static void a_new_leader_sees_the_lobby(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	client_ask(host, "{'verb':'lobby','on':true}");
	client_join(client_new(story), m.code, "Cia");
	assert_null(client_event(bo, "waiting"));
	client_ask(host, "{'verb':'role','member':2,'role':'co-host'}");
	assert_int_equal(
		json_array_size(json_object_get(client_event(bo, "waiting"), "members")), 1);
	assert_fine(client_ask(bo, "{'verb':'admit','all':true}"));
	story_free(story);
}

static void the_last_host_stays_host(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story);
	guest_of(story, "Bo");
	assert_problem(
		client_ask(host, "{'verb':'role','member':1,'role':'participant'}"), "last-host");
	assert_fine(client_ask(host, "{'verb':'role','member':2,'role':'host'}"));
	assert_fine(client_ask(host, "{'verb':'role','member':1,'role':'participant'}"));
	story_free(story);
}

static void an_open_meeting_never_stands_without_a_host(void **state)
{
	struct story *story = story_new(false);
	story_meeting(story, &m, false, ROOM_HOSTING_INHERITED);
	struct client *early = guest_of(story, "Tidig"), *late = guest_of(story, "Sen");
	/* nobody becomes host before the host has come */
	assert_null(client_event(early, "waiting"));
	assert_problem(client_ask(early, "{'verb':'lock','on':true}"), "role-forbidden");
	struct client *host = client_new(story);
	client_join_host(host, &m, "Åsa");
	/* away is not gone */
	client_forget(early);
	client_cut(host);
	story_pass(story, 40 * 1000);
	assert_problem(client_ask(early, "{'verb':'lock','on':true}"), "role-forbidden");
	story_pass(story, 6 * 1000);
	const json_t *member = json_object_get(client_event(late, "member"), "member");
	assert_int_equal(int_of(member, "member"), early->number);
	assert_string_equal(text_of(member, "role"), "host");
	assert_fine(client_ask(early, "{'verb':'lock','on':true}"));
	/* the first host is one still */
	struct client *again = client_new(story);
	client_resume(again, m.code, host->resume);
	assert_fine(client_ask(again, "{'verb':'lock','on':false}"));
	story_free(story);
}

static void a_meeting_by_invitation_waits_for_its_host(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	client_ask(host, "{'verb':'leave'}");
	assert_problem(client_ask(bo, "{'verb':'lock','on':true}"), "role-forbidden");
	story_free(story);
}

static void hands_are_an_order_of_speaking(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct client *cia = guest_of(story, "Cia");
	client_ask(cia, "{'verb':'hand','up':true}");
	int64_t first = int_of(json_object_get(client_event(bo, "member"), "member"), "hand");
	client_ask(bo, "{'verb':'hand','up':true}"); /* in the same millisecond */
	int64_t second = int_of(json_object_get(client_event(cia, "member"), "member"), "hand");
	assert_true(first > 0);
	assert_true(second > first);
	/* up is up: no new place */
	client_ask(cia, "{'verb':'hand','up':true}");
	const json_t *last = json_object_get(client_event(host, "member"), "member");
	assert_int_equal(int_of(last, "hand"), second);
	assert_problem(client_ask(bo, "{'verb':'hand','member':3,'up':false}"), "role-forbidden");
	assert_problem(client_ask(host, "{'verb':'hand','member':3,'up':true}"), "role-forbidden");
	assert_fine(client_ask(host, "{'verb':'hand','member':3,'up':false}"));
	const json_t *member = json_object_get(client_event(bo, "member"), "member");
	assert_int_equal(int_of(member, "member"), 3);
	assert_true(json_is_null(json_object_get(member, "hand")));
	story_free(story);
}

static void the_floor_is_given_and_taken(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct client *cia = guest_of(story, "Cia");
	/* by signing, in turns */
	assert_fine(client_ask(bo, "{'verb':'floor','take':true}"));
	assert_int_equal(int_of(client_event(cia, "floor"), "member"), bo->number);
	assert_string_equal(text_of(client_event(cia, "floor"), "why"), "taken");
	assert_fine(client_ask(cia, "{'verb':'floor','take':true}"));
	assert_fine(client_ask(cia, "{'verb':'floor','take':false}"));
	assert_true(json_is_null(json_object_get(client_event(bo, "floor"), "member")));
	/* given by the host: it can't be taken */
	assert_problem(client_ask(bo, "{'verb':'floor','member':2}"), "role-forbidden");
	assert_fine(client_ask(host, "{'verb':'floor','member':3}"));
	assert_problem(client_ask(bo, "{'verb':'floor','take':true}"), "floor-taken");
	assert_int_equal(
		int_of(client_join(client_new(story), m.code, "Dag"), "floor"), cia->number);
	client_ask(cia, "{'verb':'leave'}");
	assert_string_equal(text_of(client_event(bo, "floor"), "why"), "left");
	assert_fine(client_ask(bo, "{'verb':'floor','take':true}"));
	story_free(story);
}

static void chat_is_kept_and_counted(void **state)
{
	struct story *story = story_new(true);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	const json_t *chat = json_object_get(
		client_ask(bo, "{'verb':'chat','text':'  rad 1\\r\\nrad 2 ','key':'k1'}"), "chat");
	assert_int_equal(int_of(chat, "chat"), 1);
	assert_string_equal(text_of(chat, "text"), "  rad 1\nrad 2 ");
	assert_string_equal(text_of(chat, "name"), "Bo");
	assert_string_equal(text_of(chat, "to"), "all");
	assert_int_equal(int_of(client_event(host, "chat"), "chat"), 1);
	assert_int_equal(client_events(bo, "chat"), 0);
	/* sent again because the answer was lost: one message */
	chat = json_object_get(client_ask(bo, "{'verb':'chat','text':'x','key':'k1'}"), "chat");
	assert_int_equal(int_of(chat, "chat"), 1);
	assert_string_equal(text_of(chat, "text"), "  rad 1\nrad 2 ");
	assert_int_equal(client_events(host, "chat"), 1);
	/* the key is one's own */
	chat = json_object_get(client_ask(host, "{'verb':'chat','text':'y','key':'k1'}"), "chat");
	assert_int_equal(int_of(chat, "chat"), 2);
	/* also across a restart */
	story_restart(story);
	struct client *again = client_new(story);
	client_resume(again, m.code, bo->resume);
	chat = json_object_get(client_ask(again, "{'verb':'chat','text':'x','key':'k1'}"), "chat");
	assert_int_equal(int_of(chat, "chat"), 1);
	chat = json_object_get(client_ask(again, "{'verb':'chat','text':'ny'}"), "chat");
	assert_int_equal(int_of(chat, "chat"), 3);
	story_free(story);
}

/* Few long messages are as much as many short ones: the answer to a join stays small. */
static void of_long_messages_fewer_are_shown(void **state)
{
	enum { LONG = 4000, COUNT = 140 };
	struct story *story = story_new(true);
	struct client *host = host_of(story);
	char text[LONG + 1];
	memset(text, 'x', LONG);
	text[LONG] = '\0';
	for (int i = 1; i <= COUNT; i++) {
		story_pass(story, 1000);
		client_ask(host, "{'verb':'chat','text':'%s'}", text);
	}
	for (int restarted = 0; restarted < 2; restarted++) {
		const json_t *chat =
			json_object_get(client_join(client_new(story), m.code, "Sen"), "chat");
		size_t shown = json_array_size(chat);
		assert_int_equal(shown, 512 * 1024 / LONG);
		assert_int_equal(int_of(json_array_get(chat, shown - 1), "chat"), COUNT);
		if (!restarted)
			story_restart(story);
	}
	story_free(story);
}

static void what_is_written_to_hosts_is_read_by_hosts(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct client *cia = guest_of(story, "Cia");
	client_ask(bo, "{'verb':'chat','text':'till värden','to':'hosts'}");
	assert_string_equal(text_of(client_event(host, "chat"), "to"), "hosts");
	assert_null(client_event(cia, "chat"));
	const json_t *reply = client_join(client_new(story), m.code, "Dag");
	assert_int_equal(json_array_size(json_object_get(reply, "chat")), 0);
	/* the writer sees it again, and so does a host who comes later */
	client_cut(bo);
	reply = client_resume(client_new(story), m.code, bo->resume);
	assert_int_equal(json_array_size(json_object_get(reply, "chat")), 1);
	reply = client_join_host(client_new(story), &m, "Eva");
	assert_int_equal(json_array_size(json_object_get(reply, "chat")), 1);
	story_free(story);
}

static void long_chat_is_refused(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story);
	GString *text = g_string_new(NULL);
	for (int i = 0; i < 4000; i++)
		g_string_append(text, "å");
	assert_fine(client_ask(host, "{'verb':'chat','text':'%s'}", text->str));
	g_string_append(text, "å");
	assert_problem(client_ask(host, "{'verb':'chat','text':'%s'}", text->str), "bad-value");
	g_string_free(text, TRUE);
	story_free(story);
}

static void fast_chat_is_slowed_down(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story);
	for (int i = 0; i < 10; i++)
		assert_fine(client_ask(host, "{'verb':'chat','text':'hej'}"));
	assert_problem(client_ask(host, "{'verb':'chat','text':'hej'}"), "too-fast");
	story_pass(story, 600);
	assert_fine(client_ask(host, "{'verb':'chat','text':'hej'}"));
	story_free(story);
}

static void real_time_text_reaches_the_others(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	assert_fine(client_ask(bo, "{'verb':'rtt','line':1,'text':'Hej på d'}"));
	const json_t *event = client_event(host, "rtt");
	assert_int_equal(int_of(event, "member"), bo->number);
	assert_string_equal(text_of(event, "text"), "Hej på d");
	assert_false(true_of(event, "done"));
	assert_null(client_event(bo, "rtt"));
	client_ask(bo, "{'verb':'rtt','line':1,'text':'Hej på dig','done':true}");
	assert_true(true_of(client_event(host, "rtt"), "done"));
	/* an empty line takes it back */
	assert_fine(client_ask(bo, "{'verb':'rtt','line':2,'text':''}"));
	/* as fast as somebody types, for as long as one likes */
	for (int i = 0; i < 100; i++) {
		story_pass(story, 300);
		assert_fine(client_ask(bo, "{'verb':'rtt','line':3,'text':'%d'}", i));
	}
	story_free(story);
}

static void captions_come_from_captioners(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	const char *caption = "{'verb':'caption','line':1,'text':'hej','done':true,'lang':'sv'}";
	assert_problem(client_ask(host, "%s", caption), "role-forbidden");
	client_ask(host, "{'verb':'role','member':2,'role':'captioner'}");
	assert_fine(client_ask(bo, "%s", caption));
	assert_string_equal(text_of(client_event(host, "caption"), "lang"), "sv");
	story_free(story);
}

static void the_audience_is_not_listed(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	struct client *cia = guest_of(story, "Cia");
	client_ask(host, "{'verb':'role','member':2,'role':'audience'}");
	const json_t *member = json_object_get(client_event(bo, "member"), "member");
	assert_string_equal(text_of(member, "role"), "audience");
	const json_t *reply = client_join(client_new(story), m.code, "Dag");
	assert_null(member_in(json_object_get(reply, "members"), bo->number));
	assert_int_equal(int_of(json_object_get(reply, "meeting"), "audience"), 1);
	/* comes and goes unannounced */
	client_forget(cia);
	client_cut(bo);
	story_pass(story, 10 * 1000);
	reply = client_resume(client_new(story), m.code, bo->resume);
	assert_non_null(member_in(json_object_get(reply, "members"), bo->number));
	assert_int_equal(client_events(cia, "member"), 0);
	assert_int_equal(client_events(cia, "left"), 0);
	/* a raised hand is seen by those who can give the word */
	struct client *again = g_ptr_array_index(story->clients, story->clients->len - 1);
	client_forget(host);
	client_ask(again, "{'verb':'hand','up':true}");
	assert_int_equal(client_events(cia, "member"), 0);
	assert_int_equal(client_events(host, "member"), 1);
	client_ask(host, "{'verb':'role','member':2,'role':'participant'}");
	assert_int_equal(client_events(cia, "member"), 1);
	story_free(story);
}

static void names_can_be_changed(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	assert_fine(client_ask(bo, "{'verb':'rename','name':'Bo Ek'}"));
	assert_string_equal(
		text_of(json_object_get(client_event(host, "member"), "member"), "name"), "Bo Ek");
	assert_problem(client_ask(bo, "{'verb':'rename','name':'\\u200b'}"), "bad-value");
	client_ask(bo, "{'verb':'rename','name':'Åsa'}");
	assert_string_equal(
		text_of(json_object_get(client_event(host, "member"), "member"), "name"), "Åsa (2)");
	story_free(story);
}

static void reactions_go_round(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story), *bo = guest_of(story, "Bo");
	assert_fine(client_ask(bo, "{'verb':'reaction','sign':'🎉'}"));
	assert_string_equal(text_of(client_event(host, "reaction"), "sign"), "🎉");
	assert_null(client_event(bo, "reaction"));
	story_free(story);
}

static void a_verb_without_id_gets_no_reply(void **state)
{
	struct story *story = story_new(false);
	struct client *host = host_of(story);
	client_forget(host);
	client_say(host, "{'verb':'chat','text':'hej'}");
	client_say(host, "{'verb':'view','tiles':[]}");
	story_settle(story);
	assert_int_equal(host->heard->len, 0);
	story_free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verb_of_every_role_is_asked_for),
		cmocka_unit_test(every_verb_has_a_message_here),
		cmocka_unit_test(shapes_are_checked),
		cmocka_unit_test(nonsense_is_answered_and_then_shown_out),
		cmocka_unit_test(too_many_messages_are_refused_and_then_shown_out),
		cmocka_unit_test(a_cohost_makes_no_host),
		cmocka_unit_test(a_new_leader_sees_the_lobby),
		cmocka_unit_test(the_last_host_stays_host),
		cmocka_unit_test(an_open_meeting_never_stands_without_a_host),
		cmocka_unit_test(a_meeting_by_invitation_waits_for_its_host),
		cmocka_unit_test(hands_are_an_order_of_speaking),
		cmocka_unit_test(the_floor_is_given_and_taken),
		cmocka_unit_test(chat_is_kept_and_counted),
		cmocka_unit_test(of_long_messages_fewer_are_shown),
		cmocka_unit_test(what_is_written_to_hosts_is_read_by_hosts),
		cmocka_unit_test(long_chat_is_refused),
		cmocka_unit_test(fast_chat_is_slowed_down),
		cmocka_unit_test(real_time_text_reaches_the_others),
		cmocka_unit_test(captions_come_from_captioners),
		cmocka_unit_test(the_audience_is_not_listed),
		cmocka_unit_test(names_can_be_changed),
		cmocka_unit_test(reactions_go_round),
		cmocka_unit_test(a_verb_without_id_gets_no_reply),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
