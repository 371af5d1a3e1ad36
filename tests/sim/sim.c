/* The sim: a heap of datagrams by arrival time, and the nodes' own deadlines beside it.
 *
 * Reads downwards: the generator, the heap, a line's fate for a datagram, nodes, the loop, and the
 * wall clock that OpenSSL is shown. */
#include "sim/sim.h"

#include "base/err.h"

#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

enum { STALL_MAX = 100000 }; /* ticks without time moving: a deadline that never passes */

struct sim_node {
	struct out out; /* first: a struct out * is a struct sim_node * */
	struct sim *sim;
	struct addr addr;
	const struct sim_ops *ops;
	void *arg;
	struct sim_line up, down;
	usec up_free, down_free; /* when a rated line has sent all that is in it */
	usec up_burst, down_burst; /* until when a burst of losses goes on */
	uint8_t room[OUT_MAX];
};

struct flying {
	usec at;
	uint64_t order; /* among those of the same time */
	struct addr from, to;
	size_t len;
	uint8_t *bytes; /* owned */
};

struct sim {
	usec now;
	uint64_t random;
	uint64_t order;
	struct flying *heap;
	size_t count, cap;
	struct sim_node *nodes[SIM_NODES_MAX];
	size_t node_count;
	struct sim_counts counts;
	bool (*tap)(void *, const struct addr *, const struct addr *, struct span);
	void *tap_arg;
};

static struct sim *current; /* whose time gettimeofday gives */

/* splitmix64 */
uint64_t sim_random(struct sim *sim, uint64_t n)
{
	uint64_t z = (sim->random += 0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	z ^= z >> 31;
	return n ? z % n : 0;
}

static bool chance(struct sim *sim, unsigned permille)
{
	return permille > 0 && sim_random(sim, 1000) < permille;
}

/* ── The heap ── */

static bool is_before(const struct flying *a, const struct flying *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void swap(struct flying *a, struct flying *b)
{
	struct flying c = *a;
	*a = *b;
	*b = c;
}

static void push(struct sim *sim, struct flying f)
{
	if (sim->count == sim->cap) {
		sim->cap = sim->cap ? sim->cap * 2 : 64;
		sim->heap = realloc(sim->heap, sim->cap * sizeof *sim->heap);
		BUG_IF(!sim->heap);
	}
	size_t i = sim->count++;
	sim->heap[i] = f;
	while (i > 0 && is_before(&sim->heap[i], &sim->heap[(i - 1) / 2])) {
		swap(&sim->heap[i], &sim->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
}

static struct flying pop(struct sim *sim)
{
	struct flying first = sim->heap[0];
	sim->heap[0] = sim->heap[--sim->count];
	for (size_t i = 0;;) {
		size_t least = i;
		for (size_t k = 2 * i + 1; k <= 2 * i + 2; k++)
			if (k < sim->count && is_before(&sim->heap[k], &sim->heap[least]))
				least = k;
		if (least == i)
			return first;
		swap(&sim->heap[i], &sim->heap[least]);
		i = least;
	}
}

/* ── Lines ── */

/* When a datagram that enters a line at `at` leaves it; USEC_NEVER: it is lost. */
static usec pass(struct sim *sim, const struct sim_line *line, usec *line_free, usec *burst,
	usec at, size_t len)
{
	if (at < *burst)
		return USEC_NEVER;
	if (chance(sim, line->loss_permille)) {
		*burst = at + line->burst;
		return USEC_NEVER;
	}
	if (line->rate_bps) {
		const usec begin = usec_max(at, *line_free);
		if (begin - at > SIM_QUEUE_MS * USEC_PER_MS)
			return USEC_NEVER;
		at = begin + (usec)(len * 8 * (uint64_t)USEC_PER_SEC / line->rate_bps);
		*line_free = at;
	}
	at += line->delay;
	if (line->jitter > 0)
		at += (usec)sim_random(sim, (uint64_t)line->jitter + 1);
	if (chance(sim, line->reorder_permille))
		at += line->reorder_by ? line->reorder_by : 20 * USEC_PER_MS;
	return at;
}

static struct sim_node *find_node(struct sim *sim, const struct addr *addr)
{
	for (size_t i = 0; i < sim->node_count; i++)
		if (addr_eq(&sim->nodes[i]->addr, addr))
			return sim->nodes[i];
	return NULL;
}

static void fly(struct sim_node *from, struct sim_node *to, struct span datagram)
{
	struct sim *sim = from->sim;
	usec at = pass(sim, &from->up, &from->up_free, &from->up_burst, sim->now, datagram.len);
	if (at != USEC_NEVER)
		at = pass(sim, &to->down, &to->down_free, &to->down_burst, at, datagram.len);
	if (at == USEC_NEVER) {
		sim->counts.lost++;
		return;
	}
	uint8_t *bytes = malloc(datagram.len ? datagram.len : 1); /* exact, for the sanitizer */
	BUG_IF(!bytes);
	memcpy(bytes, datagram.ptr, datagram.len);
	push(sim, (struct flying){.at = at, .order = sim->order++, .from = from->addr, .to = to->addr,
		.len = datagram.len, .bytes = bytes});
}

/* ── Nodes ── */

static uint8_t *room(struct out *out)
{
	return ((struct sim_node *)out)->room;
}

static void commit(struct out *out, const struct addr *to, size_t len)
{
	struct sim_node *from = (struct sim_node *)out;
	struct sim *sim = from->sim;
	struct sim_node *node = find_node(sim, to);
	const struct span datagram = span_of(from->room, len);
	BUG_IF(len > OUT_MAX);
	sim->counts.sent++;
	if (sim->tap && !sim->tap(sim->tap_arg, &from->addr, to, datagram)) {
		sim->counts.lost++;
	} else if (!node) {
		sim->counts.unreachable++;
	} else {
		fly(from, node, datagram);
		if (chance(sim, from->up.dup_permille + node->down.dup_permille)) {
			sim->counts.duplicated++;
			fly(from, node, datagram);
		}
	}
	memset(from->room, 0xdb, len); /* nobody may rely on what was sent */
}

struct sim_node *sim_add(struct sim *sim, const struct addr *addr, const struct sim_ops *ops,
	void *arg)
{
	BUG_IF(sim->node_count == SIM_NODES_MAX);
	struct sim_node *node = calloc(1, sizeof *node);
	BUG_IF(!node);
	node->out = (struct out){.room = room, .commit = commit};
	node->sim = sim;
	node->addr = *addr;
	node->ops = ops;
	node->arg = arg;
	sim->nodes[sim->node_count++] = node;
	return node;
}

void sim_set_lines(struct sim_node *node, const struct sim_line *up, const struct sim_line *down)
{
	node->up = *up;
	node->down = *down;
}

void sim_set_addr(struct sim_node *node, const struct addr *addr)
{
	node->addr = *addr;
}

struct addr sim_addr(const struct sim_node *node)
{
	return node->addr;
}

struct out *sim_out(struct sim_node *node)
{
	return &node->out;
}

void sim_set_tap(struct sim *sim,
	bool (*tap)(void *arg, const struct addr *from, const struct addr *to, struct span datagram),
	void *arg)
{
	sim->tap = tap;
	sim->tap_arg = arg;
}

const struct sim_counts *sim_counts(const struct sim *sim)
{
	return &sim->counts;
}

/* ── Time ── */

struct sim *sim_new(uint64_t seed)
{
	struct sim *sim = calloc(1, sizeof *sim);
	BUG_IF(!sim);
	sim->now = USEC_PER_SEC;
	sim->random = seed;
	current = sim;
	return sim;
}

void sim_free(struct sim **sim)
{
	if (!*sim)
		return;
	for (size_t i = 0; i < (*sim)->count; i++)
		free((*sim)->heap[i].bytes);
	for (size_t i = 0; i < (*sim)->node_count; i++)
		free((*sim)->nodes[i]);
	free((*sim)->heap);
	if (current == *sim)
		current = NULL;
	free(*sim);
	*sim = NULL;
}

usec sim_now(const struct sim *sim)
{
	return sim->now;
}

static usec node_deadline(const struct sim_node *node)
{
	return node->ops->deadline ? node->ops->deadline(node->arg) : USEC_NEVER;
}

static usec next_event(const struct sim *sim)
{
	usec next = sim->count > 0 ? sim->heap[0].at : USEC_NEVER;
	for (size_t i = 0; i < sim->node_count; i++)
		next = usec_min(next, node_deadline(sim->nodes[i]));
	return next;
}

static void deliver(struct sim *sim)
{
	struct flying f = pop(sim);
	struct sim_node *node = find_node(sim, &f.to);
	if (!node || !node->ops->recv) {
		sim->counts.unreachable++;
	} else {
		sim->counts.delivered++;
		sim->counts.bytes += f.len;
		node->ops->recv(node->arg, span_of(f.bytes, f.len), &f.from, sim->now, &node->out);
	}
	free(f.bytes);
}

/* One event: a datagram that is due, or else the ticks that are. */
static void step(struct sim *sim)
{
	if (sim->count > 0 && sim->heap[0].at <= sim->now) {
		deliver(sim);
		return;
	}
	for (size_t i = 0; i < sim->node_count; i++) {
		struct sim_node *node = sim->nodes[i];
		if (node->ops->tick && node_deadline(node) <= sim->now)
			node->ops->tick(node->arg, sim->now, &node->out);
	}
}

bool sim_run_until(struct sim *sim, bool (*done)(void *arg), void *arg, usec until)
{
	unsigned stalled = 0;
	while (!(done && done(arg))) {
		const usec next = next_event(sim);
		if (next > until) {
			sim->now = usec_max(sim->now, until);
			return false;
		}
		stalled = next > sim->now ? 0 : stalled + 1;
		BUG_IF(stalled > STALL_MAX);
		sim->now = usec_max(sim->now, next);
		step(sim);
	}
	return true;
}

void sim_run(struct sim *sim, usec until)
{
	(void)sim_run_until(sim, NULL, NULL, until);
}

/* ── The wall clock ── */

/* Stands before libc's for this program and the libraries it loads. */
int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	if (current) {
		tv->tv_sec = 1700000000 + current->now / USEC_PER_SEC;
		tv->tv_usec = current->now % USEC_PER_SEC;
	}
	return 0;
}
