/* Read allocate: three passes over the same step. */
#include "media/allocate.h"

#include <stdbool.h>

static uint32_t rate_of(const struct allocate_picture *p, int way)
{
	return way < 0 ? 0 : p->rate[way];
}

/* One way up, if it fits. Ways that cost nothing more are taken in the same stride. */
static bool improve(struct allocate_picture *p, uint64_t *used, uint64_t budget)
{
	int way = p->way + 1;
	uint64_t total, spare;

	if (way >= p->ways)
		return false;
	while (way + 1 < p->ways && p->rate[way + 1] == p->rate[way])
		way++;
	total = *used - rate_of(p, p->way) + p->rate[way];
	spare = way > p->now ? (uint64_t)p->rate[way] * ALLOCATE_SPARE_PERMILLE / 1000 : 0;
	if (total + spare > budget)
		return false;
	p->way = (int8_t)way;
	*used = total;
	return true;
}

uint64_t allocate(struct allocate_picture *pictures, unsigned count, uint64_t budget)
{
	uint64_t used = 0;
	bool more = true;

	for (unsigned i = 0; i < count; i++)
		pictures[i].way = ALLOCATE_NONE;
	for (int rank = 0; rank < ALLOCATE_RANKS; rank++) {
		for (unsigned i = 0; i < count; i++) {
			if (pictures[i].rank == (enum allocate_rank)rank)
				(void)improve(&pictures[i], &used, budget);
		}
	}
	for (int rank = 0; rank < ALLOCATE_REST; rank++) {
		for (unsigned i = 0; i < count; i++) {
			struct allocate_picture *p = &pictures[i];
			/* Who had no room at first stays out: what is left would not do for it either */
			while (p->rank == (enum allocate_rank)rank && p->way >= 0 &&
				   improve(p, &used, budget))
				;
		}
	}
	while (more) {
		more = false;
		for (unsigned i = 0; i < count; i++) {
			struct allocate_picture *p = &pictures[i];
			if (p->rank == ALLOCATE_REST && p->way >= 0)
				more |= improve(p, &used, budget);
		}
	}
	return used;
}

uint64_t allocate_wanted(const struct allocate_picture *pictures, unsigned count)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < count; i++)
		sum += rate_of(&pictures[i], pictures[i].ways - 1);
	return sum;
}

uint64_t allocate_next(const struct allocate_picture *pictures, unsigned count)
{
	uint64_t used = 0, least = 0;

	for (unsigned i = 0; i < count; i++)
		used += rate_of(&pictures[i], pictures[i].way);
	for (unsigned i = 0; i < count; i++) {
		const struct allocate_picture *p = &pictures[i];
		uint64_t next;
		if (p->way + 1 >= p->ways)
			continue;
		next = used - rate_of(p, p->way) + p->rate[p->way + 1];
		next += (uint64_t)p->rate[p->way + 1] * ALLOCATE_SPARE_PERMILLE / 1000;
		if (!least || next < least)
			least = next;
	}
	return least;
}
