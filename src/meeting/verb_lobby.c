/* admit, refuse, lobby, lock: who comes in. */
#include "meeting/join.h"
#include "meeting/link_internal.h"
#include "meeting/rooms_internal.h"
#include "meeting/verbs.h"

static struct member *waiting_member(const struct call *call)
{
	struct member *m = room_find(call->room, (uint32_t)call_int(call, "member"));
	return m && m->state == MEMBER_WAITING ? m : NULL;
}

const struct problem *verb_admit(struct call *call)
{
	if (call_bool(call, "all")) {
		room_admit_all(call->room);
		return NULL;
	}
	struct member *m = waiting_member(call);
	if (!m)
		return &problem_member_unknown;
	if (room_count(call->room, MEMBER_IN) >= call->rooms->conf.limits.members_max)
		return &problem_meeting_full;
	room_admit(call->room, m);
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
		room_admit_all(room);
	return NULL;
}

const struct problem *verb_lock(struct call *call)
{
	struct room *room = call->room;
	bool on = call_bool(call, "on");
	if (room->row.locked == on)
		return NULL;
	room->row.locked = on;
	if (on)
		join_shut(room);
	room_tell_meeting(room);
	return NULL;
}
