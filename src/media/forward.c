/* The worker's forwarder as a whole: its agenda, its room, its counters. */
#include "media/forward.h"

#include "media/forward_state.h"
#include "media/group.h"
#include "media/peer_state.h"

#include <stdlib.h>

enum { EVICT = 16 }; /* packets taken from one cache at a time */

int forward_new(const struct forward_conf *conf, struct forward **ret_fw)
{
	struct forward *fw = calloc(1, sizeof(*fw));
	int slots = conf->audio_slots;

	if (!fw)
		return -ERR_NOMEM;
	if (slots < 1)
		slots = 1;
	if (slots > FORWARD_AUDIO_SLOTS_MAX)
		slots = FORWARD_AUDIO_SLOTS_MAX;
	fw->ops = conf->ops;
	fw->arg = conf->arg;
	fw->pool = conf->pool;
	fw->audio_slots = (unsigned)slots;
	fw->wall_offset = conf->wall_offset;
	fw->random = conf->seed;
	*ret_fw = fw;
	return 0;
}

void forward_free(struct forward **fw)
{
	if (!fw || !*fw)
		return;
	BUG_IF((*fw)->peers != NULL || (*fw)->groups != NULL);
	agenda_done(&(*fw)->agenda);
	free(*fw);
	*fw = NULL;
}

/* SplitMix64, Steele et al. 2014. */
uint32_t forward_random(struct forward *fw)
{
	uint64_t z = fw->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(z >> 32);
}

void forward_tick(struct forward *fw, usec now)
{
	struct agenda_entry *e;

	fw->now = now;
	while ((e = agenda_take(&fw->agenda, now)) != NULL)
		e->due(e->of, now);
}

usec forward_deadline(const struct forward *fw)
{
	return agenda_next(&fw->agenda);
}

/* ── Room ── */

static struct cache *each_cache(const struct peer *p, unsigned *at)
{
	for (; *at < p->line_count * LAYER_MAX; (*at)++) {
		struct uplink *u = p->lines[*at / LAYER_MAX]->uplinks[*at % LAYER_MAX];
		if (u) {
			(*at)++;
			return &u->cache;
		}
	}
	return NULL;
}

static struct cache *oldest_cache(const struct forward *fw)
{
	struct cache *oldest = NULL, *c;
	usec age = USEC_NEVER;

	for (const struct peer *p = fw->peers; p; p = p->next) {
		for (unsigned at = 0; (c = each_cache(p, &at)) != NULL;) {
			if (cache_oldest(c) < age) {
				age = cache_oldest(c);
				oldest = c;
			}
		}
	}
	return oldest;
}

void forward_make_room(struct forward *fw, unsigned want)
{
	unsigned count = packet_pool_count(fw->pool);
	struct cache *c;

	while (packet_pool_in_use(fw->pool) + want > count && (c = oldest_cache(fw)) != NULL) {
		if (cache_evict(c, EVICT) == 0)
			break;
	}
}

void forward_counts(const struct forward *fw, struct forward_counts *ret)
{
	struct cache *c;

	*ret = fw->counts;
	ret->cached = 0;
	for (const struct peer *p = fw->peers; p; p = p->next) {
		for (unsigned at = 0; (c = each_cache(p, &at)) != NULL;)
			ret->cached += c->count;
	}
}
