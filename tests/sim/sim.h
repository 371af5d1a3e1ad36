/* A virtual clock and a virtual network for machines: an hour of a lossy line in a second, the
 * same again from the same seed.
 *
 * Nodes have an address each and hang on a star: what a node sends runs down its own `up` line and
 * then the receiver's `down` line. Datagrams to an address that nobody has are lost. Time moves
 * only in sim_run…, from event to event. While a sim exists gettimeofday gives its time too, for
 * OpenSSL's DTLS timers; that of the newest. */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "net/out.h"

enum {
	SIM_NODES_MAX = 64,
	SIM_QUEUE_MS = 200, /* what a line with a rate buffers before it drops */
};

/* How a line treats what runs down it. All zero: at once, whole, in order. */
struct sim_line {
	usec delay;
	usec jitter;               /* up to this much more, evenly; so it reorders */
	unsigned loss_permille;
	usec burst;                /* once one is lost, for how long all are */
	unsigned dup_permille;
	unsigned reorder_permille; /* held back by reorder_by */
	usec reorder_by;           /* 0: 20 ms */
	uint64_t rate_bps;         /* 0: no limit */
};

struct sim_counts {
	uint64_t sent, lost, duplicated, delivered, unreachable;
	uint64_t bytes; /* delivered */
};

/* A machine as the sim drives it. Any may be NULL. */
struct sim_ops {
	void (*recv)(void *arg, struct span datagram, const struct addr *from, usec now,
		struct out *out);
	void (*tick)(void *arg, usec now, struct out *out);
	usec (*deadline)(void *arg);
};

struct sim;
struct sim_node;

/* The clock begins at 1 s. Never NULL. */
struct sim *sim_new(uint64_t seed);
void sim_free(struct sim **sim);

usec sim_now(const struct sim *sim);
/* A number from the sim's own generator, below n. */
uint64_t sim_random(struct sim *sim, uint64_t n);

/* ops, arg: borrowed for life. */
struct sim_node *sim_add(struct sim *sim, const struct addr *addr, const struct sim_ops *ops,
	void *arg);
/* Both lines of a node; may change while it runs. */
void sim_set_lines(struct sim_node *node, const struct sim_line *up, const struct sim_line *down);
/* The node moves: what is on its way to the old address is lost. */
void sim_set_addr(struct sim_node *node, const struct addr *addr);
struct addr sim_addr(const struct sim_node *node);
/* Where a node's machines put datagrams outside of the callbacks. */
struct out *sim_out(struct sim_node *node);

/* Sees everything that is sent, before the lines; false: it is lost. */
void sim_set_tap(struct sim *sim,
	bool (*tap)(void *arg, const struct addr *from, const struct addr *to, struct span datagram),
	void *arg);

const struct sim_counts *sim_counts(const struct sim *sim);

/* Runs until the clock stands at `until`. */
void sim_run(struct sim *sim, usec until);
/* Runs until `done` says so, asked after each event, or until then. True: done. */
bool sim_run_until(struct sim *sim, bool (*done)(void *arg), void *arg, usec until);

#endif
