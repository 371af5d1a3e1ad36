/* A table of connections by number. A number is a place and the place's generation, so that an
 * address of a connection that is gone never means a newer one. */
#include "media/ice_tcp.h"

#include "net/out.h"
#include "net/tcp.h"
#include "wire/frame4571.h"

#include <stdlib.h>
#include <unistd.h>

enum { PLACE_MASK = 0xffff }; /* of addr.local; the generation is above */

struct conn {
	struct ice_tcp *set;
	struct tcp_conn *tcp; /* NULL: the place is free */
	struct addr addr;
	struct loop_timer first; /* not authenticated in time */
	bool kept;
	struct frame4571 framing;
	uint8_t buf[OUT_MAX];
};

struct ice_tcp {
	struct loop *loop;
	struct ice_tcp_ops ops;
	void *arg;
	size_t count;
	struct conn *conns[ICE_TCP_MAX]; /* made when first used, then kept */
	uint16_t generations[ICE_TCP_MAX];
};

int ice_tcp_new(struct ice_tcp **ret_s, struct loop *l, const struct ice_tcp_ops *ops, void *arg)
{
	struct ice_tcp *s = calloc(1, sizeof *s);
	if (!s)
		return -ERR_NOMEM;
	s->loop = l;
	s->ops = *ops;
	s->arg = arg;
	*ret_s = s;
	return 0;
}

static void end(struct conn *c)
{
	loop_unset(c->set->loop, &c->first);
	tcp_conn_free(&c->tcp);
	c->set->count--;
}

void ice_tcp_free(struct ice_tcp **ref)
{
	struct ice_tcp *s = *ref;
	*ref = NULL;
	if (!s)
		return;
	for (int i = 0; i < ICE_TCP_MAX; i++) {
		if (s->conns[i] && s->conns[i]->tcp)
			end(s->conns[i]);
		free(s->conns[i]);
	}
	free(s);
}

static struct conn *find(struct ice_tcp *s, const struct addr *a)
{
	uint32_t place = a->local & PLACE_MASK;
	struct conn *c = a->tcp && place < ICE_TCP_MAX ? s->conns[place] : NULL;
	return c && c->tcp && addr_eq(&c->addr, a) ? c : NULL;
}

static void bytes(void *arg, struct span piece)
{
	struct conn *c = arg;
	struct addr from = c->addr; /* the call may end the connection, and the place be reused */
	struct ice_tcp *s = c->set;
	struct rd in = rd_init(piece);
	struct span pkt;
	int rc;
	while ((rc = frame4571_recv(&c->framing, &in, &pkt)) > 0) {
		s->ops.packet(s->arg, pkt, &from);
		if (find(s, &from) != c)
			return;
	}
	if (rc < 0) {
		end(c);
		s->ops.closed(s->arg, &from);
	}
}

static void closed(void *arg)
{
	struct conn *c = arg;
	struct addr addr = c->addr;
	end(c);
	c->set->ops.closed(c->set->arg, &addr);
}

static void first_due(struct loop_timer *t, usec now)
{
	struct conn *c = (struct conn *)((char *)t - offsetof(struct conn, first));
	(void)now;
	end(c);
}

/* A free place, unless this host has too many strangers. When all places are taken, the stranger
 * that has been there for longest goes: a real client needs but a moment to authenticate. */
static int free_place(struct ice_tcp *s, const struct addr *peer)
{
	int place = -ERR_FULL;
	int strangers = 0;
	struct conn *oldest = NULL;
	for (int i = 0; i < ICE_TCP_MAX; i++) {
		struct conn *c = s->conns[i];
		if (!c || !c->tcp) {
			if (place < 0)
				place = i;
		} else if (!c->kept) {
			strangers += addr_eq_host(&c->addr, peer);
			if (!oldest || c->first.at < oldest->first.at)
				oldest = c;
		}
	}
	if (strangers >= ICE_TCP_HOST_MAX)
		return -ERR_FULL;
	if (place < 0 && oldest) {
		place = (int)(oldest->addr.local & PLACE_MASK);
		end(oldest);
	}
	return place;
}

void ice_tcp_take(struct ice_tcp *s, int fd, const struct addr *peer, usec now)
{
	static const struct tcp_conn_ops ops = {bytes, closed};
	int place = free_place(s, peer);
	struct conn *c = place >= 0 ? s->conns[place] : NULL;
	if (place >= 0 && !c)
		c = s->conns[place] = malloc(sizeof *c);
	if (!c) {
		close(fd);
		return;
	}
	memset(c, 0, offsetof(struct conn, buf));
	c->set = s;
	c->addr = *peer;
	c->addr.tcp = 1;
	c->addr.local = (uint32_t)++s->generations[place] << 16 | (uint32_t)place;
	c->first.due = first_due;
	frame4571_init(&c->framing, c->buf, sizeof c->buf);
	if (tcp_conn_new(&c->tcp, s->loop, fd, &ops, c) < 0)
		return;
	s->count++;
	if (loop_set(s->loop, &c->first, now + ICE_TCP_FIRST_MS * USEC_PER_MS) < 0)
		end(c);
}

void ice_tcp_send(struct ice_tcp *s, const struct addr *to, struct span pkt)
{
	struct conn *c = find(s, to);
	if (!c)
		return;
	uint8_t head[FRAME4571_HEAD_LEN];
	frame4571_write_head(head, pkt.len);
	int err = tcp_conn_send(c->tcp, span_of(head, sizeof head), pkt);
	(void)err; /* full: lost, as UDP would lose it; closed: the loop says so next */
}

void ice_tcp_keep(struct ice_tcp *s, const struct addr *addr)
{
	struct conn *c = find(s, addr);
	if (!c)
		return;
	c->kept = true;
	loop_unset(s->loop, &c->first);
}

void ice_tcp_drop(struct ice_tcp *s, const struct addr *addr)
{
	struct conn *c = find(s, addr);
	if (c)
		end(c);
}

size_t ice_tcp_count(const struct ice_tcp *s)
{
	return s->count;
}
