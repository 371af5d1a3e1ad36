/* chat, reaction, rtt, caption: what is written. Only the chat is kept, and it is kept before it
 * is acknowledged. */
#include "meeting/link_internal.h"
#include "meeting/rooms_internal.h"
#include "meeting/save.h"
#include "meeting/verbs.h"
#include "meeting/words.h"

#include <string.h>

/* ── chat ── */

struct chatting {
	struct rooms *rooms;
	uint64_t link; /* serial */
	int64_t id;
	uint32_t member;
};

static void remember(struct room *room, const struct chat_row *row)
{
	struct chat_row copy = *row;
	copy.name = g_strdup(row->name);
	copy.text = g_strdup(row->text);
	copy.key = g_strdup(row->key);
	room_remember(room, &copy);
}

static void tell(struct room *room, const struct chat_row *row, const struct member *writer)
{
	json_t *event = room_chat_json(row);
	json_object_set_new(event, "event", json_string("chat"));
	if (!row->to_hosts) {
		room_send_all(room, event, writer);
		return;
	}
	struct member *m;
	room_each(room, m) {
		if (m != writer && member_is_in(m) && room_may_read(row, m))
			room_send(m, json_incref(event));
	}
	json_decref(event);
}

static void chat_saved(struct room *room, int result, const struct chat_row *row, void *arg)
{
	struct chatting *c = arg;
	struct link *link = rooms_link(c->rooms, c->link);
	struct member *writer = room_find(room, c->member);
	if (writer)
		writer->chats_under_way--;
	/* Without its writer the message is of what was before the demo began anew. */
	bool is_new = result == 0 && writer;
	if (is_new && !room->row.ended) {
		remember(room, row);
		tell(room, row, writer);
	}
	if (link && result < 0)
		link_problem(
			link, c->id, result == -ERR_FULL ? &problem_chat_full : &problem_not_stored, NULL);
	else if (link)
		link_reply(link, c->id, json_pack("{s:o}", "chat", room_chat_json(row)));
	g_free(c);
}

const struct problem *verb_chat(struct call *call)
{
	const struct rooms_limits *limits = &call->rooms->conf.limits;
	struct member *m = call->self;
	if (!call_may_write(call) || m->chats_under_way >= limits->chat_unstored)
		return &problem_too_fast;
	char *text = words_message(call_text(call, "text"), (int)limits->chat_max);
	if (!text) {
		call->detail = "text";
		return &problem_bad_value;
	}
	struct chat_row row = {
		.meeting = call->room->row.id,
		.member = m->number,
		.name = g_strdup(m->name),
		.to_hosts = g_strcmp0(call_text(call, "to"), "hosts") == 0,
		.text = text,
		.at = rooms_wall_ms(call->rooms),
		.key = g_strdup(call_text(call, "key")),
	};
	struct chatting *c = g_new0(struct chatting, 1);
	*c = (struct chatting){
		.rooms = call->rooms, .link = call->link->serial, .id = call->id, .member = m->number};
	m->chats_under_way++;
	call->later = true;
	if (save_chat(call->room, &row, chat_saved, c) < 0) {
		m->chats_under_way--;
		g_free(c);
		return &problem_not_stored;
	}
	return NULL;
}

/* ── reaction ── */

const struct problem *verb_reaction(struct call *call)
{
	const struct rooms_limits *limits = &call->rooms->conf.limits;
	if (!link_take(call->link, &call->link->signs, limits->signs_burst, limits->signs_every_ms))
		return &problem_too_fast;
	json_t *event = json_pack("{s:s, s:i, s:s, s:s}", "event", "reaction", "member",
		(int)call->self->number, "name", call->self->name, "sign", call_text(call, "sign"));
	room_send_all(call->room, event, call->self);
	return NULL;
}

/* ── rtt, caption ── */

static const struct problem *send_line(struct call *call, const char *event_name)
{
	const struct rooms_limits *limits = &call->rooms->conf.limits;
	if (!link_take(call->link, &call->link->texts, limits->texts_burst, limits->texts_every_ms))
		return &problem_too_fast;
	g_autofree char *text = words_line(call_text(call, "text"), (int)limits->rtt_max);
	if (!text) {
		call->detail = "text";
		return &problem_bad_value;
	}
	json_t *event = json_pack("{s:s, s:i, s:I, s:s, s:b}", "event", event_name, "member",
		(int)call->self->number, "line", (json_int_t)call_int(call, "line"), "text", text, "done",
		call_bool(call, "done"));
	/* A member of the audience is not in the others' lists, nor need a captioner be. */
	json_object_set_new(event, "name", json_string(call->self->name));
	const char *lang = call_text(call, "lang");
	if (lang && strcmp(event_name, "caption") == 0)
		json_object_set_new(event, "lang", json_string(lang));
	room_send_all(call->room, event, call->self);
	return NULL;
}

const struct problem *verb_rtt(struct call *call)
{
	return send_line(call, "rtt");
}

/* Letters, digits and hyphens (RFC 5646 2.1). */
static bool is_lang_tag(const char *text)
{
	return strspn(text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-") == strlen(text);
}

const struct problem *verb_caption(struct call *call)
{
	const char *lang = call_text(call, "lang");
	if (lang && !is_lang_tag(lang)) {
		call->detail = "lang";
		return &problem_bad_value;
	}
	return send_line(call, "caption");
}
