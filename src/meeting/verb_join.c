/* join, leave, rename. A join goes: verb_join → found (the room is in memory) → come_new or
 * come_back → saved (the token is in the database) → answered. Between the steps the link, the
 * member, even the meeting may vanish, so each step looks for them again. */
#include "meeting/join.h"
#include "meeting/link_internal.h"
#include "meeting/resume.h"
#include "meeting/rooms_internal.h"
#include "meeting/save.h"
#include "meeting/stage.h"
#include "meeting/verbs.h"
#include "meeting/words.h"

#include <string.h>

enum { CLOSE_NORMAL = 1000 };

struct joining {
	struct rooms *rooms;
	uint64_t link; /* serial */
	int64_t id;

	/* ── Asked for ── */
	char *name;   /* owned; cleaned; NULL: none given */
	char *invite; /* owned; may be NULL */
	char *resume; /* owned; may be NULL */
	bool keep;

	/* ── On the way ── */
	uint32_t number;
	bool back, wait, by_right;
	enum role role;
	char token[RANDOM_TOKEN_LEN + 1];
};

static void joining_free(struct joining *j)
{
	g_free(j->name);
	g_free(j->invite);
	g_free(j->resume);
	memset(j->token, 0, sizeof j->token);
	g_free(j);
}

static void fail(struct joining *j, const struct problem *problem)
{
	struct link *link = rooms_link(j->rooms, j->link);
	if (link && link->state == LINK_ENTERING) {
		link_problem(link, j->id, problem, NULL);
		link_unjoin(link);
		link_strike(link);
	}
	joining_free(j);
}

/* ── The answer ── */

static void answer(struct joining *j, struct room *room, struct member *m, bool kept)
{
	json_t *reply = json_pack("{s:s, s:i, s:s, s:I, s:s}", "state",
		member_is_in(m) ? "in" : "lobby", "self", (int)m->number, "resume", j->token, "now",
		(json_int_t)rooms_wall_ms(j->rooms), "media", kept ? "kept" : "none");
	room_snapshot(room, m, reply);
	link_reply(m->link, j->id, reply);
	if (kept) {
		json_t *event = room_event("slots");
		json_object_set_new(event, "slots", stage_slots_json(m));
		room_send(m, event);
		stage_heard_later(room, m, 0);
	}
	if (member_is_in(m))
		stage_tell_newcomer(room, m);
}

static void let_in(struct joining *j, struct room *room, struct member *m)
{
	if (j->wait)
		room_wait(room, m);
	else
		room_enter(room, m);
}

static void replace(struct member *m)
{
	struct link *before = m->link;
	if (!before)
		return;
	room_send(m, room_event("replaced"));
	link_detach(before);
	link_close(before, CLOSE_NORMAL, "replaced");
}

/* What one means to send is said anew for each PeerConnection. */
static bool take_up_media(struct joining *j, struct room *room, struct member *m)
{
	if (j->keep && m->transport)
		return true;
	stage_close(room, m);
	m->mic = m->camera = m->screen = false;
	return false;
}

/* While one was away somebody else may have come by one's name. */
static bool take_up_name(struct room *room, struct member *m)
{
	g_autofree char *before = g_strdup(m->name);
	m->name = join_name(room, m->name, m);
	return strcmp(before, m->name) != 0;
}

/* By a personal link, in the same tab. */
static void make_host(const struct joining *j, struct room *room, struct member *m)
{
	if (j->role == ROLE_HOST && m->role != ROLE_HOST)
		room_set_role(room, m, ROLE_HOST);
	if (!j->by_right || m->led)
		return;
	m->led = true;
	save_member_soon(room, m);
}

static void saved(struct room *room, int result, void *arg)
{
	struct joining *j = arg;
	struct link *link = rooms_link(j->rooms, j->link);
	struct member *m = room_find_coming(room, j->number);
	if (!m || room->row.ended) {
		if (m && m->state == MEMBER_NEW)
			room_forget(room, m);
		fail(j, &problem_meeting_ended);
		return;
	}
	if (result < 0)
		resume_undo(m, j->link);
	if (result < 0 || !link || link->state != LINK_ENTERING) {
		if (m->state == MEMBER_NEW && result < 0)
			room_forget(room, m);
		else if (m->state == MEMBER_NEW)
			room_leave(room, m, MEMBER_LEFT, "lost");
		fail(j, &problem_not_stored);
		return;
	}
	if (m->state == MEMBER_REMOVED || m->state == MEMBER_REFUSED) {
		fail(j, m->state == MEMBER_REMOVED ? &problem_removed : &problem_refused);
		return;
	}
	replace(m);
	bool renamed = take_up_name(room, m);
	bool sent = m->mic || m->camera || m->screen;
	bool kept = take_up_media(j, room, m), was_in = member_is_in(m);
	bool changed = was_in && (m->away || renamed || (sent && !kept));
	m->away = false;
	m->peer = link->conf.peer;
	make_host(j, room, m);
	link_attach(link, room, m);
	if (was_in)
		room_begin(room);
	if (!was_in) {
		let_in(j, room, m);
		if (j->back)
			save_member_soon(room, m);
	} else if (changed) {
		room_tell_member(room, m, m);
		if (renamed)
			save_member_soon(room, m);
	}
	answer(j, room, m, kept);
	if (member_is_in(m))
		room_mind_host(room);
	joining_free(j);
	link_joined(link);
}

/* ── The door ── */

static void save(struct joining *j, struct room *room, struct member *m)
{
	j->number = m->number;
	resume_rotate(room, m, j->link, j->token);
	if (save_member(room, m, saved, j) < 0) {
		if (m->state == MEMBER_NEW)
			room_forget(room, m);
		else
			resume_undo(m, j->link);
		fail(j, &problem_not_stored);
	}
}

static struct join_ask ask_of(const struct joining *j, const struct link *link)
{
	return (struct join_ask){
		.invite = j->invite, .person = link->conf.person, .peer = link->conf.peer};
}

static void come_back(struct joining *j, struct room *room, struct link *link)
{
	struct member *m = resume_find(room, j->resume);
	if (!m) {
		fail(j, room->row.ended ? &problem_meeting_ended : &problem_resume_unknown);
		return;
	}
	struct join_ask ask = ask_of(j, link);
	struct join_leave leave = join_ask_back(room, m, &ask);
	if (leave.problem) {
		fail(j, leave.problem);
		return;
	}
	j->back = true;
	j->wait = leave.wait;
	j->role = leave.role;
	j->by_right = leave.by_right;
	if (j->name && m->state == MEMBER_LEFT) {
		g_free(m->name);
		m->name = join_name(room, g_steal_pointer(&j->name), m);
	}
	save(j, room, m);
}

static void come_new(struct joining *j, struct room *room, struct link *link)
{
	struct join_ask ask = ask_of(j, link);
	struct join_leave leave = join_ask_new(room, &ask);
	if (leave.problem) {
		fail(j, leave.problem);
		return;
	}
	char *name = join_name(room, g_steal_pointer(&j->name), NULL);
	struct member *m = room_add(room, MEMBER_BROWSER, leave.role, name);
	m->coming = leave.wait ? MEMBER_WAITING : MEMBER_IN;
	m->admitted = !leave.wait;
	m->person = ask.person;
	m->led = leave.by_right;
	m->peer = ask.peer;
	j->wait = leave.wait;
	j->role = leave.role;
	save(j, room, m);
}

static void found(struct room *room, const struct problem *problem, void *arg)
{
	struct joining *j = arg;
	struct link *link = rooms_link(j->rooms, j->link);
	if (problem || !link || link->state != LINK_ENTERING)
		fail(j, problem ? problem : &problem_meeting_unknown);
	else if (j->resume)
		come_back(j, room, link);
	else
		come_new(j, room, link);
}

/* A meeting of one, whose own sound and picture come back. */
static void come_to_test(struct joining *j, struct link *link)
{
	if (!rooms_has_room(j->rooms, true)) {
		fail(j, &problem_full);
		return;
	}
	struct meeting_row row = {
		.code = g_strdup(""),
		.number = g_strdup(""),
		.title = g_strdup(""),
	};
	struct room *room = room_new(j->rooms, &row);
	room->echo = true;
	rooms_add(j->rooms, room);
	struct member *m =
		room_add(room, MEMBER_BROWSER, ROLE_PARTICIPANT, g_strdup(j->name ? j->name : "Test"));
	m->coming = MEMBER_IN;
	j->role = m->role;
	save(j, room, m);
}

const struct problem *verb_join(struct call *call)
{
	const char *name = call_text(call, "name"), *lang = call_text(call, "lang");
	g_autofree char *clean = name ? words_name(name, (int)call->rooms->conf.limits.name_max) : NULL;
	const char *code = call_text(call, "code");
	bool test = strcmp(code, "test") == 0, back = call_has(call, "resume");
	if (!clean && !test && (!back || (name && *name))) {
		call->detail = "name";
		return &problem_bad_value;
	}
	struct link *link = call->link;
	if (!throttle_try_addr(call->rooms->joins, &link->conf.peer, rooms_mono(call->rooms)))
		return &problem_too_many;
	if (lang)
		link->conf.lang = strcmp(lang, "en") == 0 ? LANG_EN : LANG_SV;
	struct joining *j = g_new0(struct joining, 1);
	*j = (struct joining){.rooms = call->rooms,
		.link = link->serial,
		.id = call->id,
		.name = g_steal_pointer(&clean),
		.invite = g_strdup(call_text(call, "invite")),
		.resume = g_strdup(call_text(call, "resume")),
		.keep = call_has(call, "media")};
	call->later = true;
	link_entering(link);
	if (test)
		come_to_test(j, link);
	else
		rooms_find(call->rooms, code, &link->conf.peer, found, j);
	return NULL;
}

const struct problem *verb_leave(struct call *call)
{
	call->later = true;
	link_reply(call->link, call->id, NULL);
	room_leave(call->room, call->self, MEMBER_LEFT, "left");
	return NULL;
}

const struct problem *verb_rename(struct call *call)
{
	char *name =
		words_name(call_text(call, "name"), (int)call->rooms->conf.limits.name_max);
	if (!name) {
		call->detail = "name";
		return &problem_bad_value;
	}
	if (!call_may_write(call)) {
		g_free(name);
		return &problem_too_fast;
	}
	struct member *m = call->self;
	g_free(m->name);
	m->name = join_name(call->room, name, m);
	if (m->state == MEMBER_WAITING) {
		room_tell_waiting(call->room);
		save_member_soon(call->room, m);
	} else {
		room_changed(call->room, m);
	}
	return NULL;
}
