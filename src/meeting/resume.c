/* Tokens by which members come back. */
#include "meeting/resume.h"

#include "meeting/rooms_internal.h"

#include <string.h>

void resume_rotate(struct room *room, struct member *m, uint64_t link_serial,
	char ret_text[RANDOM_TOKEN_LEN + 1])
{
	struct token token;
	token_new(&token);
	memcpy(m->resume_before, m->resume, sizeof m->resume_before);
	memcpy(m->resume, token.hash, sizeof m->resume);
	memcpy(ret_text, token.text, sizeof token.text);
	m->resumed = rooms_wall_ms(room->rooms);
	m->resumed_by = link_serial;
	m->confirmed = false;
}

void resume_undo(struct member *m, uint64_t link_serial)
{
	if (m->resumed_by != link_serial)
		return; /* another link has come back meanwhile */
	memcpy(m->resume, m->resume_before, sizeof m->resume);
	m->resume_before[0] = '\0';
	m->confirmed = true;
}

static bool before_is_good(const struct room *room, const struct member *m)
{
	if (m->confirmed)
		return false;
	int64_t ago = rooms_wall_ms(room->rooms) - m->resumed;
	if (m->resumed_by == 0)
		return ago < RESUME_RESTART_MS;
	return !rooms_link(room->rooms, m->resumed_by) || ago >= RESUME_SILENT_MS;
}

struct member *resume_find(const struct room *room, const char *text)
{
	char hash[TOKEN_HASH_LEN + 1];
	token_hash(text, hash);
	struct member *m;
	room_each(room, m) {
		if (m->kind != MEMBER_BROWSER)
			continue; /* what stands there opens an HTTP resource */
		if (m->resume[0] && strcmp(m->resume, hash) == 0)
			return m;
		if (m->resume_before[0] && strcmp(m->resume_before, hash) == 0 &&
			before_is_good(room, m))
			return m;
	}
	return NULL;
}

void resume_confirm(struct member *m, uint64_t link_serial)
{
	if (m->resumed_by == link_serial)
		m->confirmed = true;
}
