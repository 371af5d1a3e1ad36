/* admit, refuse, lobby, lock: who comes in. */
#include "meeting/link_internal.h"
#include "meeting/rooms_internal.h"
#include "meeting/save.h"
#include "meeting/verbs.h"

enum { CLOSE_NORMAL = 1000 };

static void admit(struct room *room, struct member *m)
{
	room_enter(room, m);
	save_member_soon(room, m);
	json_t *event = room_event("admitted");
	json_object_set_new(event, "state", json_string("in"));
	json_object_set_new(event, "self", json_integer(m->number));
	room_snapshot(room, m, event);
	room_send(m, event);
}

static unsigned admit_all(struct room *room)
{
	unsigned room_left = room->rooms->conf.limits.members_max - room_count(room, MEMBER_IN);
	unsigned count = 0;
	for (guint i = 0; i < room->members->len && count < room_left; i++) {
		struct member *m = g_ptr_array_index(room->members, i);
		if (m->state != MEMBER_WAITING)
			continue;
		admit(room, m);
		count++;
	}
	return count;
}

static struct member *waiting_member(const struct call *call)
{
	struct member *m = room_find(call->room, (uint32_t)call_int(call, "member"));
	return m && m->state == MEMBER_WAITING ? m : NULL;
}

const struct problem *verb_admit(struct call *call)
{
	if (call_bool(call, "all")) {
		admit_all(call->room);
		return NULL;
	}
	struct member *m = waiting_member(call);
	if (!m)
		return &problem_member_unknown;
	if (room_count(call->room, MEMBER_IN) >= call->rooms->conf.limits.members_max)
		return &problem_meeting_full;
	admit(call->room, m);
	return NULL;
}

const struct problem *verb_refuse(struct call *call)
{
	struct member *m = waiting_member(call);
	if (!m)
		return &problem_member_unknown;
	room_send(m, room_event("refused"));
	room_leave(call->room, m, MEMBER_REFUSED, "refused");
	return NULL;
}

const struct problem *verb_lobby(struct call *call)
{
	struct room *room = call->room;
	bool on = call_bool(call, "on");
	if (room->row.lobby == on)
		return NULL;
	room->row.lobby = on;
	room_tell_meeting(room);
	/* Nobody is left standing before an open door. */
	if (!on)
		admit_all(room);
	return NULL;
}

const struct problem *verb_lock(struct call *call)
{
	struct room *room = call->room;
	bool on = call_bool(call, "on");
	if (room->row.locked == on)
		return NULL;
	room->row.locked = on;
	room_tell_meeting(room);
	return NULL;
}
