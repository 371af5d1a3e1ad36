/* Opening the socket (udp_new), then receiving (udp_recv).
 * Sending is in udp_send.c; what they share is in udp_internal.h. */
#include "net/udp.h"

#include "net/udp_internal.h"

#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <unistd.h>

enum { SOCKET_BUFFER = 4 << 20 }; /* a key frame to some hundred receivers */

static int set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value);
}

static int open_socket(const struct addr *host, uint16_t port, bool *ret_v6)
{
	bool any = addr_is_none(host);
	bool v6 = any || host->family == 6;
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 && any && errno == EAFNOSUPPORT) {
		v6 = false; /* a kernel without IPv6 */
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	}
	if (fd < 0)
		return -ERR_IO;
	if (v6)
		set(fd, IPPROTO_IPV6, IPV6_V6ONLY, any ? 0 : 1);

	struct addr at = *host;
	if (any)
		at.family = v6 ? 6 : 4;
	at.port = port;
	struct sockaddr_storage ss;
	socklen_t len = (socklen_t)addr_to_sockaddr(&at, &ss, false);
	if (bind(fd, (struct sockaddr *)&ss, len) < 0) {
		int saved = errno;
		close(fd);
		errno = saved;
		return -ERR_IO;
	}
	/* More than the default, without which a burst is lost; FORCE works for root only. */
	if (set(fd, SOL_SOCKET, SO_RCVBUFFORCE, SOCKET_BUFFER) < 0)
		set(fd, SOL_SOCKET, SO_RCVBUF, SOCKET_BUFFER);
	if (set(fd, SOL_SOCKET, SO_SNDBUFFORCE, SOCKET_BUFFER) < 0)
		set(fd, SOL_SOCKET, SO_SNDBUF, SOCKET_BUFFER);
	if (v6)
		set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	set(fd, IPPROTO_IP, IP_PKTINFO, 1);
	*ret_v6 = v6;
	return fd;
}

int udp_new(struct udp **ret_u, const struct addr *host, uint16_t port)
{
	struct udp *u = calloc(1, sizeof *u);
	if (!u)
		return -ERR_NOMEM;
	u->fd = open_socket(host, port, &u->v6);
	if (u->fd < 0) {
		free(u);
		return -ERR_IO;
	}
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;
	struct addr at = {0};
	if (getsockname(u->fd, (struct sockaddr *)&ss, &len) < 0
		|| addr_from_sockaddr(&at, (struct sockaddr *)&ss) < 0) {
		udp_free(&u);
		return -ERR_IO;
	}
	u->port = at.port;
	udp_send_init(u);
	*ret_u = u;
	return 0;
}

void udp_free(struct udp **u)
{
	if (!*u)
		return;
	close((*u)->fd);
	free(*u);
	*u = NULL;
}

int udp_fd(const struct udp *u)
{
	return u->fd;
}

uint16_t udp_port(const struct udp *u)
{
	return u->port;
}

const struct udp_counts *udp_counts(const struct udp *u)
{
	return &u->counts;
}

/* The number of a local address, from 1; 0 when the table is full: the kernel then chooses. */
static uint32_t local_number(struct udp *u, const struct udp_local *local)
{
	for (uint32_t i = 0; i < u->local_count; i++) {
		if (memcmp(&u->locals[i], local, sizeof *local) == 0)
			return i + 1;
	}
	if (u->local_count == UDP_LOCALS_MAX)
		return 0;
	u->locals[u->local_count++] = *local;
	return u->local_count;
}

/* Which of our addresses a datagram was sent to, from its control messages. */
static uint32_t local_of(struct udp *u, struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct udp_local local = {0};
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof info);
			local.family = 4;
			memcpy(local.host, &info.ipi_addr, 4);
			return local_number(u, &local);
		}
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof info);
			if (IN6_IS_ADDR_V4MAPPED(&info.ipi6_addr)) {
				local.family = 4;
				memcpy(local.host, info.ipi6_addr.s6_addr + 12, 4);
			} else {
				local.family = 6;
				/* A link-local address means nothing without its interface. */
				if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
					local.interface = info.ipi6_ifindex;
				memcpy(local.host, &info.ipi6_addr, 16);
			}
			return local_number(u, &local);
		}
	}
	return 0;
}

int udp_recv(struct udp *u, struct udp_packet *packets, int n)
{
	struct mmsghdr msgs[UDP_BATCH];
	struct iovec iov[UDP_BATCH];
	struct sockaddr_storage from[UDP_BATCH];
	union udp_control control[UDP_BATCH];

	if (n > UDP_BATCH)
		n = UDP_BATCH;
	for (int i = 0; i < n; i++) {
		iov[i] = (struct iovec){packets[i].buf, packets[i].cap};
		msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &from[i],
			.msg_namelen = sizeof from[i],
			.msg_iov = &iov[i],
			.msg_iovlen = 1,
			.msg_control = &control[i],
			.msg_controllen = sizeof control[i],
		};
	}
	int got = recvmmsg(u->fd, msgs, (unsigned)n, MSG_DONTWAIT, NULL);
	if (got <= 0)
		return 0; /* EAGAIN, or an ICMP error of some earlier datagram: nothing to take */

	for (int i = 0; i < got; i++) {
		struct udp_packet *p = &packets[i];
		p->len = msgs[i].msg_len;
		u->counts.datagrams_in++;
		u->counts.bytes_in += p->len;
		if ((msgs[i].msg_hdr.msg_flags & MSG_TRUNC)
			|| addr_from_sockaddr(&p->from, (struct sockaddr *)&from[i]) < 0) {
			u->counts.too_long++;
			p->len = 0;
			continue;
		}
		p->from.local = local_of(u, &msgs[i].msg_hdr);
	}
	return got;
}
