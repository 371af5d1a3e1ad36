/* A peer from outside: its life, what it is shown, and whom it hears. Its lines are in
 * peer_lines.c, what it sends in peer_recv.c and peer_rtcp.c, its turns in peer_due.c. */
#include "media/peer.h"

#include "media/forward_state.h"
#include "media/group.h"
#include "media/peer_state.h"

#include <stdlib.h>

/* A pause so long gives the slot to one who speaks meanwhile: longer than between two words,
 * shorter than what gives a place among the loudest away. */
#define SLOT_SILENT (600 * USEC_PER_MS)

/* ── Life ── */

int peer_new(struct forward *fw, const struct peer_conf *conf, usec now, struct peer **ret_peer)
{
	struct peer *p;
	struct group *g;
	int rc;

	fw->now = now;
	if (agenda_reserve(&fw->agenda, fw->entries + 2) < 0)
		return -ERR_NOMEM;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ERR_NOMEM;
	if (group_get(fw, conf->group, &g) < 0) {
		free(p);
		return -ERR_NOMEM;
	}
	group_join(g, p);
	p->fw = fw;
	p->next = fw->peers;
	fw->peers = p;
	fw->entries++;
	fw->counts.peers++;
	p->transport = conf->transport;
	p->member = conf->member;
	p->echo = conf->echo;
	p->rsize = conf->rtcp_rsize;
	p->waits = conf->waits;
	p->quality = p->quality_next = -1;
	p->repair_left = PEER_REPAIR_BURST;
	p->repair_at = p->rates_at = now;
	p->entry = (struct agenda_entry){.of = p, .due = peer_due};
	/* Not all at the same moment */
	p->house_at = now + forward_random(fw) % PEER_HOUSE;
	p->report_at = now + forward_random(fw) % PEER_REPORT;
	agenda_set(&fw->agenda, &p->entry, p->house_at);
	rc = peer_update(p, conf, now);
	if (rc < 0)
		peer_free(&p);
	else
		*ret_peer = p;
	return rc;
}

void peer_free(struct peer **peer)
{
	struct peer *p = peer ? *peer : NULL, **at;
	struct forward *fw;

	if (!p)
		return;
	fw = p->fw;
	p->group->hearers -= p->hears;
	p->hears = false;
	p->hearing_count = 0;
	for (unsigned i = 0; i < p->line_count; i++)
		peer_free_line(p, p->lines[i]);
	p->line_count = 0;
	group_leave(p->group, p);
	for (at = &fw->peers; *at != p; at = &(*at)->next)
		;
	*at = p->next;
	agenda_set(&fw->agenda, &p->entry, USEC_NEVER);
	fw->entries--;
	fw->counts.peers--;
	free(p->feedback);
	free(p);
	*peer = NULL;
}

int peer_update(struct peer *p, const struct peer_conf *conf, usec now)
{
	p->fw->now = now;
	return peer_take_lines(p, conf, now);
}

/* ── What it receives ── */

void peer_start(struct peer *p, usec now)
{
	p->fw->now = now;
	p->waits = false;
	for (unsigned i = 0; i < p->line_count; i++) {
		if (p->lines[i]->slot)
			downlink_choose(p->lines[i]->slot, now);
	}
}

int peer_assign(struct peer *p, const char *mid, uint32_t source, int height, usec now)
{
	struct downlink *d = NULL;
	bool video = (source & 3) == MEDIA_CAMERA || (source & 3) == MEDIA_SCREEN;

	p->fw->now = now;
	for (unsigned i = 0; i < p->line_count && !d; i++) {
		if (!p->lines[i]->gone && strcmp(p->lines[i]->conf.mid, mid) == 0)
			d = p->lines[i]->slot;
	}
	if (!d)
		return -ERR_NOTFOUND;
	if (p->hears && d->line->role == MEDIA_ROLE_SLOT_AUDIO)
		return -ERR_DENIED;
	if (source && (video == codec_is_audio(d->line->codecs[0].codec) ||
				   (source / MEDIA_KINDS == p->member && !p->echo)))
		return -ERR_DENIED;
	return downlink_assign(d, source, height, now);
}

static bool hears_now(const struct peer *p, uint32_t source)
{
	for (unsigned i = 0; i < p->hearing_count; i++) {
		if (p->hearing[i]->source && p->hearing[i]->source->number == source)
			return true;
	}
	return false;
}

static bool may_hear(const struct peer *p, uint32_t source)
{
	return loudest_has(&p->group->loudest, source) &&
		   (source / MEDIA_KINDS != p->member || p->echo);
}

/* An empty slot, or that of the one silent for longest if it is silent at all; NULL: all speak. */
static struct downlink *slot_to_fill(const struct peer *p, usec now)
{
	struct downlink *quiet = NULL;
	usec least = now - SLOT_SILENT + 1;

	for (unsigned i = 0; i < p->hearing_count; i++) {
		struct downlink *d = p->hearing[i];
		if (!d->source)
			return d;
		usec at = loudest_heard_at(&p->group->loudest, d->source->number);
		if (at < least) {
			least = at;
			quiet = d;
		}
	}
	return quiet;
}

/* Slots keep who still has a place. There is one place more than slots, as one may be one's own:
 * so the last may find no empty slot, and gets a silent one's when it speaks. */
void peer_hear(struct peer *p, usec now)
{
	const struct loudest *l = &p->group->loudest;

	for (unsigned i = 0; i < p->hearing_count; i++) {
		struct downlink *d = p->hearing[i];
		if (d->source && !may_hear(p, d->source->number))
			downlink_clear(d);
	}
	for (int i = 0; i < l->count; i++) {
		struct downlink *d;
		if (!may_hear(p, l->in[i].source) || hears_now(p, l->in[i].source))
			continue;
		d = slot_to_fill(p, now);
		if (!d || (d->source && now - l->in[i].heard_at >= SLOT_SILENT))
			continue;
		/* Without memory it stays as it is; the next who speaks tries again */
		if (downlink_assign(d, l->in[i].source, 0, now) < 0)
			return;
	}
}

void peer_gate(struct peer *p, enum media_kind kind, bool open, usec now)
{
	p->fw->now = now;
	p->open[kind] = open;
	for (unsigned i = 0; i < p->line_count; i++) {
		struct line *line = p->lines[i];
		if (line->source && peer_role_kind(line->conf.role) == kind)
			source_gate(line->source, open, now);
	}
}

static size_t slot_bytes(const struct downlink *d)
{
	if (!d->live)
		return 0;
	return sizeof(*d->live) + (d->live->repairs ? sizeof(*d->live->repairs) : 0);
}

size_t peer_bytes(const struct peer *p)
{
	size_t n = sizeof(*p) + (p->feedback ? sizeof(*p->feedback) : 0);

	for (const struct codec_set *s = p->codec_sets; s; s = s->next)
		n += sizeof(*s) + s->count * sizeof(s->formats[0]);

	for (unsigned i = 0; i < p->line_count; i++) {
		const struct line *line = p->lines[i];
		n += sizeof(*line);
		if (line->slot)
			n += sizeof(*line->slot) + slot_bytes(line->slot);
		if (line->source)
			n += sizeof(*line->source) + (line->source->speaker ? sizeof(struct speaker) : 0) +
				 line->source->slot_cap * sizeof(void *);
		for (unsigned k = 0; k < LAYER_MAX; k++) {
			const struct uplink *u = line->uplinks[k];
			if (u)
				n += sizeof(*u) + u->cache.cap * sizeof(void *) +
					 (u->missing ? sizeof(*u->missing) : 0);
		}
	}
	return n;
}
