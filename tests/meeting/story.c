#include "story.h"

#include "meeting/expire.h"
#include "meeting/room.h"
#include "meeting/rooms_internal.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

static usec mono = 1000 * USEC_PER_SEC;
static usec wall = 1790000000 * USEC_PER_SEC;

static usec story_mono(void)
{
	return mono;
}

static usec story_wall(void)
{
	return wall;
}

/* ── The media half, as a note ── */

static struct transport *transport_of(struct story *story, transport_id id)
{
	assert_true(id >= 1 && id <= (transport_id)story->transports);
	return &story->transport[id - 1];
}

/* Without roles the media half goes by direction: here by one word of the offer. */
static void derive_lines(const struct media_offer *offer, struct media_answer *ret_answer)
{
	bool sends = memmem(offer->sdp.ptr, offer->sdp.len, "send", 4) != NULL;
	bool receives = memmem(offer->sdp.ptr, offer->sdp.len, "recv", 4) != NULL;
	if (!sends && !receives)
		return;
	ret_answer->line_count = 2;
	ret_answer->lines[0] =
		(struct media_line){"0", sends ? MEDIA_ROLE_MIC : MEDIA_ROLE_SLOT_AUDIO};
	ret_answer->lines[1] =
		(struct media_line){"1", sends ? MEDIA_ROLE_CAMERA : MEDIA_ROLE_SLOT_CAMERA};
}

static int media_answer_note(void *media, transport_id id, const struct media_offer *offer,
	struct media_answer *ret_answer)
{
	struct story *story = media;
	if (story->answer_err) {
		int err = story->answer_err;
		story->answer_err = 0;
		return err;
	}
	if (id && !transport_of(story, id)->open)
		return -ERR_NOTFOUND;
	if (!id) {
		assert_true(story->transports < STORY_TRANSPORTS);
		id = (transport_id)++story->transports;
		struct transport *t = transport_of(story, id);
		t->slots = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		t->heights = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	}
	struct transport *t = transport_of(story, id);
	t->open = true;
	t->group = offer->group;
	t->member = offer->member;
	t->echo = offer->echo;
	t->hears = offer->hears;
	t->lines = offer->line_count;
	*ret_answer = (struct media_answer){.id = id, .line_count = offer->line_count};
	if (offer->line_count)
		memcpy(ret_answer->lines, offer->lines, sizeof *offer->lines * (size_t)offer->line_count);
	else
		derive_lines(offer, ret_answer);
	ret_answer->sdp = strdup("v=0\r\nanswer");
	ret_answer->sdp_len = strlen(ret_answer->sdp);
	return 0;
}

static void media_close_note(void *media, transport_id id)
{
	struct transport *t = transport_of(media, id);
	assert_true(t->open);
	t->open = false;
}

static void media_assign_note(
	void *media, transport_id id, const char *mid, uint32_t source, int height)
{
	struct transport *t = transport_of(media, id);
	assert_true(t->open);
	g_hash_table_insert(t->slots, g_strdup(mid), GUINT_TO_POINTER(source));
	g_hash_table_insert(t->heights, g_strdup(mid), GINT_TO_POINTER(height));
}

static void media_gate_note(void *media, transport_id id, enum media_kind kind, bool open)
{
	struct transport *t = transport_of(media, id);
	assert_true(t->open);
	assert_int_not_equal(t->gate[kind], open);
	t->gate[kind] = open;
}

static void media_stats_note(void *media, transport_id id, uint64_t token)
{
	struct story *story = media;
	story->stats_token = token;
}

static const struct rooms_media calls = {
	.answer = media_answer_note,
	.close = media_close_note,
	.assign = media_assign_note,
	.gate = media_gate_note,
	.stats = media_stats_note,
};

uint32_t transport_slot(const struct transport *t, const char *mid)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(t->slots, mid));
}

/* ── The story ── */

static void open_up(struct story *story)
{
	assert_int_equal(store_open(story->path ? story->path : ":memory:", &story->store), 0);
	int64_t now = wall / USEC_PER_MS;
	struct expire_job job = {.limits = &story->limits, .now = now};
	assert_true(store_call(story->store, create_sweep, &now) >= 0);
	assert_true(store_call(story->store, expire_part, &job) >= 0);
	char key[RANDOM_TOKEN_LEN + 1];
	assert_int_equal(store_call(story->store, rooms_key, key), 0);
	assert_int_equal(store_start(story->store, NULL, STORE_QUEUE_MAX), 0);
	struct rooms_conf conf = {.limits = story->limits,
		.store = story->store,
		.calls = &calls,
		.media = story,
		.mono = story_mono,
		.wall = story_wall,
		.manual = true};
	memcpy(conf.key, key, sizeof key);
	story->rooms = rooms_new(&conf);
}

struct story *story_new_with(bool on_disk, void (*tune)(struct rooms_limits *limits))
{
	struct story *story = g_new0(struct story, 1);
	rooms_limits_init(&story->limits);
	if (tune)
		tune(&story->limits);
	story->clients = g_ptr_array_new();
	if (on_disk) {
		story->dir = g_dir_make_tmp("ting-meeting-XXXXXX", NULL);
		story->path = g_build_filename(story->dir, "db", NULL);
	}
	open_up(story);
	return story;
}

struct story *story_new(bool on_disk)
{
	return story_new_with(on_disk, NULL);
}

static void close_down(struct story *story)
{
	for (guint i = 0; i < story->clients->len; i++)
		client_cut(g_ptr_array_index(story->clients, i));
	store_stop(story->store);
	rooms_free(&story->rooms);
	store_free(&story->store);
}

void story_restart(struct story *story)
{
	/* What is in memory is gone: the media half begins anew too. */
	close_down(story);
	for (int i = 0; i < story->transports; i++)
		story->transport[i].open = false;
	open_up(story);
}

static void remove_dir(struct story *story)
{
	static const char *const files[] = {"db", "db-wal", "db-shm", "db.lock"};
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(story->dir, files[i], NULL);
		g_unlink(path);
	}
	assert_int_equal(g_rmdir(story->dir), 0);
}

void story_free(struct story *story)
{
	close_down(story);
	for (guint i = 0; i < story->clients->len; i++) {
		struct client *c = g_ptr_array_index(story->clients, i);
		g_ptr_array_unref(c->heard);
		g_free(c);
	}
	g_ptr_array_unref(story->clients);
	for (int i = 0; i < story->transports; i++) {
		g_hash_table_unref(story->transport[i].slots);
		g_hash_table_unref(story->transport[i].heights);
	}
	if (story->dir)
		remove_dir(story);
	g_free(story->dir);
	g_free(story->path);
	g_free(story);
}

void story_settle(struct story *story)
{
	while (store_pending(story->store) > 0)
		g_main_context_iteration(NULL, TRUE);
	for (guint i = 0; i < story->clients->len; i++) {
		struct client *c = g_ptr_array_index(story->clients, i);
		if (c->closed && c->link)
			link_free(&c->link);
	}
	while (store_pending(story->store) > 0)
		g_main_context_iteration(NULL, TRUE);
}

void story_pass(struct story *story, int ms)
{
	for (; ms > 0; ms -= ROOM_TICK_MS) {
		int step = ms < ROOM_TICK_MS ? ms : ROOM_TICK_MS;
		mono += step * USEC_PER_MS;
		wall += step * USEC_PER_MS;
		rooms_tick(story->rooms);
		story_settle(story);
	}
}

void story_pass_hours(struct story *story, int hours)
{
	mono += (usec)hours * 3600 * USEC_PER_SEC;
	wall += (usec)hours * 3600 * USEC_PER_SEC;
	rooms_tick(story->rooms);
	story_settle(story);
}

static int result_of_job;

static void note_result(int result, void *arg)
{
	result_of_job = result;
}

void story_meeting(struct story *story, struct create *c, bool lobby, enum room_hosting hosting)
{
	*c = (struct create){.title = "Nämnden",
		.lobby = lobby,
		.hosting = hosting,
		.now = wall / USEC_PER_MS,
		.meetings_max = story->limits.meetings_max};
	assert_int_equal(store_run(story->store, create_meeting, c, note_result), 0);
	story_settle(story);
	assert_true(result_of_job >= 0);
}

void story_demo(struct story *story)
{
	static char title[] = "Demo";
	assert_int_equal(store_run(story->store, create_demo, title, note_result), 0);
	story_settle(story);
	assert_true(result_of_job >= 0);
}

/* ── People ── */

static void on_send(void *user, const char *text, size_t len)
{
	struct client *c = user;
	json_t *json = json_loadb(text, len, 0, NULL);
	assert_non_null(json);
	g_ptr_array_add(c->heard, json);
}

static void on_close(void *user, int code, const char *reason)
{
	struct client *c = user;
	assert_int_equal(c->closed, 0);
	c->closed = code;
}

static const struct link_calls client_calls = {.send = on_send, .close = on_close};

static void drop_json(void *json)
{
	json_decref(json);
}

static struct client *client_make(struct story *story, const char *addr, int64_t person)
{
	struct client *c = g_new0(struct client, 1);
	c->story = story;
	c->heard = g_ptr_array_new_with_free_func(drop_json);
	g_ptr_array_add(story->clients, c);
	struct link_conf conf = {
		.calls = &client_calls, .user = c, .lang = LANG_EN, .person = person};
	assert_int_equal(addr_parse(addr, 1, &conf.peer), 0);
	c->link = link_new(story->rooms, &conf);
	return c;
}

struct client *client_new(struct story *story)
{
	return client_make(story, "127.0.0.1", 0);
}

struct client *client_from(struct story *story, const char *addr)
{
	return client_make(story, addr, 0);
}

struct client *client_person(struct story *story, int64_t person)
{
	return client_make(story, "127.0.0.1", person);
}

void client_cut(struct client *c)
{
	if (!c->closed)
		c->closed = 1006;
	link_free(&c->link);
}

static char *quoted(const char *fmt, va_list args)
{
	char *text = g_strdup_vprintf(fmt, args);
	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	return text;
}

void client_say(struct client *c, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	g_autofree char *text = quoted(fmt, args);
	va_end(args);
	assert_non_null(c->link);
	link_recv(c->link, span_str(text));
}

static const json_t *reply_to(const struct client *c, int64_t id)
{
	for (guint i = c->heard->len; i > 0; i--) {
		const json_t *json = g_ptr_array_index(c->heard, i - 1);
		if (json_integer_value(json_object_get(json, "reply")) == id)
			return json;
	}
	return NULL;
}

const json_t *client_ask(struct client *c, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	g_autofree char *text = quoted(fmt, args);
	va_end(args);
	json_t *json = json_loads(text, 0, NULL);
	assert_non_null(json);
	assert_non_null(c->link);
	json_object_set_new(json, "id", json_integer(++c->last_id));
	char *whole = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	link_recv(c->link, span_str(whole));
	free(whole);
	story_settle(c->story);
	return reply_to(c, c->last_id);
}

static const json_t *note_join(struct client *c, const json_t *reply)
{
	assert_non_null(reply);
	if (problem_of(reply))
		return reply;
	c->number = (uint32_t)int_of(reply, "self");
	g_strlcpy(c->resume, text_of(reply, "resume"), sizeof c->resume);
	return reply;
}

const json_t *client_join(struct client *c, const char *code, const char *name)
{
	return note_join(c, client_ask(c, "{'verb':'join','code':'%s','name':'%s'}", code, name));
}

const json_t *client_join_host(struct client *c, const struct create *m, const char *name)
{
	return note_join(c, client_ask(c, "{'verb':'join','code':'%s','name':'%s','invite':'%s'}",
							m->code, name, m->host.text));
}

const json_t *client_resume(struct client *c, const char *code, const char *token)
{
	return note_join(
		c, client_ask(c, "{'verb':'join','code':'%s','resume':'%s'}", code, token));
}

const json_t *client_event(const struct client *c, const char *name)
{
	for (guint i = c->heard->len; i > 0; i--) {
		const json_t *json = g_ptr_array_index(c->heard, i - 1);
		if (g_strcmp0(text_of(json, "event"), name) == 0)
			return json;
	}
	return NULL;
}

int client_events(const struct client *c, const char *name)
{
	int count = 0;
	for (guint i = 0; i < c->heard->len; i++)
		count += g_strcmp0(text_of(g_ptr_array_index(c->heard, i), "event"), name) == 0;
	return count;
}

void client_forget(struct client *c)
{
	g_ptr_array_set_size(c->heard, 0);
}

struct transport *client_offer(struct client *c, const char *lines)
{
	GString *roles = g_string_new("{");
	g_auto(GStrv) parts = g_strsplit(lines, " ", -1);
	for (char **part = parts; *part; part++) {
		char *colon = strchr(*part, ':');
		g_string_append_printf(roles, "%s'%.*s':'%s'", roles->len > 1 ? "," : "",
			(int)(colon - *part), *part, colon + 1);
	}
	g_string_append_c(roles, '}');
	const json_t *reply = client_ask(c,
		"{'verb':'offer','sdp':'v=0\\r\\no=- %u 1 IN IP4 0.0.0.0\\r\\n','roles':%s}",
		(unsigned)c->number + 100, roles->str);
	g_string_free(roles, TRUE);
	assert_non_null(reply);
	assert_fine(reply);
	assert_string_equal(text_of(reply, "sdp"), "v=0\r\nanswer");
	return &c->story->transport[c->story->transports - 1];
}

struct transport *client_offer_usual(struct client *c)
{
	return client_offer(c,
		"m:mic c:camera s:screen a:screen-audio 0:slot-audio 1:slot-camera 2:slot-camera "
		"i:slot-interpreter S:slot-screen A:slot-screen-audio");
}

/* ── Reading answers ── */

const char *text_of(const json_t *obj, const char *name)
{
	return json_string_value(json_object_get(obj, name));
}

int64_t int_of(const json_t *obj, const char *name)
{
	return json_integer_value(json_object_get(obj, name));
}

bool true_of(const json_t *obj, const char *name)
{
	return json_is_true(json_object_get(obj, name));
}

const char *problem_of(const json_t *reply)
{
	const char *type = text_of(json_object_get(reply, "problem"), "type");
	return type ? type + strlen("/problem/") : NULL;
}

const json_t *member_in(const json_t *members, uint32_t number)
{
	size_t i;
	json_t *m;
	json_array_foreach((json_t *)members, i, m) {
		if (int_of(m, "member") == number)
			return m;
	}
	return NULL;
}

/* ── The media half reports ── */

static struct room *room_of(struct client *c, transport_id *ret_transport)
{
	GHashTableIter iter;
	void *room;
	g_hash_table_iter_init(&iter, c->story->rooms->by_group);
	while (g_hash_table_iter_next(&iter, NULL, &room)) {
		struct member *m = room_find(room, c->number);
		if (m && m->link == c->link) {
			*ret_transport = m->transport;
			return room;
		}
	}
	fail_msg("is in no meeting");
	return NULL;
}

void story_source(
	struct story *story, struct client *c, enum media_kind kind, bool arriving, int to)
{
	struct media_event ev = {.type = MEDIA_EV_SOURCE, .member = c->number};
	ev.group = room_of(c, &ev.transport)->group;
	ev.source.source = c->number * 4 + kind;
	ev.source.arriving = arriving;
	ev.source.receivers = (uint32_t)to;
	rooms_media_event(story->rooms, &ev);
}

void story_speaking(struct story *story, struct client *c, uint32_t dominant)
{
	transport_id unused;
	struct media_event ev = {.type = MEDIA_EV_SPEAKING, .group = room_of(c, &unused)->group};
	ev.speaking.dominant = dominant;
	ev.speaking.count = dominant ? 1 : 0;
	ev.speaking.members[0] = dominant;
	rooms_media_event(story->rooms, &ev);
}

void story_state(struct story *story, struct transport *t, enum media_state state)
{
	struct media_event ev = {.type = MEDIA_EV_STATE,
		.transport = (transport_id)(t - story->transport) + 1,
		.group = t->group,
		.member = t->member,
		.state = state};
	rooms_media_event(story->rooms, &ev);
}
