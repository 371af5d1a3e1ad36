/* The registry: rooms by code, loaded when first asked for, out of memory when empty; links by
 * serial; and the clock that all of them are told. */
#include "meeting/rooms.h"

#include "base/log.h"
#include "meeting/create.h"
#include "meeting/link_internal.h"
#include "meeting/room.h"
#include "meeting/rooms_internal.h"
#include "meeting/stage.h"
#include "store/q_member.h"
#include "store/q_secret.h"

#include <string.h>

enum { CLOSE_GOING_AWAY = 1001, ADDR_SLOTS = 4096 };

void rooms_limits_init(struct rooms_limits *ret_limits)
{
	*ret_limits = (struct rooms_limits){
		.rooms_max = 2000,
		.tests_max = 100,
		.meetings_max = 100000,
		.links_max = 10000,
		.members_max = 1000,
		.waiting_max = 100,
		.gone_max = 2000,
		.name_max = 80,
		.title_max = 200,
		.message_max = 512 * 1024,
		.chat_max = 4000,
		.chat_total = 20000,
		.rtt_max = 500,
		.chat_kept = 500,
		.chat_kept_len = 512 * 1024,
		.chat_unstored = 16,
		.verbs_burst = 120,
		.verbs_every_ms = 33,
		.writes_burst = 10,
		.writes_every_ms = 500,
		.signs_burst = 20,
		.signs_every_ms = 250,
		.texts_burst = 15,
		.texts_every_ms = 150,
		.offers_burst = 6,
		.offers_every_ms = 2000,
		.strikes_max = 20,
		.queued_max = 16,
		.misses_burst = 300,
		.misses_every_ms = 200,
		.joins_burst = 1000,
		.joins_every_ms = 100,
		.join_ms = 10 * 1000,
		.away_ms = 3 * 1000,
		.left_ms = 45 * 1000,
		.test_ms = 5 * 60 * 1000,
		.evict_ms = 60 * 1000,
		.empty_hours = 24,
		.meeting_days = 30,
		.chat_days = 30,
	};
}

static void free_room(void *room)
{
	room_free(room);
}

int rooms_key(struct db *db, void *arg)
{
	struct token fresh;
	token_new(&fresh);
	g_autofree char *key = NULL;
	int err = secret_get(db, "rooms", fresh.text, &key);
	if (!err)
		g_strlcpy(arg, key, RANDOM_TOKEN_LEN + 1);
	return err;
}

struct rooms *rooms_new(const struct rooms_conf *conf)
{
	struct rooms *rooms = g_new0(struct rooms, 1);
	rooms->conf = *conf;
	if (!rooms->conf.mono)
		rooms->conf.mono = clock_mono;
	if (!rooms->conf.wall)
		rooms->conf.wall = clock_wall;
	rooms->by_code = g_hash_table_new(g_str_hash, g_str_equal);
	rooms->by_group = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_room);
	rooms->links = g_hash_table_new(g_int64_hash, g_int64_equal);
	rooms->misses = throttle_new(
		ADDR_SLOTS, conf->limits.misses_burst, conf->limits.misses_every_ms * USEC_PER_MS);
	rooms->joins = throttle_new(
		ADDR_SLOTS, conf->limits.joins_burst, conf->limits.joins_every_ms * USEC_PER_MS);
	return rooms;
}

void rooms_free(struct rooms **roomsp)
{
	struct rooms *rooms = *roomsp;
	if (!rooms)
		return;
	*roomsp = NULL;
	if (rooms->timer)
		g_source_remove(rooms->timer);
	/* Links are their connections' and go first. */
	BUG_IF(g_hash_table_size(rooms->links) > 0);
	g_hash_table_unref(rooms->by_code);
	g_hash_table_unref(rooms->by_group);
	g_hash_table_unref(rooms->links);
	throttle_free(&rooms->misses);
	throttle_free(&rooms->joins);
	g_free(rooms);
}

void rooms_limits_of(const struct rooms *rooms, struct rooms_limits *ret_limits)
{
	*ret_limits = rooms->conf.limits;
}

usec rooms_mono(const struct rooms *rooms)
{
	return rooms->conf.mono();
}

int64_t rooms_wall_ms(const struct rooms *rooms)
{
	return rooms->conf.wall() / USEC_PER_MS;
}

struct link *rooms_link(const struct rooms *rooms, uint64_t serial)
{
	return g_hash_table_lookup(rooms->links, &serial);
}

void rooms_add(struct rooms *rooms, struct room *room)
{
	if (room->echo)
		rooms->tests++;
	else
		g_hash_table_insert(rooms->by_code, room->row.code, room);
	g_hash_table_insert(rooms->by_group, &room->group, room);
	rooms_wake(rooms);
}

bool rooms_has_room(const struct rooms *rooms, bool test)
{
	const struct rooms_limits *limits = &rooms->conf.limits;
	if (test)
		return rooms->tests < limits->tests_max;
	return g_hash_table_size(rooms->by_code) < limits->rooms_max;
}

/* ── Loading ── */

struct loading {
	struct rooms *rooms;
	char *code; /* owned */
	struct addr addr;
	rooms_found *done;
	void *arg;

	/* ── Read by the job ── */
	struct meeting_row row;
	GArray *members, *chat;
	GPtrArray *banned;
	GHashTable *invites;
	int chat_kept;
};

static void loading_free(struct loading *l)
{
	g_free(l->code);
	meeting_row_done(&l->row);
	g_clear_pointer(&l->members, g_array_unref);
	g_clear_pointer(&l->chat, g_array_unref);
	g_clear_pointer(&l->banned, g_ptr_array_unref);
	g_clear_pointer(&l->invites, g_hash_table_unref);
	g_free(l);
}

static void add_invite(const char *hash, enum invite_grant grant, void *arg)
{
	g_hash_table_insert(arg, g_strdup(hash), GINT_TO_POINTER((int)grant));
}

static int load(struct db *db, void *arg)
{
	struct loading *l = arg;
	int err = meeting_row_get(db, l->code, &l->row);
	if (err)
		return err;
	err = member_row_list(db, l->row.id, &l->members);
	if (!err)
		err = chat_row_list(db, l->row.id, l->chat_kept, &l->chat);
	if (!err)
		err = ban_list(db, l->row.id, &l->banned);
	l->invites = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (!err)
		err = invite_each(db, l->row.id, add_invite, l->invites);
	return err;
}

/* Whoever was in when the server went down is away now, and has as long as anybody to be back. */
static void restore_member(struct room *room, const struct member_row *row)
{
	int role = role_parse(row->role), state = member_state_parse(row->state);
	if (role < 0 || state < 0)
		return;
	struct member *m = member_new(
		(uint32_t)row->number, MEMBER_BROWSER, (enum role)role, g_strdup(row->name));
	m->state = (enum member_state)state;
	m->admitted = row->admitted;
	m->person = row->person;
	m->hand = row->hand;
	m->pinned = row->pinned;
	m->led = row->led;
	m->since = row->since;
	g_strlcpy(m->resume, row->resume, sizeof m->resume);
	g_strlcpy(m->resume_before, row->resume_before, sizeof m->resume_before);
	m->resumed = row->resumed;
	m->shown = m->hand && member_is_in(m) && !member_is_listed(m);
	if (state == MEMBER_IN || state == MEMBER_WAITING) {
		m->away = true;
		m->lost_at = rooms_mono(room->rooms);
		room->empty_since = 0;
	}
	g_ptr_array_add(room->members, m);
}

static struct room *room_of(struct loading *l)
{
	struct room *room = room_new(l->rooms, &l->row);
	g_hash_table_unref(room->invites);
	room->invites = g_steal_pointer(&l->invites);
	g_ptr_array_unref(room->banned);
	room->banned = g_steal_pointer(&l->banned);
	for (guint i = 0; i < l->members->len; i++)
		restore_member(room, &g_array_index(l->members, struct member_row, i));
	for (guint i = 0; i < l->chat->len; i++)
		room_remember(room, &g_array_index(l->chat, struct chat_row, i));
	rooms_add(l->rooms, room);
	return room;
}

static void loaded(int result, void *arg)
{
	struct loading *l = arg;
	struct rooms *rooms = l->rooms;
	/* Somebody else may have asked for it at the same time. */
	struct room *room = g_hash_table_lookup(rooms->by_code, l->code);
	const struct problem *problem = NULL;
	if (rooms->closing)
		problem = &problem_not_stored;
	else if (!room && result == -ERR_NOTFOUND)
		problem = &problem_meeting_unknown;
	else if (!room && result < 0)
		problem = &problem_not_stored;
	else if (!room && create_is_over(&l->row, rooms_wall_ms(rooms), rooms->conf.limits.empty_hours))
		problem = &problem_meeting_ended;
	else if (!room && !rooms_has_room(rooms, false))
		problem = &problem_full;
	if (problem == &problem_meeting_unknown)
		(void)throttle_try_addr(rooms->misses, &l->addr, rooms_mono(rooms));
	if (!problem && !room)
		room = room_of(l);
	l->done(problem ? NULL : room, problem, l->arg);
	loading_free(l);
}

void rooms_find(struct rooms *rooms, const char *code, const struct addr *addr,
	rooms_found *done, void *arg)
{
	struct room *room = g_hash_table_lookup(rooms->by_code, code);
	if (room) {
		done(room, NULL, arg);
		return;
	}
	if (!throttle_has_room_addr(rooms->misses, addr, rooms_mono(rooms))) {
		done(NULL, &problem_too_many, arg);
		return;
	}
	struct loading *l = g_new0(struct loading, 1);
	*l = (struct loading){.rooms = rooms,
		.code = g_strdup(code),
		.addr = *addr,
		.done = done,
		.arg = arg,
		.chat_kept = (int)rooms->conf.limits.chat_kept};
	if (store_run(rooms->conf.store, load, l, loaded) < 0) {
		done(NULL, &problem_full, arg);
		loading_free(l);
	}
}

/* ── Media ── */

void rooms_media_event(struct rooms *rooms, const struct media_event *ev)
{
	struct room *room = g_hash_table_lookup(rooms->by_group, &ev->group);
	if (room)
		stage_event(room, ev);
}

/* ── Time ── */

static gboolean is_idle(void *key, void *value, void *now)
{
	struct room *room = value;
	if (room_tick(room, *(usec *)now))
		return false;
	if (room->echo)
		room->rooms->tests--;
	else
		g_hash_table_remove(room->rooms->by_code, room->row.code);
	return true;
}

void rooms_tick(struct rooms *rooms)
{
	usec now = rooms_mono(rooms);
	GHashTableIter iter;
	void *link;
	g_hash_table_iter_init(&iter, rooms->links);
	while (g_hash_table_iter_next(&iter, NULL, &link))
		link_tick(link, now);
	g_hash_table_foreach_remove(rooms->by_group, is_idle, &now);
}

static gboolean on_timer(void *arg)
{
	struct rooms *rooms = arg;
	rooms_tick(rooms);
	if (g_hash_table_size(rooms->links) || g_hash_table_size(rooms->by_group))
		return G_SOURCE_CONTINUE;
	rooms->timer = 0; /* nothing to look after: sleep */
	return G_SOURCE_REMOVE;
}

void rooms_wake(struct rooms *rooms)
{
	if (!rooms->timer && !rooms->conf.manual)
		rooms->timer = g_timeout_add(ROOM_TICK_MS, on_timer, rooms);
}

void rooms_restarting(struct rooms *rooms)
{
	rooms->closing = true;
	GList *links = g_hash_table_get_values(rooms->links);
	for (GList *l = links; l; l = l->next) {
		link_send(l->data, room_event("restarting"));
		link_close(l->data, CLOSE_GOING_AWAY, "restarting");
	}
	g_list_free(links);
}

static void count_members(void *key, void *room, void *stats)
{
	struct rooms_stats *s = stats;
	s->members += room_count(room, MEMBER_IN);
	s->waiting += room_count(room, MEMBER_WAITING);
}

void rooms_stats(const struct rooms *rooms, struct rooms_stats *ret_stats)
{
	*ret_stats = (struct rooms_stats){
		.rooms = g_hash_table_size(rooms->by_code),
		.tests = rooms->tests,
		.links = g_hash_table_size(rooms->links),
	};
	memcpy(ret_stats->ratings, rooms->ratings, sizeof ret_stats->ratings);
	memcpy(ret_stats->ratings_back, rooms->ratings_back, sizeof ret_stats->ratings_back);
	g_hash_table_foreach(rooms->by_group, count_members, ret_stats);
}
