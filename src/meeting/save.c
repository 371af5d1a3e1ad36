/* Jobs that write a room: each carries a copy, since the room goes on changing meanwhile. While
 * one is under way the room stays in memory (room->saving), so the pointer is good when the answer
 * comes. */
#include "meeting/save.h"

#include "base/log.h"
#include "meeting/rooms_internal.h"
#include "store/q_member.h"

#include <stdlib.h>

enum { RETRY_MS = 5000 }; /* after a write that failed */

struct member_job {
	struct room *room;
	struct member_row row;
	save_done *done;
	void *arg;
};

static void copy_member(const struct room *room, const struct member *m, struct member_row *row)
{
	*row = (struct member_row){
		.meeting = room->row.id,
		.number = m->number,
		.name = g_strdup(m->name),
		.role = g_strdup(role_name(m->role)),
		.state = g_strdup(member_state_name(m->state == MEMBER_NEW ? m->coming : m->state)),
		.admitted = m->admitted,
		.person = m->person,
		.hand = m->hand,
		.pinned = m->pinned,
		.led = m->led,
		.since = m->since,
		.resume = g_strdup(m->resume),
		.resume_before = g_strdup(m->resume_before),
		.resumed = m->resumed,
	};
}

static int write_member(struct db *db, void *arg)
{
	struct member_job *job = arg;
	return member_row_put(db, &job->row);
}

/* Told, and whether it may go better later: on a full disk, not for a mistake of ours. */
static bool has_failed(struct room *room, int result)
{
	if (result >= 0)
		return false;
	log_error("room=%llx err=%s could not be written", (unsigned long long)room->group,
		err_name(result));
	room->save_at = rooms_mono(room->rooms) + RETRY_MS * USEC_PER_MS;
	return result == -ERR_IO || result == -ERR_NOMEM || result == -ERR_AGAIN;
}

static void member_written(int result, void *arg)
{
	struct member_job *job = arg;
	job->room->saving--;
	bool again = has_failed(job->room, result);
	struct member *m = room_find(job->room, (uint32_t)job->row.number);
	if (job->done)
		job->done(job->room, result, job->arg);
	else if (again && m)
		m->dirty = true;
	member_row_done(&job->row);
	g_free(job);
}

static int run(struct room *room, db_fn *fn, void *job, store_done *done)
{
	int err = store_run(room->rooms->conf.store, fn, job, done);
	if (!err)
		room->saving++;
	return err;
}

int save_member(struct room *room, const struct member *m, save_done *done, void *arg)
{
	if (room->echo) {
		if (done)
			done(room, 0, arg);
		return 0;
	}
	struct member_job *job = g_new0(struct member_job, 1);
	*job = (struct member_job){.room = room, .done = done, .arg = arg};
	copy_member(room, m, &job->row);
	int err = run(room, write_member, job, member_written);
	if (err) {
		member_row_done(&job->row);
		g_free(job);
	}
	return err;
}

void save_member_soon(struct room *room, struct member *m)
{
	/* An encoder's or a player's place is its HTTP resource, which does not outlive the process;
	 * its number is kept with the meeting. */
	if (m->kind != MEMBER_BROWSER) {
		save_room_soon(room);
		return;
	}
	m->dirty = save_member(room, m, NULL, NULL) < 0;
}

struct room_job {
	struct room *room;
	struct meeting_row row;
	GPtrArray *banned; /* owned; NULL: as they were */
	db_fn *fn;
};

static void room_job_free(struct room_job *job)
{
	meeting_row_done(&job->row);
	g_clear_pointer(&job->banned, g_ptr_array_unref);
	g_free(job);
}

static int write_room(struct db *db, void *arg)
{
	struct room_job *job = arg;
	int err = meeting_row_put(db, &job->row);
	return err < 0 || !job->banned ? err : ban_put(db, job->row.id, job->banned);
}

static int reset_room(struct db *db, void *arg)
{
	struct room_job *job = arg;
	int err = meeting_row_reset(db, &job->row);
	return err < 0 || !job->banned ? err : ban_put(db, job->row.id, job->banned);
}

static void room_written(int result, void *arg)
{
	struct room_job *job = arg;
	job->room->saving--;
	if (has_failed(job->room, result)) {
		job->room->dirty = true;
		job->room->reset = job->room->reset || job->fn == reset_room;
		job->room->bans_dirty = job->room->bans_dirty || job->banned;
	}
	room_job_free(job);
}

static void *copy_text(const void *text, void *unused)
{
	return g_strdup(text);
}

static void save_room(struct room *room, db_fn *fn)
{
	if (room->echo)
		return;
	struct room_job *job = g_new0(struct room_job, 1);
	job->room = room;
	job->fn = fn;
	job->row = room->row;
	job->row.code = g_strdup(room->row.code);
	job->row.number = g_strdup(room->row.number);
	job->row.title = g_strdup(room->row.title);
	if (room->bans_dirty) {
		job->banned = g_ptr_array_copy(room->banned, copy_text, NULL);
		g_ptr_array_set_free_func(job->banned, g_free);
	}
	room->dirty = run(room, fn, job, room_written) < 0;
	room->reset = room->dirty && fn == reset_room;
	if (room->dirty)
		room_job_free(job);
	else
		room->bans_dirty = false;
}

void save_room_soon(struct room *room)
{
	save_room(room, room->reset ? reset_room : write_room);
}

void save_reset(struct room *room)
{
	save_room(room, reset_room);
}

bool save_is_due(const struct room *room)
{
	struct member *m;
	room_each(room, m) {
		if (m->dirty)
			return true;
	}
	return room->saving || room->dirty;
}

void save_again(struct room *room, usec now)
{
	struct member *m;
	if (now < room->save_at)
		return;
	if (room->dirty)
		save_room_soon(room);
	room_each(room, m) {
		if (m->dirty)
			save_member_soon(room, m);
	}
}

struct forget_job {
	struct room *room;
	int64_t meeting, number;
};

static int forget_member(struct db *db, void *arg)
{
	struct forget_job *job = arg;
	return member_row_del(db, job->meeting, job->number);
}

static void forgotten(int result, void *arg)
{
	struct forget_job *job = arg;
	job->room->saving--;
	(void)has_failed(job->room, result);
	g_free(job);
}

bool save_forget(struct room *room, const struct member *m)
{
	if (room->echo || m->kind != MEMBER_BROWSER)
		return true;
	struct forget_job *job = g_new(struct forget_job, 1);
	*job = (struct forget_job){room, room->row.id, m->number};
	if (run(room, forget_member, job, forgotten) == 0)
		return true;
	g_free(job);
	return false;
}

struct chat_job {
	struct room *room;
	struct chat_row row;
	int64_t max;
	save_chat_done *done;
	void *arg;
};

static int write_chat(struct db *db, void *arg)
{
	struct chat_job *job = arg;
	return chat_row_add(db, &job->row, job->max);
}

static void chat_written(int result, void *arg)
{
	struct chat_job *job = arg;
	job->room->saving--;
	if (result != -ERR_FULL) /* the meeting's chat is full: no failure of ours */
		(void)has_failed(job->room, result);
	job->done(job->room, result, &job->row, job->arg);
	chat_row_done(&job->row);
	g_free(job);
}

static void number_by_hand(struct room *room, struct chat_row *row)
{
	guint len = room->chat->len;
	row->number = len ? g_array_index(room->chat, struct chat_row, len - 1).number + 1 : 1;
}

int save_chat(struct room *room, struct chat_row *row, save_chat_done *done, void *arg)
{
	struct chat_job *job = g_new0(struct chat_job, 1);
	*job = (struct chat_job){.room = room,
		.row = *row,
		.max = room->rooms->conf.limits.chat_total,
		.done = done,
		.arg = arg};
	if (room->echo) {
		number_by_hand(room, &job->row);
		room->saving++;
		chat_written(0, job);
		return 0;
	}
	int err = run(room, write_chat, job, chat_written);
	if (err) {
		chat_row_done(&job->row);
		g_free(job);
	}
	return err;
}
