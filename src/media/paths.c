/* Open addressing with linear probing; deletion moves what follows up, so there are no tombstones
 * and a look-up ends at the first empty place. At most half full. */
#include "media/paths.h"

#include "base/random.h"

#include <stdlib.h>

struct path {
	struct addr addr;
	struct transport *transport; /* NULL: empty */
};

struct paths {
	uint64_t seed;
	size_t count;
	size_t cap; /* a power of two */
	struct path *table;
};

enum { CAP_FIRST = 64 };

int paths_new(struct paths **ret_p)
{
	struct paths *p = calloc(1, sizeof *p);
	if (!p)
		return -ERR_NOMEM;
	p->seed = random_u64();
	p->cap = CAP_FIRST;
	p->table = calloc(p->cap, sizeof *p->table);
	if (!p->table) {
		free(p);
		return -ERR_NOMEM;
	}
	*ret_p = p;
	return 0;
}

void paths_free(struct paths **p)
{
	if (!*p)
		return;
	free((*p)->table);
	free(*p);
	*p = NULL;
}

/* The address's place, or the empty one where it would go. */
static size_t place_of(const struct paths *p, const struct addr *a)
{
	size_t i = addr_hash(a, p->seed) & (p->cap - 1);
	while (p->table[i].transport && !addr_eq(&p->table[i].addr, a))
		i = (i + 1) & (p->cap - 1);
	return i;
}

struct transport *paths_find(const struct paths *p, const struct addr *a)
{
	return p->table[place_of(p, a)].transport;
}

static int grow(struct paths *p)
{
	struct paths bigger = *p;
	bigger.cap *= 2;
	bigger.table = calloc(bigger.cap, sizeof *bigger.table);
	if (!bigger.table)
		return -ERR_NOMEM;
	for (size_t i = 0; i < p->cap; i++) {
		if (p->table[i].transport)
			bigger.table[place_of(&bigger, &p->table[i].addr)] = p->table[i];
	}
	free(p->table);
	*p = bigger;
	return 0;
}

int paths_put(struct paths *p, const struct addr *a, struct transport *t)
{
	size_t i = place_of(p, a);
	if (!p->table[i].transport) {
		if ((p->count + 1) * 2 > p->cap) {
			int err = grow(p);
			if (err < 0)
				return err;
			i = place_of(p, a);
		}
		p->count++;
	}
	p->table[i] = (struct path){*a, t};
	return 0;
}

void paths_del(struct paths *p, const struct addr *a, const struct transport *t)
{
	size_t i = place_of(p, a);
	if (!p->table[i].transport || p->table[i].transport != t)
		return;
	p->count--;
	/* Each one behind the hole moves into it, unless its own place lies behind the hole. */
	size_t mask = p->cap - 1;
	size_t hole = i;
	for (size_t j = (i + 1) & mask; p->table[j].transport; j = (j + 1) & mask) {
		size_t home = addr_hash(&p->table[j].addr, p->seed) & mask;
		if (((j - home) & mask) >= ((j - hole) & mask)) {
			p->table[hole] = p->table[j];
			hole = j;
		}
	}
	p->table[hole].transport = NULL;
}

size_t paths_count(const struct paths *p)
{
	return p->count;
}
