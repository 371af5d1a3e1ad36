/* Sending. `room` gives the next slot; `commit` chains it to the others for the same receiver;
 * udp_flush walks the receivers, makes each run of equal sizes one message, and sends all messages
 * with as few calls as it can. */
#include "net/udp_internal.h"

#include <errno.h>
#include <netinet/udp.h>
#include <stddef.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103 /* Linux 4.18 */
#endif

static struct udp *udp_of(struct out *out)
{
	return (struct udp *)((char *)out - offsetof(struct udp, out));
}

static uint8_t *room(struct out *out)
{
	struct udp *u = udp_of(out);
	if (u->slot_count == UDP_SLOTS || u->room_used > UDP_ROOM - OUT_MAX)
		udp_flush(u);
	return u->room + u->room_used;
}

static void clear(struct udp *u)
{
	u->slot_count = 0;
	u->dest_count = 0;
	u->room_used = 0;
	memset(u->table, 0xff, sizeof u->table);
}

/* The receiver's entry; made when new. There is always room: commit flushes before it is full. */
static struct udp_dest *dest_for(struct udp *u, const struct addr *to)
{
	const size_t mask = UDP_DESTS * 2 - 1;
	for (size_t i = addr_hash(to, 0) & mask;; i = (i + 1) & mask) {
		if (u->table[i] < 0) {
			u->table[i] = (int16_t)u->dest_count;
			struct udp_dest *d = &u->dests[u->dest_count++];
			*d = (struct udp_dest){.to = *to, .first = -1, .last = -1};
			return d;
		}
		struct udp_dest *d = &u->dests[u->table[i]];
		if (addr_eq(&d->to, to))
			return d;
	}
}

static void commit(struct out *out, const struct addr *to, size_t len)
{
	struct udp *u = udp_of(out);
	BUG_IF(len > OUT_MAX || to->tcp);
	int16_t index = (int16_t)u->slot_count++;
	struct udp_slot *slot = &u->slots[index];
	slot->at = u->room_used;
	slot->len = (uint16_t)len;
	slot->next = -1;
	u->room_used += (uint32_t)(len + UDP_ALIGN - 1) & ~(uint32_t)(UDP_ALIGN - 1);
	struct udp_dest *d = dest_for(u, to);
	if (d->first < 0)
		d->first = index;
	else
		u->slots[d->last].next = index;
	d->last = index;
	if (u->dest_count == UDP_DESTS)
		udp_flush(u);
}

void udp_send_init(struct udp *u)
{
	u->out = (struct out){.room = room, .commit = commit};
	clear(u);
}

struct out *udp_out(struct udp *u)
{
	return &u->out;
}

/* ── One message: a receiver, a run of slots, control data ── */

struct batch {
	struct mmsghdr msgs[UDP_BATCH];
	struct sockaddr_storage to[UDP_BATCH];
	union udp_control control[UDP_BATCH];
	struct iovec iov[UDP_SLOTS];
	int msg_count;
	int iov_count;
};

static void *control_add(struct msghdr *msg, int level, int type, size_t len)
{
	struct cmsghdr *c = (struct cmsghdr *)((char *)msg->msg_control + msg->msg_controllen);
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	msg->msg_controllen += CMSG_SPACE(len);
	return CMSG_DATA(c);
}

/* Sends from the address that was asked. */
static void control_local(struct udp *u, struct msghdr *msg, uint32_t number)
{
	if (number == 0 || number > u->local_count)
		return;
	const struct udp_local *local = &u->locals[number - 1];
	if (u->v6) {
		struct in6_pktinfo info = {.ipi6_ifindex = local->interface};
		if (local->family == 4) {
			info.ipi6_addr.s6_addr[10] = 0xff;
			info.ipi6_addr.s6_addr[11] = 0xff;
			memcpy(info.ipi6_addr.s6_addr + 12, local->host, 4);
		} else {
			memcpy(&info.ipi6_addr, local->host, 16);
		}
		memcpy(control_add(msg, IPPROTO_IPV6, IPV6_PKTINFO, sizeof info), &info, sizeof info);
	} else {
		struct in_pktinfo info = {0};
		memcpy(&info.ipi_spec_dst, local->host, 4);
		memcpy(control_add(msg, IPPROTO_IP, IP_PKTINFO, sizeof info), &info, sizeof info);
	}
}

/* How many slots from `index` go as one GSO datagram: equal sizes, the last may be smaller. */
static int run_length(const struct udp *u, int index)
{
	uint16_t size = u->slots[index].len;
	int n = 1;
	for (int i = u->slots[index].next; i >= 0 && n < UDP_RUN_MAX; i = u->slots[i].next) {
		if (u->slots[i].len > size)
			break;
		n++;
		if (u->slots[i].len < size)
			break;
	}
	return u->no_gso ? 1 : n;
}

/* Adds one message for the slots from `index` on; returns the slot after them, or -1. */
static int batch_add(struct udp *u, struct batch *b, const struct addr *to, int index)
{
	int n = run_length(u, index);
	uint16_t size = u->slots[index].len;
	int m = b->msg_count++;
	struct msghdr *msg = &b->msgs[m].msg_hdr;
	*msg = (struct msghdr){
		.msg_name = &b->to[m],
		.msg_namelen = (socklen_t)addr_to_sockaddr(to, &b->to[m], u->v6),
		.msg_iov = &b->iov[b->iov_count],
		.msg_iovlen = (size_t)n,
		.msg_control = &b->control[m],
		.msg_controllen = 0,
	};
	memset(&b->control[m], 0, sizeof b->control[m]);
	for (int i = 0; i < n; i++) {
		struct udp_slot *slot = &u->slots[index];
		b->iov[b->iov_count++] = (struct iovec){u->room + slot->at, slot->len};
		u->counts.bytes_out += slot->len;
		index = slot->next;
	}
	u->counts.datagrams_out += (uint64_t)n;
	u->counts.calls_out++;
	control_local(u, msg, to->local);
	if (n > 1)
		memcpy(control_add(msg, SOL_UDP, UDP_SEGMENT, sizeof size), &size, sizeof size);
	if (msg->msg_controllen == 0)
		msg->msg_control = NULL;
	return index;
}

/* The kernel refused a GSO message: its segments one by one. */
static void send_singly(struct udp *u, struct msghdr *msg)
{
	struct iovec *iov = msg->msg_iov;
	size_t n = msg->msg_iovlen;
	msg->msg_controllen -= CMSG_SPACE(sizeof(uint16_t));
	if (msg->msg_controllen == 0)
		msg->msg_control = NULL;
	msg->msg_iovlen = 1;
	for (size_t i = 0; i < n; i++) {
		msg->msg_iov = &iov[i];
		if (sendmsg(u->fd, msg, MSG_DONTWAIT) < 0)
			u->counts.send_fails++;
	}
}

static void batch_send(struct udp *u, struct batch *b)
{
	int done = 0;
	while (done < b->msg_count) {
		int n = sendmmsg(u->fd, b->msgs + done, (unsigned)(b->msg_count - done), MSG_DONTWAIT);
		if (n > 0) {
			done += n;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		struct msghdr *msg = &b->msgs[done].msg_hdr;
		bool unknown = errno == EINVAL || errno == EIO || errno == EOPNOTSUPP;
		if (msg->msg_iovlen > 1 && (unknown || errno == EMSGSIZE)) {
			/* Too large for this receiver's path means nothing for others; single datagrams
			 * are fragmented there. Before Linux 6.14 that is EINVAL too */
			u->no_gso = u->no_gso || unknown;
			send_singly(u, msg);
		} else {
			u->counts.send_fails++; /* no route, a full buffer: lost, like on the way */
		}
		done++;
	}
	b->msg_count = 0;
	b->iov_count = 0;
}

void udp_flush(struct udp *u)
{
	struct batch b;
	b.msg_count = 0;
	b.iov_count = 0;
	for (int i = 0; i < u->dest_count; i++) {
		const struct udp_dest *d = &u->dests[i];
		int index = d->first;
		while (index >= 0) {
			index = batch_add(u, &b, &d->to, index);
			if (b.msg_count == UDP_BATCH)
				batch_send(u, &b);
		}
	}
	if (b.msg_count > 0)
		batch_send(u, &b);
	clear(u);
}
