/* Who may come in, as what, called what. */
#include "meeting/join.h"

#include "meeting/rooms_internal.h"
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

/* A stranger has no name that could be refused; but one who comes from the place of somebody who
 * was removed must be let in by somebody. Not from this machine itself: a proxy would be
 * everybody. */
static bool is_banned(const struct room *room, const struct addr *peer)
{
	for (unsigned i = 0; i < room->banned_count; i++)
		if (addr_eq_host(&room->banned[i], peer))
			return true;
	return false;
}

void join_ban(struct room *room, const struct addr *peer)
{
	if (addr_is_none(peer) || addr_is_loopback(peer) || is_banned(room, peer))
		return;
	if (room->banned_count == ROOM_BANNED_MAX)
		memmove(room->banned, room->banned + 1,
			sizeof room->banned[0] * (size_t)--room->banned_count);
	room->banned[room->banned_count++] = *peer;
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
		bool here = (member_is_in(m) || m->state == MEMBER_WAITING || m->state == MEMBER_NEW) &&
					!m->away && !m->lost_at;
		if (!here || m == self)
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
