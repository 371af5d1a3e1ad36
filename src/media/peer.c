/* A peer's life: its lines, which come and change with offers, and its turns on the agenda. What
 * it receives is in peer_recv.c and peer_rtcp.c. */
#include "media/peer.h"

#include "media/forward_state.h"
#include "media/group.h"
#include "media/peer_state.h"
#include "media/report.h"

#include <stdlib.h>

/* ── Streams it sends ── */

int peer_add_uplink(struct line *line, unsigned layer)
{
	bool nack = false, video = !codec_is_audio(line->conf.codecs[0].codec);
	struct uplink *u = malloc(sizeof(*u));

	for (unsigned i = 0; i < line->conf.codec_count; i++)
		nack = nack || line->conf.codecs[i].fb & CODEC_FB_NACK;
	if (!u || uplink_init(u, video, nack) < 0) {
		free(u);
		return -ERR_NOMEM;
	}
	line->uplinks[layer] = u;
	source_add_layer(line->source, layer, u);
	return 0;
}

static void drop_uplinks(struct peer *p, struct line *line)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < p->binding_count; i++) {
		if (p->bindings[i].line == line)
			continue;
		p->ssrcs[kept] = p->ssrcs[i];
		p->bindings[kept++] = p->bindings[i];
	}
	p->binding_count = kept;
	for (unsigned i = 0; i < LAYER_MAX; i++) {
		if (line->uplinks[i])
			uplink_done(line->uplinks[i]);
		free(line->uplinks[i]);
		line->uplinks[i] = NULL;
	}
}

void peer_lose_source(struct peer *p, struct source *s)
{
	for (unsigned i = 0; i < p->line_count; i++) {
		if (p->lines[i]->source != s)
			continue;
		p->lines[i]->source = NULL;
		drop_uplinks(p, p->lines[i]);
	}
}

static void disown(struct peer *p, struct line *line)
{
	struct source *s = line->source;

	line->source = NULL;
	if (s)
		source_disown(s);
	drop_uplinks(p, line);
}

/* The first line of a role sends its source. */
static void own(struct peer *p, struct line *line)
{
	enum media_kind kind = peer_role_kind(line->conf.role);
	struct source *s;

	for (unsigned i = 0; i < p->line_count; i++) {
		if (p->lines[i]->source && p->lines[i]->conf.role == line->conf.role)
			return;
	}
	/* Without memory the line stays without a source: its packets are not wanted */
	if (source_get(p->group, p->member * MEDIA_KINDS + kind, &s) < 0)
		return;
	source_own(s, p, line->conf.layer_count, p->open[kind]);
	line->source = s;
}

/* ── Lines ── */

static void free_line(struct peer *p, struct line *line)
{
	disown(p, line);
	downlink_free(&line->slot);
	free(line);
}

static struct line *find_line(const struct peer *p, const struct peer_line *conf)
{
	for (unsigned i = 0; i < p->line_count; i++) {
		if (strcmp(p->lines[i]->conf.mid, conf->mid) == 0 &&
			p->lines[i]->conf.role == conf->role)
			return p->lines[i];
	}
	return NULL;
}

static struct line *new_line(struct peer *p, const struct peer_line *conf)
{
	struct line *line = calloc(1, sizeof(*line));

	if (!line)
		return NULL;
	line->conf = *conf;
	if (line->conf.layer_count < 1)
		line->conf.layer_count = 1;
	if (peer_role_receives(conf->role) && downlink_new(p, &line->conf, &line->slot) < 0) {
		free(line);
		return NULL;
	}
	return line;
}

static bool is_valid(const struct peer_conf *conf)
{
	if (conf->line_count > MEDIA_LINES_MAX)
		return false;
	for (unsigned i = 0; i < conf->line_count; i++) {
		const struct peer_line *l = &conf->lines[i];
		if (l->layer_count > PEER_LAYERS_MAX || l->codec_count < 1 ||
			l->codec_count > PEER_CODECS_MAX ||
			!(peer_role_sends(l->role) || peer_role_receives(l->role)))
			return false;
	}
	return true;
}

/* A line that stays takes what the new offer says of it. */
static void renew_line(struct peer *p, struct line *line, const struct peer_line *conf, usec now)
{
	struct peer_line before = line->conf;
	bool codecs = before.codec_count != conf->codec_count ||
				  memcmp(before.codecs, conf->codecs, sizeof(before.codecs)) != 0;

	line->conf = *conf;
	if (line->conf.layer_count < 1)
		line->conf.layer_count = 1;
	line->conf.ssrc = before.ssrc;
	line->conf.rtx_ssrc = before.rtx_ssrc;
	if (line->slot && codecs) {
		downlink_stop(line->slot);
		downlink_choose(line->slot, now);
	}
	if (peer_role_sends(conf->role) &&
		(before.layer_count != line->conf.layer_count ||
		 memcmp(before.layers, line->conf.layers, sizeof(before.layers)) != 0))
		disown(p, line);
}

static void add_ext(struct peer *p, uint8_t id, enum peer_ext ext)
{
	if (id)
		p->ext_of_id[id] = (uint8_t)ext;
}

/* What follows from the lines: extension ids, sources, the slots that fill themselves. */
static void settle(struct peer *p, usec now)
{
	memset(p->ext_of_id, PEER_EXT_NONE, sizeof(p->ext_of_id));
	p->hearing_count = 0;
	for (unsigned i = 0; i < p->line_count; i++) {
		struct line *line = p->lines[i];
		const struct peer_exts *ext = &line->conf.ext;

		if (peer_role_sends(line->conf.role)) {
			add_ext(p, ext->mid, PEER_EXT_MID);
			add_ext(p, ext->rid, PEER_EXT_RID);
			add_ext(p, ext->repaired_rid, PEER_EXT_REPAIRED_RID);
			add_ext(p, ext->audio_level, PEER_EXT_AUDIO_LEVEL);
			add_ext(p, ext->twcc, PEER_EXT_TWCC);
			own(p, line);
		} else if (p->hears && line->conf.role == MEDIA_ROLE_SLOT_AUDIO &&
				   p->hearing_count < p->fw->audio_slots) {
			p->hearing[p->hearing_count++] = line->slot;
		} else if (line->conf.role == MEDIA_ROLE_SLOT_AUDIO) {
			downlink_clear(line->slot);
		}
		if (!p->ssrc)
			p->ssrc = line->conf.ssrc;
	}
	if (!p->ssrc)
		p->ssrc = forward_random(p->fw) | 1;
	peer_hear(p, now);
}

/* Takes the lines of an offer: all of them, or none and an error. */
static int take_lines(struct peer *p, const struct peer_conf *conf, usec now)
{
	struct line *lines[MEDIA_LINES_MAX];
	bool fresh[MEDIA_LINES_MAX];

	if (!is_valid(conf))
		return -ERR_INVALID;
	for (unsigned i = 0; i < conf->line_count; i++) {
		lines[i] = find_line(p, &conf->lines[i]);
		for (unsigned k = 0; k < i && lines[i]; k++) {
			if (lines[k] == lines[i])
				lines[i] = NULL; /* a mid named twice */
		}
		fresh[i] = !lines[i];
		if (fresh[i])
			lines[i] = new_line(p, &conf->lines[i]);
		if (lines[i])
			continue;
		for (; i > 0; i--) {
			if (fresh[i - 1])
				free_line(p, lines[i - 1]);
		}
		return -ERR_NOMEM;
	}
	/* From here on nothing fails. Slots may go: none fills itself until `settle` */
	p->hearing_count = 0;
	for (unsigned i = 0; i < p->line_count; i++) {
		bool stays = false;
		for (unsigned k = 0; k < conf->line_count; k++)
			stays = stays || lines[k] == p->lines[i];
		if (!stays)
			free_line(p, p->lines[i]);
	}
	p->line_count = conf->line_count;
	memcpy(p->lines, lines, conf->line_count * sizeof(lines[0]));
	for (unsigned i = 0; i < p->line_count; i++) {
		if (!fresh[i])
			renew_line(p, p->lines[i], &conf->lines[i], now);
	}
	return 0;
}

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
		free_line(p, p->lines[i]);
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
	int rc;

	p->fw->now = now;
	rc = take_lines(p, conf, now);
	if (rc < 0)
		return rc;
	p->group->hearers += (unsigned)conf->hears - (unsigned)p->hears;
	p->hears = conf->hears;
	p->echo = conf->echo;
	p->rsize = conf->rtcp_rsize;
	settle(p, now);
	return 0;
}

/* ── What it receives ── */

int peer_assign(struct peer *p, const char *mid, uint32_t source, int height, usec now)
{
	struct downlink *d = NULL;
	bool video = (source & 3) == MEDIA_CAMERA || (source & 3) == MEDIA_SCREEN;

	p->fw->now = now;
	for (unsigned i = 0; i < p->line_count && !d; i++) {
		if (strcmp(p->lines[i]->conf.mid, mid) == 0)
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
	usec least = now - LOUDEST_SILENT + 1;

	for (unsigned i = 0; i < p->hearing_count; i++) {
		struct downlink *d = p->hearing[i];
		usec at = d->source ? loudest_heard_at(&p->group->loudest, d->source->number) : 0;
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
		if (!d || (d->source && now - l->in[i].heard_at >= LOUDEST_SILENT))
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

size_t peer_bytes(const struct peer *p)
{
	size_t n = sizeof(*p) + (p->feedback ? sizeof(*p->feedback) : 0);

	for (unsigned i = 0; i < p->line_count; i++) {
		const struct line *line = p->lines[i];
		n += sizeof(*line);
		if (line->slot)
			n += sizeof(*line->slot) + (line->slot->live ? sizeof(*line->slot->live) : 0);
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
