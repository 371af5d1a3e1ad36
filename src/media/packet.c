/* The pool: one block of memory that is handed out from the front until all of it has been used
 * once, and from a list of what came back otherwise. The newest that came back goes out first, so
 * that a quiet worker touches few pages and warm ones. */
#include "media/packet.h"

#include <stdlib.h>
#include <sys/mman.h>

struct packet_pool {
	struct packet *packets;
	size_t bytes;
	unsigned count;
	unsigned fresh;  /* packets from here on were never used */
	unsigned in_use;
	uint64_t misses;
	struct packet *free;
};

int packet_pool_new(unsigned count, struct packet_pool **ret_pool)
{
	struct packet_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return -ERR_NOMEM;
	pool->count = count;
	pool->bytes = (size_t)count * sizeof(struct packet);
	pool->packets = mmap(NULL, pool->bytes ? pool->bytes : 1, PROT_READ | PROT_WRITE,
						 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (pool->packets == MAP_FAILED) {
		free(pool);
		return -ERR_NOMEM;
	}
	*ret_pool = pool;
	return 0;
}

void packet_pool_free(struct packet_pool **pool)
{
	if (!pool || !*pool)
		return;
	BUG_IF((*pool)->in_use != 0);
	munmap((*pool)->packets, (*pool)->bytes ? (*pool)->bytes : 1);
	free(*pool);
	*pool = NULL;
}

struct packet *packet_new(struct packet_pool *pool)
{
	struct packet *p = pool->free;

	if (p) {
		pool->free = p->next_free;
	} else if (pool->fresh < pool->count) {
		p = &pool->packets[pool->fresh++];
		p->pool = pool;
	} else {
		pool->misses++;
		return NULL;
	}
	p->refs = 1;
	p->len = 0;
	pool->in_use++;
	return p;
}

void packet_unref(struct packet *p)
{
	if (!p)
		return;
	BUG_IF(p->refs == 0);
	if (--p->refs > 0)
		return;
	p->next_free = p->pool->free;
	p->pool->free = p;
	p->pool->in_use--;
}

unsigned packet_pool_in_use(const struct packet_pool *pool)
{
	return pool->in_use;
}

unsigned packet_pool_count(const struct packet_pool *pool)
{
	return pool->count;
}

unsigned packet_pool_used(const struct packet_pool *pool)
{
	return pool->fresh;
}

uint64_t packet_pool_misses(const struct packet_pool *pool)
{
	return pool->misses;
}
