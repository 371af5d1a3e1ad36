/* A live meeting: finding, telling, and the changes that verbs make. What time makes of it stands
 * in room_time.c. */
#include "meeting/room.h"

#include "base/log.h"
#include "base/random.h"
#include "meeting/link_internal.h"
#include "meeting/rate.h"
#include "meeting/rooms_internal.h"
#include "meeting/save.h"
#include "meeting/stage.h"

#include <stdlib.h>
#include <string.h>

enum { CLOSE_NORMAL = 1000 };

static void free_member(void *m)
{
	member_free(m);
}

static void clear_chat(void *row)
{
	chat_row_done(row);
}

struct room *room_new(struct rooms *rooms, struct meeting_row *row)
{
	struct room *room = g_new0(struct room, 1);
	room->rooms = rooms;
	room->row = *row;
	*row = (struct meeting_row){0};
	room->invites = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	room->banned = g_ptr_array_new_with_free_func(g_free);
	room->members = g_ptr_array_new_with_free_func(free_member);
	room->chat = g_array_new(FALSE, TRUE, sizeof(struct chat_row));
	g_array_set_clear_func(room->chat, clear_chat);
	do
		room->group = random_u64();
	while (room->group == 0);
	room->opened = room->empty_since = rooms_mono(rooms);
	return room;
}

void room_free(struct room *room)
{
	if (!room)
		return;
	meeting_row_done(&room->row);
	g_hash_table_unref(room->invites);
	g_ptr_array_unref(room->banned);
	g_ptr_array_unref(room->members);
	g_array_unref(room->chat);
	g_free(room);
}

/* ── Finding ── */

struct member *room_find_coming(const struct room *room, uint32_t number)
{
	guint low = 0, high = room->members->len;
	while (low < high) {
		guint mid = (low + high) / 2;
		struct member *m = g_ptr_array_index(room->members, mid);
		if (m->number == number)
			return m;
		if (m->number < number)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

struct member *room_find(const struct room *room, uint32_t number)
{
	struct member *m = room_find_coming(room, number);
	return m && m->state != MEMBER_NEW ? m : NULL;
}

unsigned room_count(const struct room *room, enum member_state state)
{
	unsigned count = 0;
	struct member *m;
	room_each(room, m)
		count += m->state == state;
	return count;
}

bool room_is_here(const struct member *m)
{
	return member_is_in(m) && m->kind == MEMBER_BROWSER && m->link;
}

/* ── Telling ── */

json_t *room_event(const char *name)
{
	return json_pack("{s:s}", "event", name);
}

void room_send(struct member *m, json_t *json)
{
	if (m->link)
		link_send(m->link, json);
	else
		json_decref(json);
}

typedef bool whom(const struct member *m, const void *arg);

/* An event is written down once, however many read it. */
static void send_to(struct room *room, json_t *json, whom *is_meant, const void *arg)
{
	char *text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	if (!text)
		return;
	size_t len = strlen(text);
	struct member *m;
	room_each(room, m) {
		if (m->link && member_is_in(m) && is_meant(m, arg))
			link_send_text(m->link, text, len);
	}
	free(text);
}

static bool is_another(const struct member *m, const void *but)
{
	return m != but;
}

static bool is_leader(const struct member *m, const void *arg)
{
	return role_is_leader(m->role);
}

void room_send_all(struct room *room, json_t *json, const struct member *but)
{
	send_to(room, json, is_another, but);
}

void room_send_leaders(struct room *room, json_t *json)
{
	send_to(room, json, is_leader, NULL);
}

static json_t *member_event(const struct member *m)
{
	return json_pack("{s:s, s:o}", "event", "member", "member", member_json(m));
}

static json_t *left_event(const struct member *m, const char *why)
{
	return json_pack(
		"{s:s, s:i, s:s}", "event", "left", "member", (int)m->number, "why", why);
}

/* Audience is known to itself, and to leaders while its hand is up. */
void room_tell_member(struct room *room, struct member *m, const struct member *but)
{
	if (member_is_listed(m)) {
		m->shown = false;
		room_send_all(room, member_event(m), but);
		return;
	}
	bool was_shown = m->shown;
	m->shown = m->hand != 0;
	if (m->shown)
		room_send_leaders(room, member_event(m));
	else if (was_shown)
		room_send_leaders(room, left_event(m, "audience"));
	if (m != but)
		room_send(m, member_event(m));
}

/* ── The room as seen ── */

unsigned room_audience(const struct room *room)
{
	unsigned count = 0;
	struct member *m;
	room_each(room, m)
		count += member_is_in(m) && !member_is_listed(m);
	return count;
}

json_t *room_json(const struct room *room)
{
	return json_pack("{s:s, s:b, s:b, s:I, s:s, s:i}", "title", room->row.title, "locked",
		room->row.locked, "lobby", room->row.lobby, "started", (json_int_t)room->row.started,
		"number", room->row.number, "audience", (int)room_audience(room));
}

bool room_may_read(const struct chat_row *row, const struct member *m)
{
	return !row->to_hosts || role_is_leader(m->role) || row->member == m->number;
}

json_t *room_chat_json(const struct chat_row *row)
{
	return json_pack("{s:I, s:I, s:s, s:s, s:s, s:I}", "chat", (json_int_t)row->number, "member",
		(json_int_t)row->member, "name", row->name, "to", row->to_hosts ? "hosts" : "all", "text",
		row->text, "at", (json_int_t)row->at);
}

static json_t *members_json(const struct room *room, const struct member *reader)
{
	json_t *members = json_array();
	struct member *m;
	room_each(room, m) {
		bool shown = role_is_leader(reader->role) && m->shown;
		if (member_is_listed(m) || m == reader || shown)
			json_array_append_new(members, member_json(m));
	}
	return members;
}

static json_t *waiting_json(const struct room *room)
{
	json_t *waiting = json_array();
	struct member *m;
	room_each(room, m) {
		if (m->state == MEMBER_WAITING && !m->away)
			json_array_append_new(
				waiting, json_pack("{s:i, s:s}", "member", (int)m->number, "name", m->name));
	}
	return waiting;
}

static void forget_first(struct room *room)
{
	room->chat_len -= strlen(g_array_index(room->chat, struct chat_row, 0).text);
	g_array_remove_index(room->chat, 0);
}

void room_remember(struct room *room, struct chat_row *row)
{
	const struct rooms_limits *limits = &room->rooms->conf.limits;
	GArray *chat = room->chat;
	room->chat_len += strlen(row->text);
	g_array_append_val(chat, *row);
	*row = (struct chat_row){0};
	while (chat->len > limits->chat_kept ||
		   (chat->len > 1 && room->chat_len > limits->chat_kept_len))
		forget_first(room);
}

void room_forget_chat(struct room *room, int64_t before)
{
	while (room->chat->len && g_array_index(room->chat, struct chat_row, 0).at < before)
		forget_first(room);
}

static json_t *chat_json(const struct room *room, const struct member *reader)
{
	json_t *chat = json_array();
	for (guint i = 0; i < room->chat->len; i++) {
		const struct chat_row *row = &g_array_index(room->chat, struct chat_row, i);
		if (room_may_read(row, reader))
			json_array_append_new(chat, room_chat_json(row));
	}
	return chat;
}

void room_snapshot(const struct room *room, const struct member *m, json_t *obj)
{
	json_object_set_new(obj, "meeting", room_json(room));
	if (!member_is_in(m)) {
		json_object_set_new(obj, "members", json_array());
		json_object_set_new(obj, "chat", json_array());
		json_object_set_new(obj, "floor", json_null());
		return;
	}
	json_object_set_new(obj, "members", members_json(room, m));
	json_object_set_new(obj, "chat", chat_json(room, m));
	json_object_set_new(obj, "floor", room->floor ? json_integer(room->floor) : json_null());
	if (!room->echo) {
		char ticket[RATE_TICKET_LEN + 1];
		rate_ticket(room, m, ticket);
		json_object_set_new(obj, "rating", json_string(ticket));
	}
	if (role_is_leader(m->role))
		json_object_set_new(obj, "waiting", waiting_json(room));
}

void room_tell_waiting(struct room *room)
{
	json_t *event = room_event("waiting");
	json_object_set_new(event, "members", waiting_json(room));
	room_send_leaders(room, event);
}

void room_tell_meeting(struct room *room)
{
	json_t *event = room_event("meeting");
	json_object_set_new(event, "meeting", room_json(room));
	room_send_all(room, event, NULL);
	room->audience_told = room_audience(room);
	save_room_soon(room);
}

/* ── Coming ── */

struct member *room_add(struct room *room, enum member_kind kind, enum role role, char *name)
{
	struct member *m = member_new((uint32_t)++room->row.members, kind, role, name);
	m->since = rooms_wall_ms(room->rooms);
	g_ptr_array_add(room->members, m);
	return m;
}

void room_forget(struct room *room, struct member *m)
{
	g_ptr_array_remove(room->members, m);
}

void room_begin(struct room *room)
{
	room->empty_since = 0;
	if (room->row.started && !room->row.emptied)
		return;
	if (!room->row.started)
		room->row.started = rooms_wall_ms(room->rooms);
	room->row.emptied = 0;
	save_room_soon(room);
}

void room_enter(struct room *room, struct member *m)
{
	bool was_waiting = m->state == MEMBER_WAITING;
	m->state = MEMBER_IN;
	m->admitted = true;
	m->away = false;
	room_begin(room);
	if (was_waiting)
		room_tell_waiting(room);
	if (member_is_listed(m))
		room_tell_member(room, m, m);
}

void room_admit(struct room *room, struct member *m)
{
	room_enter(room, m);
	save_member_soon(room, m);
	json_t *event = room_event("admitted");
	json_object_set_new(event, "state", json_string("in"));
	json_object_set_new(event, "self", json_integer(m->number));
	room_snapshot(room, m, event);
	room_send(m, event);
	stage_tell_newcomer(room, m);
}

void room_admit_all(struct room *room)
{
	unsigned count = room_count(room, MEMBER_IN);
	for (guint i = 0; i < room->members->len; i++) {
		struct member *m = g_ptr_array_index(room->members, i);
		if (m->state != MEMBER_WAITING || count >= room->rooms->conf.limits.members_max)
			continue;
		room_admit(room, m);
		count++;
	}
}

void room_wait(struct room *room, struct member *m)
{
	m->state = MEMBER_WAITING;
	m->away = false;
	room->empty_since = 0;
	room_tell_waiting(room);
}

/* ── Changing ── */

void room_changed(struct room *room, struct member *m)
{
	room_tell_member(room, m, NULL);
	save_member_soon(room, m);
}

/* A new leader sees who waits and who of the audience would speak; a former one no longer. */
static void show_doors(struct room *room, struct member *m, bool leads)
{
	json_t *event = room_event("waiting");
	json_object_set_new(event, "members", leads ? waiting_json(room) : json_array());
	room_send(m, event);
	struct member *other;
	room_each(room, other) {
		if (other->shown && other != m)
			room_send(m, leads ? member_event(other) : left_event(other, "audience"));
	}
}

void room_set_role(struct room *room, struct member *m, enum role role)
{
	if (m->role == role)
		return;
	if (!member_is_in(m)) { /* nobody knows of it yet */
		m->role = role;
		save_member_soon(room, m);
		return;
	}
	bool was_listed = role_is_listed(m->role), was_leader = role_is_leader(m->role);
	m->role = role;
	if (role != ROLE_INTERPRETER)
		m->pinned = false;
	if (!role_may_send(role)) {
		m->mic = m->camera = m->screen = false;
		if (room->floor == m->number)
			room_set_floor(room, 0, false, "role");
	}
	stage_gates(room, m);
	if (was_listed && !role_is_listed(role))
		room_send_all(room, left_event(m, "audience"), m);
	room_changed(room, m);
	if (role_is_leader(role) != was_leader)
		show_doors(room, m, !was_leader);
	stage_fill_all(room);
}

void room_set_floor(struct room *room, uint32_t number, bool taken, const char *why)
{
	room->floor = number;
	room->floor_taken = taken;
	json_t *event = room_event("floor");
	json_object_set_new(event, "member", number ? json_integer(number) : json_null());
	json_object_set_new(event, "why", json_string(why));
	room_send_all(room, event, NULL);
}

/* ── Going ── */

void room_lost(struct room *room, struct member *m)
{
	/* The test page has nobody to come back to. */
	if (room->echo) {
		room_leave(room, m, MEMBER_LEFT, "lost");
		return;
	}
	/* Whoever waits and goes away has gone from the leaders' list at once. */
	if (m->state == MEMBER_WAITING) {
		m->away = true;
		room_tell_waiting(room);
	}
}

void room_found(struct room *room, struct member *m)
{
	m->lost_at = 0;
	if (!m->away)
		return;
	m->away = false;
	room_tell_member(room, m, NULL);
}

void room_leave(struct room *room, struct member *m, enum member_state state, const char *why)
{
	bool was_waiting = m->state == MEMBER_WAITING, was_in = member_is_in(m);
	bool was_listed = member_is_listed(m);
	m->state = state;
	m->lost = strcmp(why, "lost") == 0;
	m->mic = m->camera = m->screen = false;
	m->away = false;
	m->lost_at = 0;
	m->heard_due = 0;
	bool had_media = stage_drop(room, m);
	if (m->link) {
		struct link *link = m->link;
		link_detach(link);
		link_close(link, CLOSE_NORMAL, why);
	}
	if (was_waiting)
		room_tell_waiting(room);
	if (was_listed)
		room_send_all(room, left_event(m, why), NULL);
	else if (m->shown)
		room_send_leaders(room, left_event(m, why));
	m->shown = false;
	if (room->floor == m->number)
		room_set_floor(room, 0, false, "left");
	m->hand = 0;
	save_member_soon(room, m);
	if (had_media)
		stage_fill_all(room);
	if (was_in)
		room_mind_host(room);
}

void room_end(struct room *room)
{
	bool again = room->row.hosting == ROOM_HOSTING_FIRST; /* the demo is always open */
	struct member *m;
	room_each(room, m) {
		bool gone = m->state != MEMBER_IN && m->state != MEMBER_WAITING;
		if (gone)
			continue;
		room_send(m, room_event("ended"));
		m->state = MEMBER_LEFT;
		if (m->link) {
			struct link *link = m->link;
			link_detach(link);
			link_close(link, CLOSE_NORMAL, "ended");
		}
	}
	room_each(room, m) {
		(void)stage_drop(room, m); /* nobody is left whose slots could be filled */
		m->resume[0] = m->resume_before[0] = '\0';
	}
	room->floor = 0;
	room->empty_since = rooms_mono(room->rooms);
	room->row.ended = again ? 0 : rooms_wall_ms(room->rooms);
	if (!again) {
		save_room_soon(room);
		return;
	}
	g_ptr_array_set_size(room->members, 0);
	g_array_set_size(room->chat, 0);
	room->chat_len = 0;
	g_ptr_array_set_size(room->banned, 0);
	room->bans_dirty = false; /* the reset forgets them */
	room->row.locked = room->row.lobby = false;
	room->row.started = room->row.emptied = 0;
	save_reset(room);
}
