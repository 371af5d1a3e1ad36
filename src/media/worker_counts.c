/* Relaxed stores and loads: a counter says nothing about any other memory. */
#include "media/worker_counts.h"

#include <stdatomic.h>

_Static_assert(sizeof(struct media_counts) % sizeof(uint64_t) == 0, "fields of 64 bits alone");

static void gather(const struct counts_of *of, struct media_counts *ret)
{
	const struct udp_counts *udp = udp_counts(of->udp);
	struct forward_counts forward;
	forward_counts(of->forward, &forward);
	*ret = (struct media_counts){
		.datagrams_in = udp->datagrams_in,
		.datagrams_out = udp->datagrams_out,
		.bytes_in = udp->bytes_in,
		.bytes_out = udp->bytes_out,
		.send_fails = udp->send_fails + forward.send_failures,
		.packets_in = forward.packets_in,
		.packets_out = forward.packets_out,
		.repaired = forward.repaired,
		.resent = forward.resent,
		.malformed = forward.malformed + forward.unbound,
		.transports = forward.peers,
		.cached = forward.cached,
		.pool_bytes = packet_pool_used(of->pool) * sizeof(struct packet),
		.pool_misses = packet_pool_misses(of->pool),
	};
}

void counts_turn(struct counts *c, const struct counts_of *of, usec now)
{
	if (c->due == 0) {
		c->due = now + COUNTS_EVERY;
		return;
	}
	if (now < c->due)
		return;
	union {
		struct media_counts named;
		uint64_t field[COUNTS_FIELDS];
	} counts;
	gather(of, &counts.named);
	for (int i = 0; i < COUNTS_FIELDS; i++)
		atomic_store_explicit(&c->field[i], counts.field[i], memory_order_relaxed);
	c->due = 0;
}

usec counts_deadline(const struct counts *c)
{
	return c->due ? c->due : USEC_NEVER;
}

void counts_add(struct counts *c, struct media_counts *sum)
{
	union {
		struct media_counts named;
		uint64_t field[COUNTS_FIELDS];
	} counts = {.named = *sum};
	for (int i = 0; i < COUNTS_FIELDS; i++)
		counts.field[i] += atomic_load_explicit(&c->field[i], memory_order_relaxed);
	*sum = counts.named;
}
