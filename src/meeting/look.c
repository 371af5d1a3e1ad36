/* A live meeting is looked at in memory, any other in the database; neither is woken by it. */
#include "meeting/look.h"

#include "meeting/create.h"
#include "meeting/room.h"
#include "meeting/rooms_internal.h"

struct looking {
	struct rooms *rooms;
	bool by_number;
	char *key; /* owned: code or number */
	struct addr addr;
	look_done *done;
	void *arg;
	struct meeting_row row;
};

static void tell(const struct looking *l, const struct meeting_row *row, const struct room *room)
{
	const struct rooms_limits *limits = &l->rooms->conf.limits;
	struct look look = {.code = row->code,
		.title = row->title,
		.number = row->number,
		.lobby = row->lobby,
		.locked = row->locked,
		.ended = create_is_over(row, rooms_wall_ms(l->rooms), limits->empty_hours),
		.people = room ? room_count(room, MEMBER_IN) : 0};
	l->done(&look, NULL, l->arg);
}

static void looking_free(struct looking *l)
{
	meeting_row_done(&l->row);
	g_free(l->key);
	g_free(l);
}

static void no(struct looking *l, const struct problem *problem)
{
	l->done(NULL, problem, l->arg);
	looking_free(l);
}

static int read_row(struct db *db, void *arg)
{
	struct looking *l = arg;
	return l->by_number ? meeting_row_get_number(db, l->key, &l->row)
						: meeting_row_get(db, l->key, &l->row);
}

static void have_read(int result, void *arg)
{
	struct looking *l = arg;
	if (result == -ERR_NOTFOUND) {
		(void)throttle_try_addr(l->rooms->misses, &l->addr, rooms_mono(l->rooms));
		no(l, &problem_meeting_unknown);
		return;
	}
	if (result < 0) {
		no(l, &problem_internal);
		return;
	}
	const struct room *room = g_hash_table_lookup(l->rooms->by_code, l->row.code);
	tell(l, room ? &room->row : &l->row, room);
	looking_free(l);
}

static void look(struct rooms *rooms, bool by_number, const char *key, const struct addr *addr,
	look_done *done, void *arg)
{
	struct looking *l = g_new0(struct looking, 1);
	*l = (struct looking){.rooms = rooms,
		.by_number = by_number,
		.key = g_strdup(key),
		.addr = *addr,
		.done = done,
		.arg = arg};
	const struct room *room = by_number ? NULL : g_hash_table_lookup(rooms->by_code, key);
	if (room) {
		tell(l, &room->row, room);
		looking_free(l);
	} else if (!throttle_has_room_addr(rooms->misses, addr, rooms_mono(rooms))) {
		no(l, &problem_too_many);
	} else if (store_run(rooms->conf.store, read_row, l, have_read) < 0) {
		no(l, &problem_full);
	}
}

void look_code(
	struct rooms *rooms, const char *code, const struct addr *addr, look_done *done, void *arg)
{
	look(rooms, false, code, addr, done, arg);
}

void look_number(
	struct rooms *rooms, const char *number, const struct addr *addr, look_done *done, void *arg)
{
	look(rooms, true, number, addr, done, arg);
}
