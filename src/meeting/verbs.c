/* The table of verbs, and how a message finds its row. */
#include "meeting/verbs.h"

#include "meeting/link_internal.h"
#include "meeting/rooms_internal.h"

#include <string.h>

enum { TOKEN_MAX = 64, LINES_MAX = 1 << 20 };

static const char *const langs[] = {"sv", "en", NULL};
static const char *const keeps[] = {"keep", NULL};
static const char *const roles[] = {"host", "co-host", "presenter", "participant", "interpreter",
	"captioner", "audience", NULL};
static const char *const kinds[] = {"mic", "camera", "screen", NULL};
static const char *const readers[] = {"all", "hosts", NULL};
static const char *const signs[] = {"👍", "👏", "❤️", "😂", "😮", "🎉", NULL};

/* Bytes: a character of UTF-8 has at most four; characters are counted when text is cleaned. */
#define TEXT(name_, min_, max_) {.name = (name_), .type = FIELD_TEXT, .min = (min_), .max = (max_)}
#define NEED_TEXT(name_, min_, max_)                                                               \
	{.name = (name_), .type = FIELD_TEXT, .min = (min_), .max = (max_), .required = true}
#define WORD(name_, words_) {.name = (name_), .type = FIELD_WORD, .words = (words_)}
#define NEED_WORD(name_, words_)                                                                   \
	{.name = (name_), .type = FIELD_WORD, .words = (words_), .required = true}
#define BOOL(name_)      {.name = (name_), .type = FIELD_BOOL}
#define NEED_BOOL(name_) {.name = (name_), .type = FIELD_BOOL, .required = true}
#define MEMBER           {.name = "member", .type = FIELD_INT, .min = 1, .max = UINT32_MAX}
#define NEED_MEMBER                                                                                \
	{.name = "member", .type = FIELD_INT, .min = 1, .max = UINT32_MAX, .required = true}
#define NEED_LINE                                                                                  \
	{.name = "line", .type = FIELD_INT, .min = 0, .max = LINES_MAX, .required = true}

static const struct field join_fields[] = {
	NEED_TEXT("code", 1, TOKEN_MAX),
	TEXT("invite", 1, TOKEN_MAX),
	TEXT("name", 0, 1024),
	WORD("lang", langs),
	TEXT("resume", 1, TOKEN_MAX),
	WORD("media", keeps),
};
static const struct field rename_fields[] = {NEED_TEXT("name", 1, 1024)};
static const struct field offer_fields[] = {
	NEED_TEXT("sdp", 1, 512 * 1024),
	{.name = "roles", .type = FIELD_OBJECT, .max = MEDIA_LINES_MAX, .required = true},
};
static const struct field view_fields[] = {
	{.name = "tiles", .type = FIELD_ARRAY, .max = SLOTS_TILES_MAX, .required = true},
};
static const struct field media_fields[] = {BOOL("mic"), BOOL("camera"), BOOL("screen")};
static const struct field admit_fields[] = {MEMBER, BOOL("all")};
static const struct field member_fields[] = {NEED_MEMBER};
static const struct field on_fields[] = {NEED_BOOL("on")};
static const struct field audience_fields[] = {
	TEXT("search", 0, 1024),
	{.name = "after", .type = FIELD_INT, .min = 0, .max = UINT32_MAX},
};
static const struct field role_fields[] = {NEED_MEMBER, NEED_WORD("role", roles)};
static const struct field mute_fields[] = {MEMBER, BOOL("all"), NEED_WORD("kind", kinds)};
static const struct field hand_fields[] = {NEED_BOOL("up"), MEMBER};
static const struct field floor_fields[] = {
	{.name = "member", .type = FIELD_INT, .min = 1, .max = UINT32_MAX, .nullable = true},
	BOOL("take"),
};
static const struct field pin_fields[] = {NEED_MEMBER, NEED_BOOL("on")};
static const struct field chat_fields[] = {
	NEED_TEXT("text", 1, 64 * 1024),
	WORD("to", readers),
	TEXT("key", 1, TOKEN_MAX),
};
static const struct field rtt_fields[] = {
	NEED_LINE,
	NEED_TEXT("text", 0, 8 * 1024),
	BOOL("done"),
};
static const struct field caption_fields[] = {
	NEED_LINE,
	NEED_TEXT("text", 0, 8 * 1024),
	BOOL("done"),
	TEXT("lang", 2, 16),
};
static const struct field reaction_fields[] = {NEED_WORD("sign", signs)};

#define ROW(name_, fn_, fields_, flags_)                                                           \
	{.name = (name_), .fn = (fn_), .fields = (fields_), .field_count = G_N_ELEMENTS(fields_),      \
		.flags = (flags_)}
#define BARE(name_, fn_, flags_) {.name = (name_), .fn = (fn_), .flags = (flags_)}

static const struct verb table[] = {
	ROW("join", verb_join, join_fields, VERB_STRANGER),
	BARE("leave", verb_leave, VERB_LOBBY),
	ROW("rename", verb_rename, rename_fields, VERB_LOBBY),
	ROW("offer", verb_offer, offer_fields, 0),
	ROW("view", verb_view, view_fields, 0),
	ROW("media", verb_media, media_fields, 0),
	BARE("stats", verb_stats, 0),
	ROW("admit", verb_admit, admit_fields, 0),
	ROW("refuse", verb_refuse, member_fields, 0),
	ROW("lobby", verb_lobby, on_fields, 0),
	ROW("lock", verb_lock, on_fields, 0),
	ROW("role", verb_role, role_fields, 0),
	ROW("audience", verb_audience, audience_fields, 0),
	ROW("mute", verb_mute, mute_fields, 0),
	ROW("remove", verb_remove, member_fields, 0),
	BARE("end", verb_end, 0),
	ROW("hand", verb_hand, hand_fields, 0),
	ROW("floor", verb_floor, floor_fields, 0),
	ROW("pin-interpreter", verb_pin_interpreter, pin_fields, 0),
	ROW("chat", verb_chat, chat_fields, 0),
	ROW("reaction", verb_reaction, reaction_fields, 0),
	ROW("rtt", verb_rtt, rtt_fields, 0),
	ROW("caption", verb_caption, caption_fields, 0),
};

const struct verb *verbs_all(size_t *ret_count)
{
	*ret_count = G_N_ELEMENTS(table);
	return table;
}

const struct verb *verbs_find(const char *name)
{
	for (size_t i = 0; name && i < G_N_ELEMENTS(table); i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

/* Whether this link may use the verb now. The one place where that is asked. `floor` and `hand`
 * are more than one right, and ask for the rest themselves. */
static const struct problem *may_use(const struct link *link, const struct verb *verb)
{
	const struct member *m = link->member;
	if (!m)
		return verb->flags & VERB_STRANGER ? NULL : &problem_join_first;
	if (verb->flags & VERB_STRANGER)
		return &problem_already_joined;
	if (m->state == MEMBER_WAITING && !(verb->flags & VERB_LOBBY))
		return &problem_in_lobby;
	bool takes_floor = strcmp(verb->name, "floor") == 0 && role_may(m->role, "floor-take");
	if (!role_may(m->role, verb->name) && !takes_floor)
		return &problem_role_forbidden;
	return NULL;
}

bool verbs_run(struct link *link, int64_t id, json_t *message)
{
	struct call call = {.rooms = link->rooms,
		.link = link,
		.room = link->room,
		.self = link->member,
		.id = id,
		.message = message};
	const struct verb *verb = verbs_find(json_string_value(json_object_get(message, "verb")));
	const struct problem *problem = verb ? may_use(link, verb) : &problem_unknown_verb;
	if (!problem) {
		call.detail = schema_violation(verb->fields, verb->field_count, message);
		problem = call.detail ? &problem_bad_value : verb->fn(&call);
	}
	if (problem)
		link_problem(link, id, problem, call.detail);
	else if (!call.later)
		link_reply(link, id, g_steal_pointer(&call.reply));
	json_decref(call.reply);
	return problem == NULL;
}

bool call_has(const struct call *call, const char *name)
{
	return json_object_get(call->message, name) != NULL;
}

bool call_bool(const struct call *call, const char *name)
{
	return json_is_true(json_object_get(call->message, name));
}

int64_t call_int(const struct call *call, const char *name)
{
	return json_integer_value(json_object_get(call->message, name));
}

const char *call_text(const struct call *call, const char *name)
{
	return json_string_value(json_object_get(call->message, name));
}

bool call_may_write(const struct call *call)
{
	const struct rooms_limits *limits = &call->rooms->conf.limits;
	return link_take(
		call->link, &call->link->writes, limits->writes_burst, limits->writes_every_ms);
}

struct member *call_member(const struct call *call)
{
	struct member *m = room_find(call->room, (uint32_t)call_int(call, "member"));
	return m && member_is_in(m) ? m : NULL;
}
