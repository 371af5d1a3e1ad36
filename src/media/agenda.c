/* A binary heap whose entries know their places. */
#include "media/agenda.h"

#include <stdlib.h>

void agenda_done(struct agenda *a)
{
	free(a->heap);
	a->heap = NULL;
	a->count = a->cap = 0;
}

int agenda_reserve(struct agenda *a, int entries)
{
	struct agenda_entry **heap;
	int cap = a->cap ? a->cap : 16;

	while (cap < entries + 1)
		cap *= 2;
	if (cap == a->cap)
		return 0;
	heap = realloc(a->heap, (size_t)cap * sizeof(struct agenda_entry *));
	if (!heap)
		return -ERR_NOMEM;
	a->heap = heap;
	a->cap = cap;
	return 0;
}

static void put(struct agenda *a, int place, struct agenda_entry *e)
{
	a->heap[place] = e;
	e->place = place;
}

static void rise(struct agenda *a, struct agenda_entry *e)
{
	int i = e->place;

	for (; i > 1 && a->heap[i / 2]->at > e->at; i /= 2)
		put(a, i, a->heap[i / 2]);
	put(a, i, e);
}

static void sink(struct agenda *a, struct agenda_entry *e)
{
	int i = e->place, child;

	while ((child = i * 2) <= a->count) {
		if (child < a->count && a->heap[child + 1]->at < a->heap[child]->at)
			child++;
		if (a->heap[child]->at >= e->at)
			break;
		put(a, i, a->heap[child]);
		i = child;
	}
	put(a, i, e);
}

static void take_out(struct agenda *a, struct agenda_entry *e)
{
	struct agenda_entry *last = a->heap[a->count--];
	int place = e->place;

	e->place = 0;
	if (last == e)
		return;
	put(a, place, last);
	rise(a, last);
	sink(a, last);
}

void agenda_set(struct agenda *a, struct agenda_entry *e, usec at)
{
	if (at == USEC_NEVER) {
		if (e->place)
			take_out(a, e);
		return;
	}
	e->at = at;
	if (!e->place) {
		BUG_IF(a->count + 1 >= a->cap);
		put(a, ++a->count, e);
	}
	rise(a, e);
	sink(a, e);
}

void agenda_sooner(struct agenda *a, struct agenda_entry *e, usec at)
{
	if (!e->place || at < e->at)
		agenda_set(a, e, at);
}

usec agenda_next(const struct agenda *a)
{
	return a->count ? a->heap[1]->at : USEC_NEVER;
}

struct agenda_entry *agenda_take(struct agenda *a, usec now)
{
	struct agenda_entry *e = a->count ? a->heap[1] : NULL;

	if (!e || e->at > now)
		return NULL;
	take_out(a, e);
	return e;
}
