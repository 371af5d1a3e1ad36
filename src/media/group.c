/* Sources hang in buckets by number. Who speaks is looked at five times a second, while there is
 * sound at all. */
#include "media/group.h"

#include "media/forward_state.h"
#include "media/peer_state.h"
#include "wire/ext.h"
#include "wire/opus.h"

#include <stdlib.h>

/* ── Life ── */

static void look(void *of, usec now);

int group_get(struct forward *fw, uint64_t id, struct group **ret_group)
{
	struct group *g = fw->groups;

	while (g && g->id != id)
		g = g->next;
	if (!g) {
		if (agenda_reserve(&fw->agenda, fw->entries + 1) < 0)
			return -ERR_NOMEM;
		g = calloc(1, sizeof(*g));
		if (!g)
			return -ERR_NOMEM;
		fw->entries++;
		g->id = id;
		g->fw = fw;
		g->loudest.places = (int)fw->audio_slots + 1;
		g->entry = (struct agenda_entry){.of = g, .due = look};
		g->next = fw->groups;
		fw->groups = g;
		fw->counts.groups++;
	}
	*ret_group = g;
	return 0;
}

void group_release(struct group *g)
{
	struct forward *fw = g->fw;
	struct group **at = &fw->groups;

	if (g->peers)
		return;
	while (*at != g)
		at = &(*at)->next;
	*at = g->next;
	agenda_set(&fw->agenda, &g->entry, USEC_NEVER);
	fw->entries--;
	fw->counts.groups--;
	free(g);
}

void group_join(struct group *g, struct peer *p)
{
	p->group = g;
	p->group_next = g->peers;
	g->peers = p;
}

void group_leave(struct group *g, struct peer *p)
{
	struct peer **at = &g->peers;

	while (*at != p)
		at = &(*at)->group_next;
	*at = p->group_next;
	p->group = NULL;
	group_release(g);
}

/* ── Who is heard ── */

static void refresh(struct group *g, usec now)
{
	for (struct peer *p = g->peers; p; p = p->group_next)
		peer_hear(p, now);
}

void group_hear(struct group *g, struct source *s, const struct packet *p, usec now)
{
	uint8_t level = p->level;
	bool loud;

	if (!p->has_level)
		level = opus_is_dtx(p->rtp.payload) ? EXT_LEVEL_SILENT : SPEAKER_UNKNOWN;
	loud = level <= SPEAKER_SOFT;
	speaker_add(s->speaker, level, p->arrived);
	if (loud)
		g->heard_at = now;
	if (!g->entry.place && now - g->heard_at < GROUP_QUIET)
		agenda_set(&g->fw->agenda, &g->entry, now + GROUP_TICK);
	if (loudest_hear(&g->loudest, s->number, loud, p->has_level, now) == LOUDEST_NEW)
		refresh(g, now);
}

void group_unhear(struct group *g, const struct source *s)
{
	if (!s->speaker)
		return;
	if (loudest_del(&g->loudest, s->number))
		refresh(g, g->fw->now);
	agenda_sooner(&g->fw->agenda, &g->entry, g->fw->now + GROUP_TICK);
}

/* ── Who speaks ── */

/* Those who talk, by how much they have spoken. */
struct talkers {
	int count;
	const struct source *of[FORWARD_SPEAKING_MAX];
};

static void add_talker(struct talkers *t, const struct source *s)
{
	int i = t->count;

	if (i == FORWARD_SPEAKING_MAX) {
		if (t->of[--i]->speaker->longer >= s->speaker->longer)
			return;
	} else {
		t->count++;
	}
	for (; i > 0 && t->of[i - 1]->speaker->longer < s->speaker->longer; i--)
		t->of[i] = t->of[i - 1];
	t->of[i] = s;
}

/* The next dominant speaker: one that beats the present one the most; without one, whoever has
 * spoken the most. */
struct contest {
	const struct speaker *now;
	const struct source *best;
	float margin;
};

static void enter(struct contest *c, const struct source *s)
{
	float margin;

	if (c->now) {
		if (s->speaker == c->now || !speaker_beats(s->speaker, c->now, &margin))
			return;
	} else {
		if (!speaker_has_spoken(s->speaker))
			return;
		margin = s->speaker->longer + s->speaker->medium;
	}
	if (c->best && margin <= c->margin)
		return;
	c->best = s;
	c->margin = margin;
}

static void tell(struct group *g, const struct talkers *t)
{
	uint32_t members[FORWARD_SPEAKING_MAX];
	uint32_t dominant = g->has_dominant ? g->dominant >> 2 : 0;
	bool same = t->count == g->told_count && dominant == g->told_dominant;

	for (int i = 0; i < t->count; i++) {
		members[i] = source_member(t->of[i]);
		same = same && members[i] == g->told[i];
	}
	if (same)
		return;
	g->told_count = t->count;
	g->told_dominant = dominant;
	memcpy(g->told, members, (size_t)t->count * sizeof(members[0]));
	g->fw->ops->on_speaking(g->fw->arg, g->id, dominant, members, t->count);
}

static void look(void *of, usec now)
{
	struct group *g = of;
	struct talkers t = {0};
	struct contest c = {0};

	for (unsigned b = 0; b < GROUP_BUCKETS; b++) {
		for (struct source *s = g->buckets[b]; s; s = s->next) {
			if (!s->speaker || !s->owner)
				continue;
			speaker_score(s->speaker, now);
			if (g->has_dominant && s->number == g->dominant)
				c.now = s->speaker;
			if (s->open && speaker_is_talking(s->speaker, now))
				add_talker(&t, s);
		}
	}
	if (!c.now)
		g->has_dominant = false;
	for (unsigned b = 0; b < GROUP_BUCKETS; b++) {
		for (const struct source *s = g->buckets[b]; s; s = s->next) {
			if (s->speaker && source_is_open(s))
				enter(&c, s);
		}
	}
	if (c.best) {
		g->has_dominant = true;
		g->dominant = c.best->number;
	}
	tell(g, &t);
	/* One who has a place but no slot gets that of one who has gone silent meanwhile */
	if (g->loudest.count > 1)
		refresh(g, now);
	if (now - g->heard_at < GROUP_QUIET)
		agenda_set(&g->fw->agenda, &g->entry, now + GROUP_TICK);
}
