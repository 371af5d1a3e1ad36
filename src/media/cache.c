/* A ring by sequence number. `first` and `top` bound what is held; every operation is a step of
 * one of them or a look at one place, but for the few times that the ring widens. */
#include "media/cache.h"

#include <stdlib.h>

int cache_init(struct cache *c, unsigned most)
{
	BUG_IF(most < CACHE_FIRST || (most & (most - 1)) != 0);
	*c = (struct cache){.cap = CACHE_FIRST, .most = (uint16_t)most};
	c->ring = calloc(c->cap, sizeof(*c->ring));
	return c->ring ? 0 : -ERR_NOMEM;
}

void cache_done(struct cache *c)
{
	if (!c->ring)
		return;
	cache_clear(c);
	free(c->ring);
	c->ring = NULL;
}

static struct packet **place(const struct cache *c, uint16_t seq)
{
	return &c->ring[seq & (c->cap - 1)];
}

static void drop(struct cache *c, uint16_t seq)
{
	struct packet **p = place(c, seq);

	if (!*p)
		return;
	packet_unref(*p);
	*p = NULL;
	c->count--;
}

/* Moves `first` on, giving back what lies before it. */
static void drop_before(struct cache *c, uint16_t first)
{
	while (c->first != first && c->count > 0)
		drop(c, c->first++);
	c->first = first;
	if (c->has_key && seq_before(c->key_seq, first))
		c->has_key = false;
}

/* Makes the ring wide enough for `span` numbers from `first` on, as far as it may and can be. */
static void widen(struct cache *c, unsigned span)
{
	unsigned cap = c->cap;
	struct packet **ring;

	while (cap < span && cap < c->most)
		cap *= 2;
	if (cap == c->cap || span > c->most)
		return;
	ring = calloc(cap, sizeof(*ring));
	if (!ring)
		return;
	for (unsigned i = 0; i < c->cap; i++) {
		uint16_t seq = (uint16_t)(c->first + i);
		ring[seq & (cap - 1)] = *place(c, seq);
	}
	free(c->ring);
	c->ring = ring;
	c->cap = (uint16_t)cap;
}

/* Lets go what can't be kept beside a newer one. */
static void advance(struct cache *c, uint16_t seq)
{
	uint16_t first = (uint16_t)(seq - c->most + 1);

	if (seq_before(c->first, first))
		drop_before(c, first);
	if (c->count == 0)
		drop_before(c, seq);
	widen(c, (uint16_t)(seq - c->first + 1u));
	first = (uint16_t)(seq - c->cap + 1);
	if (seq_before(c->first, first))
		drop_before(c, first);
	c->top = seq;
}

void cache_clear(struct cache *c)
{
	for (unsigned i = 0; i < c->cap && c->count > 0; i++)
		drop(c, (uint16_t)i);
	c->has_key = false;
}

/* Parameter sets and slice of one H.264 picture each look like a beginning: the first of them is
 * it, in whatever order they come. */
static void note_key(struct cache *c, const struct packet *p, usec now)
{
	bool same = c->has_key && c->key_ts == p->rtp.ts;

	if (c->has_key && seq_before(c->key_seq, p->rtp.seq) == same)
		return;
	c->has_key = true;
	c->key_seq = p->rtp.seq;
	c->key_ts = p->rtp.ts;
	c->key_at = now;
}

int cache_add(struct cache *c, struct packet *p, usec now)
{
	uint16_t seq = p->rtp.seq;
	int before = c->count;

	if (c->count == 0) {
		c->has_key = false;
		c->first = c->top = seq;
	} else if (seq_before(seq, c->first)) {
		/* A late one before all others, where there is room */
		widen(c, (uint16_t)(c->top - seq + 1u));
		if ((uint16_t)(c->top - seq) >= c->cap)
			return 0;
		c->first = seq;
	} else if (seq_before(c->top, seq)) {
		advance(c, seq);
	}
	if (*place(c, seq))
		return c->count - before;
	*place(c, seq) = packet_ref(p);
	c->count++;
	if (p->key)
		note_key(c, p, now);
	return c->count - before;
}

struct packet *cache_find(const struct cache *c, uint16_t seq)
{
	struct packet *p = *place(c, seq);

	return p && p->rtp.seq == seq ? p : NULL;
}

void cache_expire(struct cache *c, usec now)
{
	usec age = CACHE_AGE;

	if (c->has_key && now - c->key_at <= CACHE_KEY_AGE)
		age = CACHE_KEY_AGE;
	while (c->count > 0) {
		const struct packet *p = *place(c, c->first);
		bool needed = age == CACHE_KEY_AGE && !seq_before(c->first, c->key_seq);
		if (p && (needed || now - p->arrived <= CACHE_AGE))
			return;
		drop_before(c, (uint16_t)(c->first + 1));
	}
}

unsigned cache_evict(struct cache *c, unsigned n)
{
	unsigned gone = 0;

	while (c->count > 0 && gone < n) {
		gone += *place(c, c->first) != NULL;
		drop_before(c, (uint16_t)(c->first + 1));
	}
	return gone;
}

usec cache_oldest(const struct cache *c)
{
	for (uint16_t seq = c->first; c->count > 0; seq++) {
		const struct packet *p = *place(c, seq);
		if (p)
			return p->arrived;
		if (seq == c->top)
			break;
	}
	return USEC_NEVER;
}

bool cache_has_start(const struct cache *c, usec now, unsigned most, uint16_t *ret_from)
{
	if (!c->has_key || now - c->key_at > CACHE_KEY_AGE ||
		(uint16_t)(c->top - c->key_seq) >= most || !cache_find(c, c->key_seq))
		return false;
	*ret_from = c->key_seq;
	return true;
}
