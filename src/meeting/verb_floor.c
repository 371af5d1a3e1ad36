/* hand, floor, pin-interpreter: whose turn it is. */
#include "meeting/rooms_internal.h"
#include "meeting/stage.h"
#include "meeting/verbs.h"

/* Hands are an order of speaking: no two at the same time. */
static int64_t next_hand(const struct room *room)
{
	int64_t now = rooms_wall_ms(room->rooms);
	struct member *m;
	room_each(room, m) {
		if (member_is_in(m) && m->hand >= now)
			now = m->hand + 1;
	}
	return now;
}

const struct problem *verb_hand(struct call *call)
{
	bool up = call_bool(call, "up");
	struct member *m = call->self;
	if (call_has(call, "member")) {
		m = call_member(call);
		if (!m)
			return &problem_member_unknown;
		bool own = m == call->self;
		if (!own && (up || !role_may(call->self->role, "hand-lower")))
			return &problem_role_forbidden;
	}
	if (up == (m->hand != 0))
		return NULL;
	if (m == call->self && !call_may_write(call))
		return &problem_too_fast;
	m->hand = up ? next_hand(call->room) : 0;
	room_changed(call->room, m);
	return NULL;
}

static const struct problem *take(struct call *call)
{
	struct room *room = call->room;
	uint32_t number = call->self->number;
	if (!role_may(call->self->role, "floor-take"))
		return &problem_role_forbidden;
	if (!call_bool(call, "take")) {
		if (room->floor == number)
			room_set_floor(room, 0, false, "given-back");
		return NULL;
	}
	/* Who was given the floor keeps it; those who take it by signing take turns. */
	if (room->floor && room->floor != number && !room->floor_taken)
		return &problem_floor_taken;
	if (room->floor != number)
		room_set_floor(room, number, true, "taken");
	return NULL;
}

const struct problem *verb_floor(struct call *call)
{
	struct room *room = call->room;
	if (call_has(call, "take"))
		return take(call);
	if (!role_may(call->self->role, "floor"))
		return &problem_role_forbidden;
	if (!call_has(call, "member")) {
		call->detail = "member";
		return &problem_bad_value;
	}
	if (json_is_null(json_object_get(call->message, "member"))) {
		if (room->floor)
			room_set_floor(room, 0, false, "ended");
		return NULL;
	}
	struct member *m = call_member(call);
	if (!m || !member_is_listed(m))
		return &problem_member_unknown;
	room_set_floor(room, m->number, false, "given");
	return NULL;
}

const struct problem *verb_pin_interpreter(struct call *call)
{
	struct member *m = call_member(call);
	bool on = call_bool(call, "on");
	if (!m)
		return &problem_member_unknown;
	if (on && m->role != ROLE_INTERPRETER) {
		call->detail = "member";
		return &problem_bad_value;
	}
	if (m->pinned == on)
		return NULL;
	m->pinned = on;
	room_changed(call->room, m);
	stage_fill_all(call->room);
	return NULL;
}
