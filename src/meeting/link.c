/* A connection's texts. Read link_recv: limits, then the queue behind a join, then JSON, then the
 * verb. */
#include "meeting/link.h"

#include "base/log.h"
#include "meeting/link_internal.h"
#include "meeting/member.h"
#include "meeting/resume.h"
#include "meeting/room.h"
#include "meeting/rooms_internal.h"
#include "meeting/verbs.h"

#include <stdlib.h>

enum {
	CLOSE_NORMAL = 1000,
	CLOSE_POLICY = 1008,
	STRIKE_EVERY_MS = 1000, /* a strike is forgotten each so long */
	CONFIRM_MS = 500,       /* a message this long after the reply shows that it arrived */
};

struct link *link_new(struct rooms *rooms, const struct link_conf *conf)
{
	if (rooms->closing || g_hash_table_size(rooms->links) >= rooms->conf.limits.links_max)
		return NULL;
	struct link *link = g_new0(struct link, 1);
	link->rooms = rooms;
	link->conf = *conf;
	link->serial = ++rooms->last_serial;
	link->opened = rooms_mono(rooms);
	g_queue_init(&link->waiting);
	g_hash_table_insert(rooms->links, &link->serial, link);
	rooms_wake(rooms);
	return link;
}

static void drop_waiting(struct link *link)
{
	g_queue_clear_full(&link->waiting, (GDestroyNotify)g_bytes_unref);
	link->waiting_len = 0;
}

void link_detach(struct link *link)
{
	if (link->member && link->member->link == link)
		link->member->link = NULL;
	link->member = NULL;
	link->room = NULL;
}

/* The connection is gone, the member is not: it has some time to come back. */
static void lose(struct link *link)
{
	struct member *m = link->member;
	struct room *room = link->room;
	link_detach(link);
	if (!m)
		return;
	m->lost_at = rooms_mono(link->rooms);
	room_lost(room, m);
}

void link_free(struct link **linkp)
{
	struct link *link = *linkp;
	if (!link)
		return;
	*linkp = NULL;
	lose(link);
	drop_waiting(link);
	g_hash_table_remove(link->rooms->links, &link->serial);
	g_free(link);
}

void link_close(struct link *link, int code, const char *reason)
{
	if (link->state == LINK_CLOSED)
		return;
	lose(link);
	link->state = LINK_CLOSED;
	drop_waiting(link);
	link->conf.calls->close(link->conf.user, code, reason);
}

bool link_take(struct link *link, struct link_bucket *bucket, unsigned burst, unsigned every_ms)
{
	usec now = rooms_mono(link->rooms), every = every_ms * USEC_PER_MS;
	usec full_at = usec_max(bucket->full_at, now);
	if (full_at - now + every > every * burst)
		return false;
	bucket->full_at = full_at + every;
	return true;
}

/* ── Out ── */

void link_send_text(struct link *link, const char *text, size_t len)
{
	if (link->state != LINK_CLOSED)
		link->conf.calls->send(link->conf.user, text, len);
}

void link_send(struct link *link, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	if (text)
		link_send_text(link, text, strlen(text));
	free(text);
}

void link_reply(struct link *link, int64_t id, json_t *json)
{
	if (id == 0) {
		json_decref(json);
		return;
	}
	json_t *reply = json_pack("{s:I}", "reply", (json_int_t)id);
	if (json)
		json_object_update_missing(reply, json);
	json_decref(json);
	link_send(link, reply);
}

void link_problem(
	struct link *link, int64_t id, const struct problem *problem, const char *detail)
{
	json_t *number = id ? json_integer(id) : json_null();
	link_send(link, json_pack("{s:o, s:o}", "reply", number, "problem",
						problem_json(problem, link->conf.lang, detail, NULL)));
}

void link_strike(struct link *link)
{
	if (!link_take(link, &link->strikes, link->rooms->conf.limits.strikes_max, STRIKE_EVERY_MS))
		link_close(link, CLOSE_POLICY, "too many messages that were refused");
}

/* ── In ── */

static void refuse(
	struct link *link, int64_t id, const struct problem *problem, const char *detail)
{
	link_problem(link, id, problem, detail);
	link_strike(link);
}

static void read_text(struct link *link, const char *text, size_t len)
{
	json_t *message = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *id = json_object_get(message, "id");
	if (!json_is_object(message))
		refuse(link, 0, &problem_bad_json, NULL);
	else if (id && (!json_is_integer(id) || json_integer_value(id) <= 0))
		refuse(link, 0, &problem_bad_value, "id");
	else if (!verbs_run(link, id ? json_integer_value(id) : 0, message))
		link_strike(link);
	json_decref(message);
}

static void put_behind_join(struct link *link, struct span text)
{
	if (g_queue_get_length(&link->waiting) >= link->rooms->conf.limits.queued_max ||
		link->waiting_len + text.len > link->rooms->conf.limits.message_max) {
		link_close(link, CLOSE_POLICY, "too much behind a join");
		return;
	}
	g_queue_push_tail(&link->waiting, g_bytes_new(text.ptr, text.len));
	link->waiting_len += text.len;
}

void link_recv(struct link *link, struct span text)
{
	const struct rooms_limits *limits = &link->rooms->conf.limits;
	if (link->state == LINK_CLOSED)
		return;
	if (!link_take(link, &link->verbs, limits->verbs_burst, limits->verbs_every_ms)) {
		refuse(link, 0, &problem_too_fast, NULL);
		return;
	}
	if (link->state == LINK_ENTERING) {
		put_behind_join(link, text);
		return;
	}
	if (link->member && rooms_mono(link->rooms) - link->joined > CONFIRM_MS * USEC_PER_MS)
		resume_confirm(link->member, link->serial);
	read_text(link, (const char *)text.ptr, text.len);
}

/* ── Joining, as the verb goes about it ── */

static void take_up_waiting(struct link *link)
{
	while (link->state == LINK_IN || link->state == LINK_NEW) {
		GBytes *text = g_queue_pop_head(&link->waiting);
		if (!text)
			break;
		link->waiting_len -= g_bytes_get_size(text);
		size_t len;
		const char *data = g_bytes_get_data(text, &len);
		read_text(link, data, len);
		g_bytes_unref(text);
	}
}

void link_entering(struct link *link)
{
	link->state = LINK_ENTERING;
	if (link->conf.calls->allow)
		link->conf.calls->allow(link->conf.user, link->rooms->conf.limits.message_max);
}

void link_attach(struct link *link, struct room *room, struct member *member)
{
	link->state = LINK_IN;
	link->room = room;
	link->member = member;
	link->joined = rooms_mono(link->rooms);
	member->link = link;
	member->lost_at = 0;
	member->stats_token = 0; /* whoever asked is gone */
}

void link_joined(struct link *link)
{
	take_up_waiting(link);
}

void link_unjoin(struct link *link)
{
	if (link->state == LINK_ENTERING)
		link->state = LINK_NEW;
	take_up_waiting(link);
}

void link_tick(struct link *link, usec now)
{
	usec deadline = link->opened + link->rooms->conf.limits.join_ms * USEC_PER_MS;
	if (link->state == LINK_NEW && now >= deadline)
		link_close(link, CLOSE_POLICY, "no join");
}
