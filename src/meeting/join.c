/* Who may come in, as what, called what. */
#include "meeting/join.h"

#include "meeting/rooms_internal.h"
#include "meeting/save.h"
#include "meeting/words.h"

#include <string.h>

static bool has_grant(const struct room *room, const char *token, enum invite_grant grant)
{
	if (!token)
		return false;
	char hash[TOKEN_HASH_LEN + 1];
	token_hash(token, hash);
	void *found;
	return g_hash_table_lookup_extended(room->invites, hash, NULL, &found) &&
		   GPOINTER_TO_INT(found) == (int)grant;
}

static bool is_host(const struct room *room, const struct join_ask *ask)
{
	return has_grant(room, ask->invite, INVITE_HOST) ||
		   (ask->person && ask->person == room->row.owner);
}

static bool was_removed(const struct room *room, int64_t person)
{
	struct member *m;
	room_each(room, m) {
		if (person && m->person == person && m->state == MEMBER_REMOVED)
			return true;
	}
	return false;
}

/* ── Bans ── */

static char *place_of(const struct room *room, const struct addr *peer)
{
	const char *key = room->rooms->conf.key;
	struct addr host = {.family = peer->family};
	memcpy(host.host, peer->host, peer->family == 6 ? 8 : 4);
	char text[ADDR_TEXT_MAX];
	g_autofree char *place = g_strdup_printf("ban %llx %s", (unsigned long long)room->row.id,
		addr_host_text(&host, text));
	return g_compute_hmac_for_string(
		G_CHECKSUM_SHA256, (const guchar *)key, strlen(key), place, -1);
}

static bool has_place(const struct room *room, const char *place)
{
	return g_ptr_array_find_with_equal_func(room->banned, place, g_str_equal, NULL);
}

/* A stranger has no name that could be refused; but one who comes from the place of somebody who
 * was removed must be let in by somebody. Not from this machine itself: a proxy would be
 * everybody. */
static bool is_banned(const struct room *room, const struct addr *peer)
{
	if (room->banned->len == 0)
		return false;
	g_autofree char *place = place_of(room, peer);
	return has_place(room, place);
}

void join_ban(struct room *room, const struct addr *peer)
{
	if (addr_is_none(peer) || addr_is_loopback(peer))
		return;
	char *place = place_of(room, peer);
	if (has_place(room, place)) {
		g_free(place);
		return;
	}
	if (room->banned->len == ROOM_BANNED_MAX)
		g_ptr_array_remove_index(room->banned, 0);
	g_ptr_array_add(room->banned, place);
	room->bans_dirty = true;
	save_room_soon(room);
}

void join_unban(struct room *room)
{
	if (room->banned->len == 0)
		return;
	g_ptr_array_set_size(room->banned, 0);
	room->bans_dirty = true;
	save_room_soon(room);
}

/* ── The door ── */

void join_shut(struct room *room)
{
	struct member *m;
	room_each(room, m) {
		if (m->state != MEMBER_LEFT || m->lost || m->led || !m->admitted)
			continue;
		m->admitted = false;
		save_member_soon(room, m);
	}
}

static const struct problem *room_for_one(const struct room *room, bool wait)
{
	const struct rooms_limits *limits = &room->rooms->conf.limits;
	unsigned coming = room_count(room, MEMBER_NEW);
	if (wait && room_count(room, MEMBER_WAITING) + coming >= limits->waiting_max)
		return &problem_lobby_full;
	if (!wait && room_count(room, MEMBER_IN) + coming >= limits->members_max)
		return &problem_meeting_full;
	return NULL;
}

struct join_leave join_ask_new(const struct room *room, const struct join_ask *ask)
{
	struct join_leave leave = {.role = ROLE_PARTICIPANT};
	bool host = is_host(room, ask);
	if (room->row.ended)
		leave.problem = &problem_meeting_ended;
	else if (was_removed(room, ask->person))
		leave.problem = &problem_removed;
	else if (room->row.locked && !host)
		leave.problem = &problem_meeting_locked;
	if (leave.problem)
		return leave;
	leave.by_right = host;
	leave.wait = !host && (room->row.lobby || (!ask->person && is_banned(room, &ask->peer)));
	leave.problem = room_for_one(room, leave.wait);
	bool first = room->row.hosting == ROOM_HOSTING_FIRST && !room_has_host(room);
	if (host || (first && !leave.wait))
		leave.role = ROLE_HOST;
	return leave;
}

struct join_leave join_ask_back(
	const struct room *room, const struct member *m, const struct join_ask *ask)
{
	/* Who has been host by right and was given another role keeps that: the page shows the link
	 * each time it comes back. */
	bool host = is_host(room, ask);
	struct join_leave leave = {.role = host && !m->led ? ROLE_HOST : m->role, .by_right = host};
	if (room->row.ended)
		leave.problem = &problem_meeting_ended;
	else if (m->state == MEMBER_REMOVED)
		leave.problem = &problem_removed;
	else if (m->state == MEMBER_REFUSED)
		leave.problem = &problem_refused;
	else if (m->state == MEMBER_NEW)
		leave.problem = &problem_resume_unknown;
	else if (!m->admitted && room->row.locked && !host)
		leave.problem = &problem_meeting_locked;
	if (leave.problem || m->state == MEMBER_IN)
		return leave;
	bool banned = !m->person && is_banned(room, &m->peer);
	leave.wait = !m->admitted && !host && (room->row.lobby || banned);
	if (m->state == MEMBER_LEFT)
		leave.problem = room_for_one(room, leave.wait);
	return leave;
}

static bool is_taken(const struct room *room, const char *name, const struct member *self)
{
	g_autofree char *fold = words_fold(name);
	struct member *m;
	room_each(room, m) {
		/* Whoever is away for a moment is shown to the others by that name; who waits and is away
		 * is shown to nobody. */
		bool shown = member_is_in(m) || m->state == MEMBER_NEW ||
					 (m->state == MEMBER_WAITING && !m->away);
		if (!shown || m == self)
			continue;
		g_autofree char *other = words_fold(m->name);
		if (strcmp(fold, other) == 0)
			return true;
	}
	return false;
}

char *join_name(const struct room *room, char *name, const struct member *self)
{
	for (int n = 2; n < 100 && is_taken(room, name, self); n++) {
		char *open = n > 2 ? strrchr(name, '(') : NULL;
		if (open)
			open[-1] = '\0';
		char *next = g_strdup_printf("%s (%d)", name, n);
		g_free(name);
		name = next;
	}
	return name;
}
