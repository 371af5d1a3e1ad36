/* A ring, and the time until which the line is busy. */
#include "media/pace.h"

#include <stdlib.h>

enum { CAP_FIRST = 64 };

void pace_set(struct pace *p, uint32_t carries, uint32_t sent)
{
	if (carries == UINT32_MAX || carries / PACE_WIDE_TIMES >= sent)
		p->rate = 0;
	else
		p->rate = carries;
}

/* How fast what waits leaves. */
static uint64_t rate(const struct pace *p)
{
	uint64_t least = p->bytes * 8 * USEC_PER_SEC / PACE_LONGEST;

	return p->rate > least ? p->rate : least;
}

bool pace_holds(const struct pace *p, usec now)
{
	return p->count > 0 || (p->rate && p->free_at > now + PACE_STEP);
}

static struct pace_entry *at(const struct pace *p, unsigned i)
{
	return &p->ring[(p->first + i) & (p->cap - 1)];
}

static int widen(struct pace *p)
{
	unsigned cap = p->cap ? p->cap * 2 : CAP_FIRST;
	struct pace_entry *ring;

	if (cap > PACE_MOST)
		return -ERR_FULL;
	ring = malloc(cap * sizeof *ring);
	if (!ring)
		return -ERR_NOMEM;
	for (unsigned i = 0; i < p->count; i++)
		ring[i] = *at(p, i);
	free(p->ring);
	p->ring = ring;
	p->cap = cap;
	p->first = 0;
	return 0;
}

int pace_put(struct pace *p, const struct pace_entry *e, usec now)
{
	int err = p->count == p->cap ? widen(p) : 0;

	if (err < 0)
		return err;
	if (p->count == 0)
		p->step_at = usec_max(now, p->free_at - PACE_STEP);
	*at(p, p->count) = *e;
	packet_ref(e->packet);
	p->count++;
	p->bytes += e->len;
	return 0;
}

void pace_left(struct pace *p, unsigned len, usec now)
{
	if (p->rate)
		p->free_at = usec_max(p->free_at, now) +
					 (usec)((uint64_t)len * 8 * USEC_PER_SEC / rate(p));
}

bool pace_next(struct pace *p, usec now, struct pace_entry *ret)
{
	if (p->count == 0 || now < p->step_at)
		return false;
	/* A rate that is gone, as the line turned out wide: all of it leaves */
	if (p->rate && p->free_at > now + PACE_STEP) {
		p->step_at = now + PACE_STEP;
		return false;
	}
	*ret = *at(p, 0);
	p->first = (p->first + 1) & (p->cap - 1);
	pace_left(p, ret->len, now);
	p->count--;
	p->bytes -= ret->len;
	return true;
}

usec pace_deadline(const struct pace *p)
{
	return p->count ? p->step_at : USEC_NEVER;
}

void pace_drop(struct pace *p, const struct downlink *slot)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < p->count; i++) {
		struct pace_entry e = *at(p, i);
		if (slot && e.slot != slot) {
			*at(p, kept++) = e;
			continue;
		}
		p->bytes -= e.len;
		packet_unref(e.packet);
	}
	p->count = kept;
}

void pace_done(struct pace *p)
{
	pace_drop(p, NULL);
	free(p->ring);
	*p = (struct pace){0};
}
