/* A peer's lines, which come and change with its offers, and what hangs on them: the streams that
 * it sends, which make its sources, and the slots. Read peer_take_lines at the end. */
#include "media/forward_state.h"
#include "media/group.h"
#include "media/peer_state.h"

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

void peer_free_line(struct peer *p, struct line *line)
{
	disown(p, line);
	downlink_free(&line->slot);
	codec_set_put(&p->codec_sets, &line->codecs);
	free(line);
}

/* The line of a mid, if it still goes the same way. */
static struct line *find_line(const struct peer *p, const struct peer_line *conf)
{
	for (unsigned i = 0; i < p->line_count; i++) {
		const struct peer_line *have = &p->lines[i]->conf;
		if (strcmp(have->mid, conf->mid) == 0 &&
			(have->role == conf->role ||
			 (peer_role_receives(have->role) && peer_role_receives(conf->role))))
			return p->lines[i];
	}
	return NULL;
}

/* What an offer says of a line. set: taken */
static void fill_line(struct line *line, const struct peer_line *conf, struct codec_set *set)
{
	line->conf = *conf;
	line->codecs = set;
	line->conf.codecs = set->formats;
	if (line->conf.layer_count < 1)
		line->conf.layer_count = 1;
}

static struct line *new_line(struct peer *p, const struct peer_line *conf, struct codec_set *set)
{
	struct line *line = calloc(1, sizeof(*line));

	if (!line)
		return NULL;
	fill_line(line, conf, set);
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
		for (unsigned k = 0; k < i; k++) {
			if (strcmp(conf->lines[k].mid, l->mid) == 0)
				return false;
		}
		if (l->layer_count > PEER_LAYERS_MAX || l->codec_count < 1 ||
			l->codec_count > PEER_CODECS_MAX ||
			!(peer_role_sends(l->role) || peer_role_receives(l->role)))
			return false;
	}
	return true;
}

/* Do the same payload types mean the same? */
static bool same_codecs(const struct peer_line *a, const struct peer_line *b)
{
	if (a->codec_count != b->codec_count)
		return false;
	for (unsigned i = 0; i < a->codec_count; i++) {
		const struct codec_format *x = &a->codecs[i], *y = &b->codecs[i];
		if (x->pt != y->pt || x->rtx_pt != y->rtx_pt || x->codec != y->codec ||
			!codec_may_decode(x, y) || !codec_may_decode(y, x))
			return false;
	}
	return true;
}

static bool same_layers(const struct peer_line *a, const struct peer_line *b)
{
	if (a->layer_count != b->layer_count)
		return false;
	for (unsigned i = 0; i < a->layer_count; i++) {
		const struct peer_layer *x = &a->layers[i], *y = &b->layers[i];
		if (x->ssrc != y->ssrc || x->rtx_ssrc != y->rtx_ssrc || strcmp(x->rid, y->rid) != 0)
			return false;
	}
	return true;
}

/* A line that stays takes what the new offer says of it. set: taken */
static void renew_line(struct peer *p, struct line *line, const struct peer_line *conf,
					   struct codec_set *set, usec now)
{
	struct peer_line before = line->conf;
	struct codec_set *set_before = line->codecs;

	fill_line(line, conf, set);
	line->conf.ssrc = before.ssrc;
	line->conf.rtx_ssrc = before.rtx_ssrc;
	line->gone = false;
	if (line->slot && before.role != conf->role)
		downlink_clear(line->slot);
	if (line->slot && !same_codecs(&before, &line->conf)) {
		downlink_stop(line->slot);
		downlink_choose(line->slot, now);
	}
	if (peer_role_sends(conf->role) && !same_layers(&before, &line->conf))
		disown(p, line);
	codec_set_put(&p->codec_sets, &set_before);
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

		if (line->gone)
			continue;
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

/* The lines that an offer makes of those there are. */
struct next_lines {
	unsigned count;
	struct line *lines[MEDIA_LINES_MAX];
	bool fresh[MEDIA_LINES_MAX];
	struct codec_set *sets[MEDIA_LINES_MAX]; /* of those that are not fresh; got */
};

static bool has_line(const struct next_lines *n, const struct line *line)
{
	for (unsigned i = 0; i < n->count; i++) {
		if (n->lines[i] == line)
			return true;
	}
	return false;
}

static bool is_ssrc_of(const struct peer_line *l, uint32_t ssrc)
{
	return ssrc && peer_role_receives(l->role) && (l->ssrc == ssrc || l->rtx_ssrc == ssrc);
}

/* May a new slot send under its SSRCs? Another slot's, even of one that is gone, would be sealed
 * from the beginning once more. */
static bool is_unused(const struct peer *p, const struct next_lines *n, const struct peer_line *l)
{
	for (unsigned i = 0; i < p->line_count; i++) {
		if (is_ssrc_of(&p->lines[i]->conf, l->ssrc) || is_ssrc_of(&p->lines[i]->conf, l->rtx_ssrc))
			return false;
	}
	for (unsigned i = 0; i < n->count; i++) {
		const struct peer_line *other = &n->lines[i]->conf;
		if (is_ssrc_of(other, l->ssrc) || is_ssrc_of(other, l->rtx_ssrc))
			return false;
	}
	return true;
}

/* Finds or makes all of them. What has been made is in n also on failure. */
static int gather_lines(struct peer *p, const struct peer_conf *conf, struct next_lines *n)
{
	for (unsigned i = 0; i < conf->line_count; i++) {
		const struct peer_line *l = &conf->lines[i];
		struct line *line = find_line(p, l);

		n->fresh[i] = !line;
		if (!line && peer_role_receives(l->role) && !is_unused(p, n, l))
			return -ERR_INVALID;
		struct codec_set *set = codec_set_get(&p->codec_sets, l->codecs, l->codec_count);
		if (!set)
			return -ERR_NOMEM;
		if (line)
			n->sets[i] = set;
		else
			line = new_line(p, l, set);
		if (!line) {
			codec_set_put(&p->codec_sets, &set);
			return -ERR_NOMEM;
		}
		n->lines[n->count++] = line;
	}
	return 0;
}

/* Slots that have sent stay, empty, as long as the keys do: their SSRCs' numbers are used. */
static bool must_stay(const struct next_lines *n, const struct line *line)
{
	return !has_line(n, line) && line->slot && line->slot->live;
}

static bool has_room(const struct peer *p, const struct next_lines *n)
{
	unsigned count = n->count;

	for (unsigned i = 0; i < p->line_count; i++)
		count += must_stay(n, p->lines[i]);
	return count <= MEDIA_LINES_MAX;
}

static int take_lines(struct peer *p, const struct peer_conf *conf, usec now)
{
	struct next_lines n = {0};
	unsigned count;
	int rc = is_valid(conf) ? gather_lines(p, conf, &n) : -ERR_INVALID;

	if (rc == 0 && !has_room(p, &n))
		rc = -ERR_FULL;
	for (unsigned i = 0; rc < 0 && i < n.count; i++) {
		codec_set_put(&p->codec_sets, &n.sets[i]);
		if (n.fresh[i])
			peer_free_line(p, n.lines[i]);
	}
	if (rc < 0)
		return rc;
	/* From here on nothing fails. Slots may go: none fills itself until `settle` */
	p->hearing_count = 0;
	count = n.count;
	for (unsigned i = 0; i < p->line_count; i++) {
		struct line *line = p->lines[i];
		if (must_stay(&n, line)) {
			line->gone = true;
			downlink_clear(line->slot);
			n.lines[count++] = line;
		} else if (!has_line(&n, line)) {
			peer_free_line(p, line);
		}
	}
	memcpy(p->lines, n.lines, count * sizeof(n.lines[0]));
	p->line_count = count;
	for (unsigned i = 0; i < n.count; i++) {
		if (!n.fresh[i])
			renew_line(p, p->lines[i], &conf->lines[i], n.sets[i], now);
	}
	return 0;
}

int peer_take_lines(struct peer *p, const struct peer_conf *conf, usec now)
{
	int rc = take_lines(p, conf, now);

	if (rc < 0)
		return rc;
	p->group->hearers += (unsigned)conf->hears - (unsigned)p->hears;
	p->hears = conf->hears;
	p->echo = conf->echo;
	p->rsize = conf->rtcp_rsize;
	settle(p, now);
	return 0;
}
