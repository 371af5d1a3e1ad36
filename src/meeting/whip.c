/* Encoders and players. Read whip_open, found, come_in. The id of a resource is kept as a hash,
 * where a browser's member has its token to come back by. */
#include "meeting/whip.h"

#include "base/random.h"
#include "meeting/join.h"
#include "meeting/rooms_internal.h"
#include "meeting/save.h"
#include "meeting/stage.h"
#include "meeting/words.h"

#include <stdlib.h>
#include <string.h>

struct opening {
	struct rooms *rooms;
	enum whip_kind kind;
	char *token, *name, *sdp; /* owned */
	whip_done *done;
	void *arg;
};

static enum member_kind member_kind_of(enum whip_kind kind)
{
	return kind == WHIP_PUBLISH ? MEMBER_WHIP : MEMBER_WHEP;
}

static bool is_granted(const struct room *room, const struct opening *o)
{
	if (!o->token)
		return false;
	char hash[TOKEN_HASH_LEN + 1];
	token_hash(o->token, hash);
	void *grant;
	if (!g_hash_table_lookup_extended(room->invites, hash, NULL, &grant))
		return false;
	bool publish = GPOINTER_TO_INT(grant) == INVITE_PUBLISH;
	return publish || (o->kind == WHIP_WATCH && GPOINTER_TO_INT(grant) == INVITE_WATCH);
}

/* RFC 9725 4.7: 401 to who has no right; reply.c adds what is asked for. */
static const struct problem *may_come(const struct room *room, const struct opening *o)
{
	if (room->row.ended)
		return &problem_meeting_ended;
	if (!is_granted(room, o))
		return o->token ? &problem_token_wrong : &problem_token_missing;
	if (room->row.locked)
		return &problem_meeting_locked;
	if (room_count(room, MEMBER_IN) >= room->rooms->conf.limits.members_max)
		return &problem_meeting_full;
	return NULL;
}

static const struct problem *problem_of(int err)
{
	if (err == -ERR_UNSUPP)
		return &problem_not_usable;
	return err == -ERR_FULL || err == -ERR_NOMEM ? &problem_full : &problem_bad_offer;
}

static char *name_of(const struct room *room, struct opening *o)
{
	const struct rooms_limits *limits = &room->rooms->conf.limits;
	char *clean = o->name ? words_name(o->name, (int)limits->name_max) : NULL;
	const char *plain = o->kind == WHIP_PUBLISH ? "WHIP" : "WHEP";
	return join_name(room, clean ? clean : g_strdup(plain), NULL);
}

/* What an encoder's offer has, it means to send. */
static void mean_what_is_offered(struct room *room, struct member *m)
{
	m->mic = m->lines & 1u << MEDIA_MIC;
	m->camera = m->lines & 1u << MEDIA_CAMERA;
	m->screen = m->lines & 1u << MEDIA_SCREEN;
	stage_gates(room, m);
}

static const struct problem *come_in(
	struct room *room, struct opening *o, struct member *m, struct media_answer *answer)
{
	const struct rooms_conf *conf = &room->rooms->conf;
	struct media_offer offer = {.group = room->group,
		.member = m->number,
		.sdp = span_str(o->sdp),
		.hears = o->kind == WHIP_WATCH};
	int err = conf->calls->answer(conf->media, 0, &offer, answer);
	if (err)
		return problem_of(err);
	m->admitted = true;
	m->state = MEMBER_IN;
	/* It has as long to connect as anybody has to come back. */
	m->lost_at = rooms_mono(room->rooms);
	stage_answered(room, m, answer, true);
	if (o->kind == WHIP_PUBLISH)
		mean_what_is_offered(room, m);
	room_enter(room, m);
	save_member_soon(room, m);
	stage_fill_all(room);
	return NULL;
}

static void end(struct opening *o, const struct whip_answer *answer, const struct problem *problem)
{
	o->done(answer, problem, o->arg);
	g_free(o->token);
	g_free(o->name);
	g_free(o->sdp);
	g_free(o);
}

static void found(struct room *room, const struct problem *problem, void *arg)
{
	struct opening *o = arg;
	if (!problem)
		problem = may_come(room, o);
	if (problem) {
		end(o, NULL, problem);
		return;
	}
	enum role role = o->kind == WHIP_PUBLISH ? ROLE_PRESENTER : ROLE_AUDIENCE;
	struct member *m = room_add(room, member_kind_of(o->kind), role, name_of(room, o));
	struct media_answer media = {0};
	problem = come_in(room, o, m, &media);
	if (problem) {
		room_forget(room, m);
		end(o, NULL, problem);
		return;
	}
	struct token id;
	token_new(&id);
	memcpy(m->resume, id.hash, sizeof m->resume);
	g_snprintf(m->etag, sizeof m->etag, "%016llx", (unsigned long long)random_u64());
	struct whip_answer answer = {.id = id.text, .sdp = media.sdp, .etag = m->etag};
	end(o, &answer, NULL);
	free(media.sdp);
}

void whip_open(struct rooms *rooms, const struct whip_ask *ask, whip_done *done, void *arg)
{
	struct opening *o = g_new0(struct opening, 1);
	*o = (struct opening){.rooms = rooms,
		.kind = ask->kind,
		.token = g_strdup(ask->token),
		.name = g_strdup(ask->name),
		.sdp = g_strndup((const char *)ask->sdp.ptr, ask->sdp.len),
		.done = done,
		.arg = arg};
	rooms_find(rooms, ask->code, &ask->addr, found, o);
}

static struct member *find(struct rooms *rooms, enum whip_kind kind, const char *code,
	const char *id, struct room **ret_room)
{
	struct room *room = g_hash_table_lookup(rooms->by_code, code);
	if (!room)
		return NULL;
	char hash[TOKEN_HASH_LEN + 1];
	token_hash(id, hash);
	struct member *m;
	room_each(room, m) {
		if (m->kind == member_kind_of(kind) && member_is_in(m) && strcmp(m->resume, hash) == 0) {
			*ret_room = room;
			return m;
		}
	}
	return NULL;
}

int whip_close(struct rooms *rooms, enum whip_kind kind, const char *code, const char *id)
{
	struct room *room;
	struct member *m = find(rooms, kind, code, id, &room);
	if (!m)
		return -ERR_NOTFOUND;
	room_leave(room, m, MEMBER_LEFT, "left");
	return 0;
}

const char *whip_etag(struct rooms *rooms, enum whip_kind kind, const char *code, const char *id)
{
	struct room *room;
	struct member *m = find(rooms, kind, code, id, &room);
	return m ? m->etag : NULL;
}
