/* What time makes of a room: who has been away for too long, who becomes host, when it is empty. */
#include "meeting/room.h"

#include "meeting/join.h"
#include "meeting/rooms_internal.h"
#include "meeting/save.h"
#include "meeting/stage.h"

/* ── The host ── */

bool room_has_host(const struct room *room)
{
	struct member *m;
	room_each(room, m) {
		bool coming = member_is_in(m) || m->state == MEMBER_NEW;
		if (coming && m->role == ROLE_HOST)
			return true;
	}
	return false;
}

static bool had_host(const struct room *room)
{
	struct member *m;
	room_each(room, m) {
		if (m->role == ROLE_HOST && m->state != MEMBER_NEW)
			return true;
	}
	return false;
}

/* A co-host before the others, then who has been here longest. */
static struct member *heir(const struct room *room)
{
	struct member *best = NULL, *m;
	room_each(room, m) {
		bool busy = m->role == ROLE_INTERPRETER || m->role == ROLE_CAPTIONER;
		if (!room_is_here(m) || busy || m->role == ROLE_AUDIENCE)
			continue;
		bool prefer = best && m->role == ROLE_COHOST && best->role != ROLE_COHOST;
		bool longer = best && m->role == best->role && m->since < best->since;
		if (!best || prefer || longer)
			best = m;
	}
	return best;
}

void room_mind_host(struct room *room)
{
	bool inherits = room->row.hosting == ROOM_HOSTING_FIRST ||
					(room->row.hosting == ROOM_HOSTING_INHERITED && had_host(room));
	if (!inherits || room_has_host(room))
		return;
	struct member *m = heir(room);
	if (m)
		room_set_role(room, m, ROLE_HOST);
}

/* ── Time ── */

static void tick_member(struct room *room, struct member *m, usec now)
{
	const struct rooms_limits *limits = &room->rooms->conf.limits;
	if (m->link || !m->lost_at)
		return;
	usec gone = now - m->lost_at;
	if (gone >= limits->left_ms * USEC_PER_MS) {
		room_leave(room, m, MEMBER_LEFT, "lost");
	} else if (gone >= limits->away_ms * USEC_PER_MS && !m->away && member_is_in(m)) {
		m->away = true;
		room_tell_member(room, m, NULL);
	}
}

static bool is_empty(const struct room *room)
{
	struct member *m;
	room_each(room, m) {
		if (m->state == MEMBER_IN || m->state == MEMBER_WAITING || m->state == MEMBER_NEW)
			return false;
	}
	return true;
}

static void tick_empty(struct room *room, usec now)
{
	bool empty = is_empty(room);
	if (empty == (room->empty_since != 0))
		return;
	room->empty_since = empty ? now : 0;
	if (empty && room->row.started && !room->row.ended) {
		room->row.emptied = rooms_wall_ms(room->rooms);
		save_room_soon(room);
	}
}

static void tick_audience(struct room *room, usec now)
{
	unsigned count = room_audience(room);
	if (count == room->audience_told || now < room->audience_at)
		return;
	room->audience_told = count;
	room->audience_at = now + ROOM_AUDIENCE_MS * USEC_PER_MS;
	json_t *event = room_event("meeting");
	json_object_set_new(event, "meeting", room_json(room));
	room_send_all(room, event, NULL);
}

/* Nobody is here who could open a door. */
static bool is_left_alone(const struct room *room)
{
	struct member *m;
	room_each(room, m) {
		bool here = m->state == MEMBER_IN || m->state == MEMBER_NEW;
		if (here && m->kind == MEMBER_BROWSER)
			return false;
	}
	return true;
}

/* What was closed by somebody who has gone is closed to nobody's use. Of a meeting by invitation
 * the host has a link; the demo has no such person. */
static void tick_doors(struct room *room)
{
	struct meeting_row *row = &room->row;
	if (!is_left_alone(room) || row->ended)
		return;
	join_unban(room);
	if (row->hosting == ROOM_HOSTING_FIRST && (row->locked || row->lobby)) {
		row->locked = row->lobby = false;
		room_tell_meeting(room);
	}
	if (!row->lobby && room_count(room, MEMBER_WAITING) > 0) {
		room_admit_all(room);
		room_mind_host(room);
	}
}

static bool is_forgettable(const struct member *m)
{
	bool gone = m->state == MEMBER_LEFT || m->state == MEMBER_REFUSED;
	return gone && !m->dirty && m->role != ROLE_HOST; /* that there was a host is to be known */
}

/* Of people who have gone only so many are remembered: the first to come is the first
 * forgotten. */
static void forget_gone(struct room *room)
{
	unsigned gone = 0;
	struct member *m;
	room_each(room, m)
		gone += is_forgettable(m);
	for (guint i = 0; i < room->members->len && gone > room->rooms->conf.limits.gone_max;) {
		m = g_ptr_array_index(room->members, i);
		if (!is_forgettable(m)) {
			i++;
			continue;
		}
		if (!save_forget(room, m))
			return; /* the store is full */
		g_ptr_array_remove_index(room->members, i);
		gone--;
	}
}

bool room_tick(struct room *room, usec now)
{
	const struct rooms_limits *limits = &room->rooms->conf.limits;
	for (guint i = 0; i < room->members->len; i++)
		tick_member(room, g_ptr_array_index(room->members, i), now);
	stage_tick(room, now);
	tick_audience(room, now);
	tick_doors(room);
	save_again(room, now);
	if (room->echo && now - room->opened >= limits->test_ms * USEC_PER_MS)
		room_end(room);
	tick_empty(room, now);
	forget_gone(room);
	bool linger = !room->echo && !room->row.ended;
	return !room->empty_since || save_is_due(room) ||
		   (linger && now - room->empty_since < limits->evict_ms * USEC_PER_MS);
}
