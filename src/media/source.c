/* Binding is symmetric: a slot knows its place in the source's array, so that leaving is a swap
 * with the last. */
#include "media/source.h"

#include "media/downlink.h"
#include "media/forward_state.h"
#include "media/peer_state.h"
#include "media/report.h"

#include <stdlib.h>

/* ── Finding ── */

static struct source **bucket(struct group *g, uint32_t number)
{
	/* Kinds and members are dense: both go into the low bits */
	return &g->buckets[(number ^ number >> 6) % GROUP_BUCKETS];
}

struct source *source_find(const struct group *g, uint32_t number)
{
	struct source *s = *bucket((struct group *)g, number);

	while (s && s->number != number)
		s = s->next;
	return s;
}

int source_get(struct group *g, uint32_t number, struct source **ret_source)
{
	struct source *s = source_find(g, number), **b = bucket(g, number);

	if (!s) {
		s = calloc(1, sizeof(*s));
		if (!s)
			return -ERR_NOMEM;
		s->number = number;
		s->group = g;
		if (source_kind(s) == MEDIA_MIC) {
			s->speaker = malloc(sizeof(*s->speaker));
			if (!s->speaker) {
				free(s);
				return -ERR_NOMEM;
			}
			speaker_init(s->speaker);
		}
		s->next = *b;
		*b = s;
	}
	*ret_source = s;
	return 0;
}

void source_release(struct source *s)
{
	struct source **at = bucket(s->group, s->number);

	if (s->owner || s->slot_count > 0)
		return;
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	free(s->speaker);
	free(s->slots);
	free(s);
}

/* ── Who sends it ── */

static void stop_slots(struct source *s)
{
	for (unsigned i = 0; i < s->slot_count; i++) {
		downlink_stop(s->slots[i]);
		s->slots[i]->target = LAYER_NONE;
	}
}

/* Its slots wait for the next owner. */
static void let_go(struct source *s)
{
	for (unsigned i = 0; i < LAYER_MAX; i++) {
		if (s->layers[i])
			s->layers[i]->source = NULL;
		s->layers[i] = NULL;
	}
	stop_slots(s);
	s->owner = NULL;
	s->open = false;
	s->told_arriving = false;
	s->told_receivers = 0;
}

void source_own(struct source *s, struct peer *owner, unsigned layer_count, bool open)
{
	struct peer *before = s->owner;

	let_go(s);
	if (before)
		peer_lose_source(before, s);
	s->owner = owner;
	s->open = open;
	s->layer_count = (uint8_t)layer_count;
}

void source_disown(struct source *s)
{
	struct peer *owner = s->owner;

	let_go(s);
	s->owner = owner; /* so that the last slot to leave does not take the source along */
	group_unhear(s->group, s);
	s->owner = NULL;
	source_release(s);
}

void source_add_layer(struct source *s, unsigned layer, struct uplink *u)
{
	s->layers[layer] = u;
	u->source = s;
	u->layer = (uint8_t)layer;
	u->keyframe.period =
		s->layer_count > 1 && layer == 0 ? KEYFRAME_PERIOD_LOW : KEYFRAME_PERIOD_HIGH;
}

void source_choose(struct source *s, usec now)
{
	for (unsigned i = 0; i < s->slot_count; i++)
		downlink_choose(s->slots[i], now);
}

void source_restart(struct source *s, unsigned layer, usec now)
{
	for (unsigned i = 0; i < s->slot_count; i++) {
		struct downlink *d = s->slots[i];
		if (d->current != (int)layer)
			continue;
		downlink_stop(d);
		downlink_choose(d, now);
	}
}

void source_gate(struct source *s, bool open, usec now)
{
	if (s->open == open)
		return;
	s->open = open;
	if (!open) {
		stop_slots(s);
		for (unsigned i = 0; i < LAYER_MAX; i++) {
			if (s->layers[i])
				cache_clear(&s->layers[i]->cache);
		}
		group_unhear(s->group, s);
	}
	/* What was lost while nobody looked is not asked for */
	for (unsigned i = 0; open && i < LAYER_MAX; i++) {
		if (s->layers[i] && s->layers[i]->missing)
			missing_init(s->layers[i]->missing);
	}
	if (open)
		source_choose(s, now);
}

/* ── Who receives it ── */

int source_bind(struct source *s, struct downlink *d)
{
	if (s->slot_count == s->slot_cap) {
		unsigned cap = s->slot_cap ? s->slot_cap * 2 : 4;
		struct downlink **slots = realloc(s->slots, cap * sizeof(struct downlink *));
		if (!slots)
			return -ERR_NOMEM;
		s->slots = slots;
		s->slot_cap = cap;
	}
	d->source = s;
	d->index = s->slot_count;
	s->slots[s->slot_count++] = d;
	return 0;
}

void source_unbind(struct source *s, struct downlink *d)
{
	struct downlink *last = s->slots[--s->slot_count];

	s->slots[d->index] = last;
	last->index = d->index;
	d->source = NULL;
	source_release(s);
}

/* ── Layers ── */

int source_layer(const struct source *s, int height, usec now)
{
	struct layer layers[LAYER_MAX];
	bool any = false;
	usec newest = 0;

	for (int i = 0; i < s->layer_count; i++) {
		if (s->layers[i])
			newest = usec_max(newest, s->layers[i]->last_at);
	}
	for (int i = 0; i < s->layer_count; i++) {
		const struct uplink *u = s->layers[i];
		layers[i] = (struct layer){0};
		if (!u)
			continue;
		/* The only layer there is needs not be lively: a still screen is not. One of several is
		 * off when the others go on without it, not when all of them are held up */
		layers[i].arriving = s->layer_count == 1 ||
							 (uplink_is_arriving(u, UPLINK_ARRIVING, now) &&
							  newest - u->last_at <= UPLINK_BEHIND);
		layers[i].height = u->height;
		any = any || layers[i].arriving;
	}
	return any ? layer_choose(layers, s->layer_count, height) : LAYER_NONE;
}

void source_want_key(struct source *s, unsigned layer, usec now)
{
	struct uplink *u = s->layers[layer];

	if (!u || !s->owner)
		return;
	keyframe_want(&u->keyframe);
	if (keyframe_due(&u->keyframe, now))
		report_key(s->owner, u);
	peer_sooner(s->owner, keyframe_deadline(&u->keyframe));
}

/* ── What is told ── */

bool source_is_arriving(const struct source *s, usec now)
{
	usec age = source_kind(s) == MEDIA_SCREEN ? SOURCE_ARRIVING_SCREEN : SOURCE_ARRIVING;

	for (unsigned i = 0; i < s->layer_count; i++) {
		if (s->layers[i] && uplink_is_arriving(s->layers[i], age, now))
			return true;
	}
	return false;
}

unsigned source_receivers(const struct source *s)
{
	unsigned n = 0;

	if (!source_is_open(s))
		return 0;
	/* A microphone that has no place as it is silent is heard by all once it speaks */
	if (source_kind(s) == MEDIA_MIC && !loudest_has(&s->group->loudest, s->number))
		return s->group->hearers - (s->owner->hears && !s->owner->echo ? 1 : 0);
	for (unsigned i = 0; i < s->slot_count; i++)
		n += s->slots[i]->current != LAYER_NONE;
	return n;
}

void source_tell(struct source *s, usec now)
{
	const struct forward *fw = s->group->fw;
	bool arriving = source_is_arriving(s, now);
	unsigned receivers = arriving ? source_receivers(s) : 0;

	if (arriving == s->told_arriving && receivers == s->told_receivers)
		return;
	s->told_arriving = arriving;
	s->told_receivers = receivers;
	fw->ops->on_source(fw->arg, s->owner->transport, s->number, arriving, receivers);
}
