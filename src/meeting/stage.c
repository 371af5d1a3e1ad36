/* Who may be heard and seen, and in which slot. Slots follow from the views, the roles and what
 * each means to send: they are computed anew after each change, never patched. */
#include "meeting/stage.h"

#include "meeting/link_internal.h"
#include "meeting/rooms_internal.h"

#include <string.h>

enum {
	QUALITY_GOOD = 3,
	SPEAKING_EVERY_MS = 200,
	HEARD_EVERY_MS = 200,
	AUTO_HEIGHT = 720, /* of what is chosen for a receiver that has no view */
};

static const enum media_role role_of_kind[MEDIA_KINDS] = {
	[MEDIA_MIC] = MEDIA_ROLE_MIC,
	[MEDIA_CAMERA] = MEDIA_ROLE_CAMERA,
	[MEDIA_SCREEN] = MEDIA_ROLE_SCREEN,
	[MEDIA_SCREEN_AUDIO] = MEDIA_ROLE_SCREEN_AUDIO,
};

static const char *const kind_names[MEDIA_KINDS] = {"mic", "camera", "screen", "screen-audio"};

/* ── Gates ── */

void stage_gates(struct room *room, struct member *m)
{
	const struct rooms_conf *conf = &room->rooms->conf;
	for (int kind = 0; kind < MEDIA_KINDS; kind++) {
		unsigned bit = 1u << kind;
		bool open = m->transport && member_sends(m, kind);
		if (open == !!(m->gates & bit))
			continue;
		m->gates ^= bit;
		conf->calls->gate(conf->media, m->transport, kind, open);
	}
}

/* ── Slots ── */

static bool exists(const struct room *room, const struct member *viewer, const struct member *m,
	enum media_kind kind)
{
	return m && m->transport && member_sends(m, kind) && (m != viewer || room->echo);
}

static void wish_camera(struct slots_wishes *wishes, uint32_t source, uint16_t height)
{
	for (int i = 0; i < wishes->camera_count; i++)
		if (wishes->camera[i].source == source)
			return;
	if (wishes->camera_count < SLOTS_MAX)
		wishes->camera[wishes->camera_count++] = (struct slots_wish){source, height};
}

/* What is the same for all who look, found in one walk over the members, so that filling the
 * slots of everybody is no walk over everybody for each. */
struct cast {
	GPtrArray *pinned;  /* interpreters whom nobody loses, with a camera */
	GPtrArray *screens; /* who shares a screen with sound */
	uint32_t screen;    /* source of the first screen; 0: none */
	uint32_t camera;    /* of whoever speaks, else the first */
};

static bool sends(const struct member *m, enum media_kind kind)
{
	return m->transport && member_sends(m, kind);
}

static void cast_init(const struct room *room, struct cast *ret_cast)
{
	*ret_cast = (struct cast){.pinned = g_ptr_array_new(), .screens = g_ptr_array_new()};
	struct member *m;
	room_each(room, m) {
		if (sends(m, MEDIA_CAMERA)) {
			if (m->pinned)
				g_ptr_array_add(ret_cast->pinned, m);
			if (!ret_cast->camera || m->number == room->dominant)
				ret_cast->camera = member_source(m, MEDIA_CAMERA);
		}
		if (!ret_cast->screen && sends(m, MEDIA_SCREEN))
			ret_cast->screen = member_source(m, MEDIA_SCREEN);
		if (sends(m, MEDIA_SCREEN_AUDIO))
			g_ptr_array_add(ret_cast->screens, m);
	}
}

static void cast_done(struct cast *cast)
{
	g_ptr_array_unref(cast->pinned);
	g_ptr_array_unref(cast->screens);
}

/* A pinned interpreter is in everybody's picture, looked at or not. */
static void wish_interpreters(const struct room *room, const struct cast *cast,
	const struct member *viewer, struct slots_wishes *wishes)
{
	bool has_slot = slots_has(&viewer->slots, MEDIA_ROLE_SLOT_INTERPRETER);
	for (guint i = 0; i < cast->pinned->len; i++) {
		const struct member *m = g_ptr_array_index(cast->pinned, i);
		if (!exists(room, viewer, m, MEDIA_CAMERA))
			continue;
		struct slots_wish wish = {member_source(m, MEDIA_CAMERA), AUTO_HEIGHT};
		if (has_slot && !wishes->interpreter.source)
			wishes->interpreter = wish;
		else
			wish_camera(wishes, wish.source, wish.height);
	}
}

static void wish_tile(const struct room *room, const struct member *viewer,
	const struct tile *tile, struct slots_wishes *wishes)
{
	const struct member *m = room_find(room, tile->member);
	if (!exists(room, viewer, m, tile->kind))
		return;
	struct slots_wish wish = {member_source(m, tile->kind), tile->height};
	bool for_interpreter = m->role == ROLE_INTERPRETER && !wishes->interpreter.source &&
						   slots_has(&viewer->slots, MEDIA_ROLE_SLOT_INTERPRETER);
	if (tile->kind == MEDIA_SCREEN) {
		if (!wishes->screen.source)
			wishes->screen = wish;
	} else if (wishes->interpreter.source == wish.source) {
		wishes->interpreter.height = wish.height;
	} else if (for_interpreter) {
		wishes->interpreter = wish;
	} else {
		wish_camera(wishes, wish.source, wish.height);
	}
}

/* Sound needs no view: that of the screen which is looked at, else of any that is shared. */
static void wish_screen_audio(const struct room *room, const struct cast *cast,
	const struct member *viewer, struct slots_wishes *wishes)
{
	for (guint i = 0; i < cast->screens->len; i++) {
		const struct member *m = g_ptr_array_index(cast->screens, i);
		if (!exists(room, viewer, m, MEDIA_SCREEN_AUDIO))
			continue;
		bool looked_at = wishes->screen.source == member_source(m, MEDIA_SCREEN);
		if (looked_at || !wishes->screen_audio.source)
			wishes->screen_audio = (struct slots_wish){member_source(m, MEDIA_SCREEN_AUDIO), 0};
		if (looked_at)
			return;
	}
}

/* A player has no view: the screen if one is shared, else whoever speaks, else the first. It sends
 * nothing itself; the test page, which does, sees itself. */
static void wish_by_itself(
	const struct room *room, const struct cast *cast, struct slots_wishes *wishes)
{
	uint32_t screen = cast->screen;
	if (room->echo) {
		wishes->screen = (struct slots_wish){screen, AUTO_HEIGHT};
		screen = 0;
	}
	if (screen || cast->camera)
		wish_camera(wishes, screen ? screen : cast->camera, AUTO_HEIGHT);
}

struct assigning {
	struct room *room;
	struct member *viewer;
};

static void assign(const struct slot *slot, void *arg)
{
	struct assigning *a = arg;
	const struct rooms_conf *conf = &a->room->rooms->conf;
	conf->calls->assign(
		conf->media, a->viewer->transport, slot->mid, slot->source, slot->height);
}

static bool fill(struct room *room, const struct cast *cast, struct member *m)
{
	if (!m->transport || m->slots.count == 0)
		return false;
	struct slots_wishes wishes = {0};
	if (member_is_in(m)) {
		bool has_no_view = m->kind == MEMBER_WHEP || (room->echo && m->slots.tile_count == 0);
		if (has_no_view)
			wish_by_itself(room, cast, &wishes);
		wish_interpreters(room, cast, m, &wishes);
		for (int i = 0; i < m->slots.tile_count; i++)
			wish_tile(room, m, &m->slots.tile[i], &wishes);
		wish_screen_audio(room, cast, m, &wishes);
		if (m->role == ROLE_AUDIENCE)
			wishes.camera_count = MIN(wishes.camera_count, SLOTS_CAMERAS_AUDIENCE);
	}
	struct assigning a = {.room = room, .viewer = m};
	return slots_fill(&m->slots, &wishes, assign, &a);
}

bool stage_fill(struct room *room, struct member *m)
{
	struct cast cast;
	cast_init(room, &cast);
	bool changed = fill(room, &cast, m);
	cast_done(&cast);
	return changed;
}

json_t *stage_slots_json(const struct member *m)
{
	json_t *slots = json_object();
	for (int i = 0; i < m->slots.count; i++)
		if (m->slots.slot[i].source)
			json_object_set_new(
				slots, m->slots.slot[i].mid, json_integer(m->slots.slot[i].source));
	return slots;
}

void stage_fill_all(struct room *room)
{
	struct cast cast;
	cast_init(room, &cast);
	struct member *m;
	room_each(room, m) {
		if (!fill(room, &cast, m) || !m->link)
			continue;
		json_t *event = room_event("slots");
		json_object_set_new(event, "slots", stage_slots_json(m));
		room_send(m, event);
	}
	cast_done(&cast);
}

/* ── Transports ── */

bool stage_drop(struct room *room, struct member *m)
{
	const struct rooms_conf *conf = &room->rooms->conf;
	if (!m->transport)
		return false;
	conf->calls->close(conf->media, m->transport);
	if (m->stats_token && m->link)
		link_problem(m->link, m->stats_id, &problem_no_media, NULL);
	m->stats_token = 0;
	m->transport = 0;
	m->offer_session = 0;
	m->lines = m->gates = 0;
	m->slots.count = 0;
	memset(m->heard, 0, sizeof m->heard);
	if (member_is_in(m)) /* a new one may take its place before that is told */
		stage_heard_later(room, m, ROOM_HEARD_MS);
	return true;
}

void stage_close(struct room *room, struct member *m)
{
	if (stage_drop(room, m))
		stage_fill_all(room);
}

void stage_answered(
	struct room *room, struct member *m, const struct media_answer *answer, bool fresh)
{
	m->transport = answer->id;
	if (fresh) {
		m->slots.count = 0;
		m->gates = 0;
		memset(m->heard, 0, sizeof m->heard);
	}
	m->lines = 0;
	for (int i = 0; i < answer->line_count; i++)
		for (int kind = 0; kind < MEDIA_KINDS; kind++)
			if (answer->lines[i].role == role_of_kind[kind])
				m->lines |= 1u << kind;
	slots_set_lines(&m->slots, answer->lines, answer->line_count);
	stage_gates(room, m);
	if (fresh)
		m->heard_due = 0;
	stage_heard_later(room, m, ROOM_HEARD_MS);
}

/* ── What is reported ── */

void stage_heard_later(struct room *room, struct member *m, unsigned after_ms)
{
	usec due = rooms_mono(room->rooms) + after_ms * USEC_PER_MS;
	m->heard_due = m->heard_due ? usec_min(m->heard_due, due) : due;
}

static void tell_heard(struct member *m)
{
	json_t *event = room_event("heard");
	for (int kind = 0; kind < MEDIA_SCREEN_AUDIO; kind++)
		if (member_means(m, kind))
			json_object_set_new(event, kind_names[kind],
				json_pack("{s:b, s:i}", "arriving", m->heard[kind].arriving, "to",
					(int)m->heard[kind].to));
	room_send(m, event);
}

static void on_source(struct room *room, struct member *m, const struct media_event *ev)
{
	uint32_t kind = ev->source.source % 4;
	m->heard[kind] =
		(struct member_heard){.arriving = ev->source.arriving, .to = ev->source.receivers};
	stage_heard_later(room, m, HEARD_EVERY_MS / 2);
}

static void on_state(struct room *room, struct member *m, enum media_state state)
{
	if (m->kind != MEMBER_BROWSER && state == MEDIA_CONNECTED)
		room_found(room, m);
	if (state != MEDIA_FAILED && state != MEDIA_CLOSED)
		return;
	stage_close(room, m);
	if (m->kind == MEMBER_BROWSER)
		room_send(m, room_event("media-lost"));
	else
		room_leave(room, m, MEMBER_LEFT, "lost");
}

static void on_stats(struct member *m, const struct media_event *ev)
{
	const struct media_stats *s = &ev->stats.stats;
	if (!m->link || !m->stats_token || ev->stats.token != m->stats_token)
		return;
	m->stats_token = 0;
	json_t *sources = json_array();
	for (int kind = 0; kind < MEDIA_KINDS; kind++)
		if (member_sends(m, kind))
			json_array_append_new(sources,
				json_pack("{s:i, s:s, s:b, s:i}", "source", (int)member_source(m, kind), "kind",
					kind_names[kind], "arriving", m->heard[kind].arriving, "to",
					(int)m->heard[kind].to));
	link_reply(m->link, m->stats_id,
		json_pack("{s:{s:I, s:f, s:f}, s:{s:I, s:f}, s:f, s:I, s:s, s:o}", "up", "bps",
			(json_int_t)s->up_bps, "loss", s->up_loss_permille / 1000.0, "jitter_ms",
			s->jitter_us / 1000.0, "down", "bps", (json_int_t)s->down_bps, "loss",
			s->down_loss_permille / 1000.0, "rtt_ms", s->rtt_us / 1000.0, "quiet_ms",
			(json_int_t)s->quiet_ms, "path", s->tcp ? "tcp" : "udp", "sources", sources));
}

/* Only those without a view follow whoever speaks. */
static void fill_players(struct room *room)
{
	struct cast cast;
	cast_init(room, &cast);
	struct member *m;
	room_each(room, m) {
		if (m->kind == MEMBER_WHEP)
			(void)fill(room, &cast, m);
	}
	cast_done(&cast);
}

static void on_speaking(struct room *room, const struct media_event *ev)
{
	room->speaking_count = 0;
	for (int i = 0; i < ev->speaking.count && i < MEDIA_SPEAKING_MAX; i++) {
		const struct member *m = room_find(room, ev->speaking.members[i]);
		if (m && member_sends(m, MEDIA_MIC))
			room->speaking[room->speaking_count++] = m->number;
	}
	const struct member *dominant = room_find(room, ev->speaking.dominant);
	uint32_t before = room->dominant;
	room->dominant = dominant && member_is_in(dominant) ? dominant->number : 0;
	room->speaking_changed = true;
	if (room->dominant != before)
		fill_players(room);
	stage_tick(room, rooms_mono(room->rooms));
}

void stage_event(struct room *room, const struct media_event *ev)
{
	if (ev->type == MEDIA_EV_SPEAKING) {
		on_speaking(room, ev);
		return;
	}
	struct member *m = room_find(room, ev->member);
	if (!m || m->transport != ev->transport)
		return; /* of a transport that has been closed meanwhile */
	switch (ev->type) {
	case MEDIA_EV_STATE:
		on_state(room, m, ev->state);
		break;
	case MEDIA_EV_SOURCE:
		on_source(room, m, ev);
		break;
	case MEDIA_EV_STATS:
		on_stats(m, ev);
		break;
	case MEDIA_EV_QUIET:
		if (m->kind == MEMBER_BROWSER)
			room_send(m, room_event("media-quiet"));
		break;
	case MEDIA_EV_QUALITY:
		m->quality_changed = m->quality_changed || m->quality != ev->quality;
		m->quality = ev->quality;
		break;
	case MEDIA_EV_SPEAKING:
		break;
	}
}

/* ── What is told at most so often ── */

static json_t *speaking_json(const struct room *room)
{
	json_t *members = json_array();
	for (int i = 0; i < room->speaking_count; i++)
		json_array_append_new(members, json_integer(room->speaking[i]));
	json_t *event = room_event("speaking");
	json_object_set_new(event, "members", members);
	json_object_set_new(
		event, "dominant", room->dominant ? json_integer(room->dominant) : json_null());
	return event;
}

static void add_quality(json_t *members, const struct member *m)
{
	char number[16];
	g_snprintf(number, sizeof number, "%u", m->number);
	json_object_set_new(members, number, json_integer(m->quality));
}

static json_t *quality_json(json_t *members)
{
	json_t *event = room_event("quality");
	json_object_set_new(event, "members", members);
	return event;
}

static void tell_quality(struct room *room)
{
	json_t *members = json_object();
	struct member *m;
	room_each(room, m) {
		if (!m->quality_changed)
			continue;
		m->quality_changed = false;
		if (member_is_listed(m)) {
			add_quality(members, m);
		} else if (member_is_in(m)) {
			json_t *own = json_object();
			add_quality(own, m);
			room_send(m, quality_json(own));
		}
	}
	if (json_object_size(members) > 0)
		room_send_all(room, quality_json(members), NULL);
	else
		json_decref(members);
}

void stage_tell_newcomer(struct room *room, struct member *m)
{
	json_t *members = json_object();
	struct member *other;
	room_each(room, other) {
		if (member_is_listed(other) && other->quality < QUALITY_GOOD)
			add_quality(members, other);
	}
	if (json_object_size(members) > 0)
		room_send(m, quality_json(members));
	else
		json_decref(members);
	if (room->dominant || room->speaking_count)
		room_send(m, speaking_json(room));
}

void stage_tick(struct room *room, usec now)
{
	if (room->speaking_changed && now - room->speaking_told >= SPEAKING_EVERY_MS * USEC_PER_MS) {
		room->speaking_changed = false;
		room->speaking_told = now;
		room_send_all(room, speaking_json(room), NULL);
	}
	tell_quality(room);
	struct member *m;
	room_each(room, m) {
		if (!m->heard_due || now < m->heard_due)
			continue;
		m->heard_due = 0;
		if (member_is_in(m))
			tell_heard(m);
	}
}
