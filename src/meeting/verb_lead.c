/* role, mute, remove, end: what leaders do to others; audience: whom they don't see listed. */
#include "meeting/join.h"
#include "meeting/link_internal.h"
#include "meeting/rooms_internal.h"
#include "meeting/stage.h"
#include "meeting/verbs.h"
#include "meeting/words.h"

#include <string.h>

enum { AUDIENCE_PAGE = 50 }; /* told at a time */

static unsigned hosts(const struct room *room)
{
	unsigned count = 0;
	struct member *m;
	room_each(room, m)
		count += member_is_in(m) && m->role == ROLE_HOST;
	return count;
}

const struct problem *verb_role(struct call *call)
{
	struct member *m = call_member(call);
	if (!m)
		return &problem_member_unknown;
	enum role role = (enum role)role_parse(call_text(call, "role"));
	if (!role_may_set(call->self->role, m->role, role))
		return &problem_role_forbidden;
	/* A host who steps down leaves another behind. */
	if (m->role == ROLE_HOST && role != ROLE_HOST && hosts(call->room) == 1)
		return &problem_last_host;
	/* A machine does not lead, and a player only watches. */
	if (m->kind == MEMBER_WHEP || (m->kind == MEMBER_WHIP && role_is_leader(role)))
		return &problem_role_forbidden;
	room_set_role(call->room, m, role);
	return NULL;
}

static bool *means(struct member *m, const char *kind)
{
	if (strcmp(kind, "mic") == 0)
		return &m->mic;
	return strcmp(kind, "camera") == 0 ? &m->camera : &m->screen;
}

static bool mute(struct call *call, struct member *m, const char *kind)
{
	bool *on = means(m, kind);
	if (!*on)
		return false;
	*on = false;
	stage_gates(call->room, m);
	stage_heard_later(call->room, m, 0);
	room_tell_member(call->room, m, NULL);
	room_send(m, json_pack("{s:s, s:i, s:s}", "event", "mute-asked", "by",
					 (int)call->self->number, "kind", kind));
	return true;
}

/* Everybody but the leaders, oneself among them, and the interpreters: others depend on them. */
static bool is_muted_with_all(const struct member *m)
{
	return member_is_in(m) && !role_is_leader(m->role) && m->role != ROLE_INTERPRETER;
}

const struct problem *verb_mute(struct call *call)
{
	const char *kind = call_text(call, "kind");
	bool changed = false;
	if (call_bool(call, "all")) {
		struct member *m;
		room_each(call->room, m) {
			if (is_muted_with_all(m))
				changed |= mute(call, m, kind);
		}
	} else {
		struct member *m = call_member(call);
		if (!m)
			return &problem_member_unknown;
		if (!role_may_mute(call->self->role, m->role))
			return &problem_role_forbidden;
		changed = mute(call, m, kind);
	}
	if (changed)
		stage_fill_all(call->room);
	return NULL;
}

const struct problem *verb_remove(struct call *call)
{
	struct member *m = call_member(call);
	if (!m || m == call->self)
		return &problem_member_unknown;
	if (!role_may_remove(call->self->role, m->role))
		return &problem_role_forbidden;
	room_send(m, room_event("removed"));
	join_ban(call->room, &m->peer);
	room_leave(call->room, m, MEMBER_REMOVED, "removed");
	return NULL;
}

/* Those of the audience whose name holds the words, in whatever case, by number from the one after
 * `after`. */
const struct problem *verb_audience(struct call *call)
{
	const struct rooms_limits *limits = &call->rooms->conf.limits;
	if (!link_take(call->link, &call->link->texts, limits->texts_burst, limits->texts_every_ms))
		return &problem_too_fast;
	const char *search = call_text(call, "search");
	g_autofree char *wanted = words_fold(search ? search : "");
	int64_t after = call_int(call, "after");
	json_t *members = json_array();
	unsigned found = 0, more = 0;
	struct member *m;
	room_each(call->room, m) {
		if (!member_is_in(m) || member_is_listed(m))
			continue;
		g_autofree char *name = *wanted ? words_fold(m->name) : NULL;
		if (name && !strstr(name, wanted))
			continue;
		found++;
		if (m->number <= after)
			continue;
		if (json_array_size(members) < AUDIENCE_PAGE)
			json_array_append_new(members, member_json(m));
		else
			more++;
	}
	call->reply =
		json_pack("{s:o, s:i, s:i}", "members", members, "found", (int)found, "more", (int)more);
	return NULL;
}

const struct problem *verb_end(struct call *call)
{
	call->later = true;
	link_reply(call->link, call->id, NULL);
	room_end(call->room);
	return NULL;
}
