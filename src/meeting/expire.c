/* Expiry: expire_soon queues a job, whose answer queues the next while there is more. */
#include "meeting/expire.h"

#include "base/log.h"
#include "meeting/room.h"
#include "meeting/rooms_internal.h"

#define MS_PER_HOUR ((int64_t)3600 * 1000)
#define MS_PER_DAY  (24 * MS_PER_HOUR)

int expire_part(struct db *db, void *arg)
{
	struct expire_job *job = arg;
	const struct rooms_limits *limits = job->limits;
	int result = meeting_row_expire(db, job->now, job->now - limits->empty_hours * MS_PER_HOUR,
		job->now - EXPIRE_UNUSED_DAYS * MS_PER_DAY);
	if (result < 0)
		return result;
	job->ended = result;
	if (limits->meeting_days) {
		result = meeting_row_purge(
			db, job->now - limits->meeting_days * MS_PER_DAY, EXPIRE_MEETINGS);
		if (result < 0)
			return result;
		job->meetings = result;
	}
	if (limits->chat_days) {
		result = chat_row_purge(db, job->now - limits->chat_days * MS_PER_DAY, EXPIRE_CHATS);
		if (result < 0)
			return result;
		job->chats = result;
	}
	return 0;
}

bool expire_has_more(const struct expire_job *job)
{
	return job->meetings == EXPIRE_MEETINGS || job->chats == EXPIRE_CHATS;
}

struct expiring {
	struct expire_job job; /* first: it is what the store knows */
	struct rooms *rooms;
	int meetings, chats; /* in all */
};

static void part_done(int result, void *arg);

static void run_part(struct expiring *e)
{
	e->job = (struct expire_job){
		.limits = &e->rooms->conf.limits, .now = rooms_wall_ms(e->rooms)};
	/* When the store takes no more: in an hour. */
	if (store_run(e->rooms->conf.store, expire_part, &e->job, part_done) < 0)
		g_free(e);
}

static void part_done(int result, void *arg)
{
	struct expiring *e = arg;
	if (result >= 0) {
		e->meetings += e->job.meetings;
		e->chats += e->job.chats;
		if (expire_has_more(&e->job) && !e->rooms->closing) {
			run_part(e);
			return;
		}
	}
	if (e->meetings || e->chats)
		log_info("deleted for their age: meetings=%d messages=%d", e->meetings, e->chats);
	g_free(e);
}

static void forget_old(void *key, void *room, void *before)
{
	room_forget_chat(room, *(int64_t *)before);
}

void expire_soon(struct rooms *rooms)
{
	unsigned days = rooms->conf.limits.chat_days;
	int64_t before = rooms_wall_ms(rooms) - days * MS_PER_DAY;
	if (days)
		g_hash_table_foreach(rooms->by_code, forget_old, &before);
	struct expiring *e = g_new0(struct expiring, 1);
	e->rooms = rooms;
	run_part(e);
}
