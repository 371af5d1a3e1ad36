/* A member's plain facts. What happens to members stands in room.c and the verbs. */
#include "meeting/member.h"

#include <glib.h>
#include <string.h>

static const char *const state_names[] = {
	[MEMBER_NEW] = "new",
	[MEMBER_WAITING] = "waiting",
	[MEMBER_IN] = "in",
	[MEMBER_LEFT] = "left",
	[MEMBER_REMOVED] = "removed",
	[MEMBER_REFUSED] = "refused",
};

static const char *const kind_names[] = {
	[MEMBER_BROWSER] = "browser",
	[MEMBER_WHIP] = "whip",
	[MEMBER_WHEP] = "whep",
};

struct member *member_new(uint32_t number, enum member_kind kind, enum role role, char *name)
{
	struct member *m = g_new0(struct member, 1);
	m->number = number;
	m->kind = kind;
	m->role = role;
	m->name = name;
	m->quality = 3;
	return m;
}

void member_free(struct member *m)
{
	if (!m)
		return;
	g_free(m->name);
	g_free(m);
}

bool member_is_in(const struct member *m)
{
	return m->state == MEMBER_IN;
}

bool member_is_listed(const struct member *m)
{
	return member_is_in(m) && role_is_listed(m->role);
}

uint32_t member_source(const struct member *m, enum media_kind kind)
{
	return m->number * 4 + (uint32_t)kind;
}

bool member_sends(const struct member *m, enum media_kind kind)
{
	return m->lines & 1u << kind && member_means(m, kind);
}

bool member_means(const struct member *m, enum media_kind kind)
{
	if (!member_is_in(m) || !role_may_send(m->role))
		return false;
	switch (kind) {
	case MEDIA_MIC:
		return m->mic;
	case MEDIA_CAMERA:
		return m->camera;
	case MEDIA_SCREEN:
	case MEDIA_SCREEN_AUDIO:
		return m->screen;
	case MEDIA_KINDS:
		break;
	}
	return false;
}

json_t *member_json(const struct member *m)
{
	return json_pack("{s:i, s:s, s:s, s:b, s:b, s:b, s:o, s:b, s:b, s:I, s:s}", "member",
		(int)m->number, "name", m->name, "role", role_name(m->role), "mic", m->mic, "camera",
		m->camera, "screen", m->screen, "hand", m->hand ? json_integer(m->hand) : json_null(),
		"away", m->away, "pinned", m->pinned, "since", (json_int_t)m->since, "kind",
		kind_names[m->kind]);
}

const char *member_state_name(enum member_state state)
{
	return state_names[state];
}

int member_state_parse(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(state_names); i++)
		if (strcmp(name, state_names[i]) == 0)
			return (int)i;
	return -1;
}
