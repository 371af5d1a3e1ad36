/* Five places at most: every question is a walk over them. */
#include "media/loudest.h"

#include <stddef.h>

static struct loudest_place *find(const struct loudest *l, uint32_t source)
{
	for (int i = 0; i < l->count; i++) {
		if (l->in[i].source == source)
			return (struct loudest_place *)&l->in[i];
	}
	return NULL;
}

bool loudest_has(const struct loudest *l, uint32_t source)
{
	return find(l, source) != NULL;
}

usec loudest_heard_at(const struct loudest *l, uint32_t source)
{
	const struct loudest_place *p = find(l, source);

	return p ? p->heard_at : 0;
}

/* The place to give away: of the one silent for longest, else of one that might be. */
static struct loudest_place *weakest(struct loudest *l, bool sure, usec now)
{
	struct loudest_place *quiet = NULL, *unsure = NULL;

	for (int i = 0; i < l->count; i++) {
		struct loudest_place *p = &l->in[i];
		if (!quiet || p->heard_at < quiet->heard_at)
			quiet = p;
		if (!p->sure && (!unsure || p->heard_at < unsure->heard_at))
			unsure = p;
	}
	if (quiet && now - quiet->heard_at >= LOUDEST_SILENT)
		return quiet;
	return sure ? unsure : NULL;
}

enum loudest_change loudest_hear(struct loudest *l, uint32_t source, bool loud, bool sure,
								 usec now)
{
	struct loudest_place *p = find(l, source);
	bool known = p != NULL;

	if (!known && l->count < l->places)
		p = &l->in[l->count++];
	else if (!known && loud)
		p = weakest(l, sure, now);
	if (!p)
		return LOUDEST_OUT;
	if (!known)
		*p = (struct loudest_place){.source = source, .heard_at = now - LOUDEST_SILENT};
	p->sure = sure;
	if (loud) {
		known = known && now - p->heard_at < LOUDEST_SILENT;
		p->heard_at = now;
	}
	return known ? LOUDEST_IN : LOUDEST_NEW;
}

bool loudest_del(struct loudest *l, uint32_t source)
{
	struct loudest_place *p = find(l, source);

	if (!p)
		return false;
	*p = l->in[--l->count];
	return true;
}
