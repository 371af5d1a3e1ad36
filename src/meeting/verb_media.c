/* offer, view, media, stats. */
#include "meeting/link_internal.h"
#include "meeting/rooms_internal.h"
#include "meeting/stage.h"
#include "meeting/verbs.h"

#include <stdlib.h>
#include <string.h>

/* ── offer ── */

/* How many m-lines of a role one may have. The rest are left without a role, and so refused. */
static int lines_max(enum media_role role, enum role who)
{
	switch (role) {
	case MEDIA_ROLE_SLOT_AUDIO:
		return 4;
	case MEDIA_ROLE_SLOT_CAMERA:
		return who == ROLE_AUDIENCE ? SLOTS_CAMERAS_AUDIENCE : SLOTS_CAMERAS;
	case MEDIA_ROLE_NONE:
		return 0;
	default:
		return 1;
	}
}

struct lines {
	struct media_line line[MEDIA_LINES_MAX];
	int count;
	int by_role[MEDIA_ROLE_COUNT];
};

static void read_roles(const json_t *roles, enum role who, struct lines *lines)
{
	const char *mid;
	const json_t *value;
	json_object_foreach((json_t *)roles, mid, value) {
		const char *name = json_string_value(value);
		enum media_role role = name ? media_role_parse(name) : MEDIA_ROLE_NONE;
		if (strlen(mid) >= MEDIA_MID_MAX || lines->count == MEDIA_LINES_MAX ||
			lines->by_role[role] >= lines_max(role, who))
			continue;
		lines->by_role[role]++;
		struct media_line *line = &lines->line[lines->count++];
		g_strlcpy(line->mid, mid, sizeof line->mid);
		line->role = role;
	}
}

/* A PeerConnection keeps the session id of its o= line for life (RFC 8829 5.2.1), so another one
 * means a new PeerConnection and not a restart of ICE. 0: there is none. */
static uint64_t session_of(const char *sdp)
{
	const char *line = strncmp(sdp, "o=", 2) == 0 ? sdp : strstr(sdp, "\no=");
	const char *id = line ? strchr(line, ' ') : NULL;
	return id ? strtoull(id + 1, NULL, 10) : 0;
}

static const struct problem *problem_of(int err)
{
	switch (err) {
	case -ERR_UNSUPP:
		return &problem_not_usable;
	case -ERR_FULL:
	case -ERR_NOMEM:
		return &problem_full;
	default:
		return &problem_bad_offer;
	}
}

static int ask_media(
	struct room *room, struct member *m, const struct media_offer *offer, struct media_answer *ret)
{
	const struct rooms_conf *conf = &room->rooms->conf;
	int err = conf->calls->answer(conf->media, m->transport, offer, ret);
	if (err != -ERR_NOTFOUND || !m->transport)
		return err;
	/* It has failed, and we shall hear of it: the client was quicker. */
	stage_close(room, m);
	return conf->calls->answer(conf->media, 0, offer, ret);
}

const struct problem *verb_offer(struct call *call)
{
	const struct rooms_limits *limits = &call->rooms->conf.limits;
	struct room *room = call->room;
	struct member *m = call->self;
	if (!link_take(
			call->link, &call->link->offers, limits->offers_burst, limits->offers_every_ms))
		return &problem_too_fast;
	const char *sdp = call_text(call, "sdp");
	struct lines lines = {0};
	read_roles(json_object_get(call->message, "roles"), m->role, &lines);
	uint64_t session = session_of(sdp);
	if (m->transport && session != m->offer_session)
		stage_close(room, m);
	struct media_offer offer = {.group = room->group,
		.member = m->number,
		.sdp = span_str(sdp),
		.lines = lines.line,
		.line_count = lines.count,
		.echo = room->echo,
		.hears = true};
	struct media_answer answer = {0};
	transport_id before = m->transport;
	int err = ask_media(room, m, &offer, &answer);
	if (err)
		return problem_of(err);
	m->offer_session = session;
	stage_answered(room, m, &answer, answer.id != before);
	call->reply = json_pack("{s:s}", "sdp", answer.sdp);
	free(answer.sdp);
	if (!call->reply)
		return &problem_internal;
	/* The answer first, then what stands in its slots. */
	call->later = true;
	link_reply(call->link, call->id, g_steal_pointer(&call->reply));
	stage_fill_all(room);
	return NULL;
}

/* ── view ── */

static bool read_tile(const json_t *json, struct tile *ret_tile)
{
	const char *kind = json_string_value(json_object_get(json, "kind"));
	const json_t *member = json_object_get(json, "member");
	const json_t *width = json_object_get(json, "width"), *height = json_object_get(json, "height");
	if (!kind || !json_is_integer(member) || !json_is_number(width) || !json_is_number(height))
		return false;
	json_int_t number = json_integer_value(member);
	if (number < 1 || number > UINT32_MAX)
		return false;
	bool camera = strcmp(kind, "camera") == 0;
	if (!camera && strcmp(kind, "screen") != 0)
		return false;
	*ret_tile = (struct tile){.member = (uint32_t)number,
		.kind = camera ? MEDIA_CAMERA : MEDIA_SCREEN,
		.width = (uint16_t)CLAMP(json_number_value(width), 0, 16384),
		.height = (uint16_t)CLAMP(json_number_value(height), 0, 16384)};
	return true;
}

const struct problem *verb_view(struct call *call)
{
	const json_t *tiles = json_object_get(call->message, "tiles");
	struct tile read[SLOTS_TILES_MAX];
	size_t count = json_array_size(tiles);
	for (size_t i = 0; i < count; i++) {
		if (!read_tile(json_array_get(tiles, i), &read[i])) {
			call->detail = "tiles";
			return &problem_bad_value;
		}
	}
	struct slots *slots = &call->self->slots;
	memcpy(slots->tile, read, sizeof read[0] * count);
	slots->tile_count = (int)count;
	(void)stage_fill(call->room, call->self);
	call->reply = json_pack("{s:o}", "slots", stage_slots_json(call->self));
	return NULL;
}

/* ── media ── */

const struct problem *verb_media(struct call *call)
{
	struct member *m = call->self;
	struct {
		const char *name;
		bool *means;
	} kinds[] = {{"mic", &m->mic}, {"camera", &m->camera}, {"screen", &m->screen}};
	bool changed = false, seen = false;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (!call_has(call, kinds[i].name))
			continue;
		bool on = call_bool(call, kinds[i].name);
		changed = changed || on != *kinds[i].means;
		seen = seen || (on != *kinds[i].means && kinds[i].means != &m->mic);
		*kinds[i].means = on;
	}
	if (!changed)
		return NULL;
	stage_gates(call->room, m);
	stage_heard_later(call->room, m, ROOM_HEARD_MS);
	room_tell_member(call->room, m, m);
	call->later = true;
	link_reply(call->link, call->id, NULL);
	if (seen) /* sound has no slots of ours */
		stage_fill_all(call->room);
	return NULL;
}

/* ── stats ── */

const struct problem *verb_stats(struct call *call)
{
	const struct rooms_conf *conf = &call->rooms->conf;
	struct member *m = call->self;
	if (!m->transport)
		return &problem_no_media;
	if (m->stats_token) /* the earlier request is answered by this one's answer */
		link_problem(call->link, m->stats_id, &problem_too_fast, NULL);
	m->stats_token = ++call->rooms->last_stats;
	m->stats_id = call->id;
	conf->calls->stats(conf->media, m->transport, m->stats_token);
	call->later = true;
	return NULL;
}
