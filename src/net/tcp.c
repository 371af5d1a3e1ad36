/* The listener, then a connection: reading (readable), writing (tcp_conn_send, writable). */
#include "net/tcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	BACKLOG = 256,
	ACCEPTS_A_TURN = 32,
	/* Bytes that the kernel takes ahead of the line. By itself it takes megabytes, and on a slow
	 * line all sound is late by that. */
	UNSENT_MAX = 16 * 1024,
};

#define PAUSE_AFTER_ERROR (200 * USEC_PER_MS)

struct tcp_listener {
	struct loop_io io;
	struct loop_timer pause; /* set: out of descriptors or memory, the backlog waits */
	struct loop *loop;
	void (*accepted)(void *arg, int fd, const struct addr *peer);
	void *arg;
};

static void pause_over(struct loop_timer *timer, usec now)
{
	struct tcp_listener *t =
		(struct tcp_listener *)((char *)timer - offsetof(struct tcp_listener, pause));
	if (loop_mod(t->loop, &t->io, EPOLLIN) < 0)
		(void)!loop_set(t->loop, timer, now + PAUSE_AFTER_ERROR);
}

/* What waits in the backlog would wake us at every turn, and nothing could be done about it. */
static void pause_accepting(struct tcp_listener *t)
{
	if (loop_set(t->loop, &t->pause, clock_mono() + PAUSE_AFTER_ERROR) < 0)
		return;
	if (loop_mod(t->loop, &t->io, 0) < 0)
		loop_unset(t->loop, &t->pause);
}

static void accept_some(struct loop_io *io, uint32_t events)
{
	struct tcp_listener *t = (struct tcp_listener *)io;
	(void)events;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		struct sockaddr_storage ss;
		socklen_t len = sizeof ss;
		int fd = accept4(io->fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			bool none_waits = errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
			if (!none_waits)
				pause_accepting(t);
			return;
		}
		struct addr peer;
		if (addr_from_sockaddr(&peer, (struct sockaddr *)&ss) < 0) {
			close(fd);
			continue;
		}
		t->accepted(t->arg, fd, &peer);
	}
}

static int listen_on(const struct addr *host, uint16_t port)
{
	bool any = addr_is_none(host);
	struct addr at = *host;
	if (any)
		at.family = 6;
	int fd = socket(at.family == 6 ? AF_INET6 : AF_INET,
					SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 && any && errno == EAFNOSUPPORT) {
		at.family = 4;
		fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	}
	if (fd < 0)
		return -ERR_IO;
	int on = 1;
	int only6 = any ? 0 : 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (at.family == 6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only6, sizeof only6);
	at.port = port;
	struct sockaddr_storage ss;
	socklen_t len = (socklen_t)addr_to_sockaddr(&at, &ss, false);
	if (bind(fd, (struct sockaddr *)&ss, len) < 0 || listen(fd, BACKLOG) < 0) {
		int saved = errno;
		close(fd);
		errno = saved;
		return -ERR_IO;
	}
	return fd;
}

int tcp_listen(struct tcp_listener **ret_t, struct loop *l, const struct addr *host, uint16_t port,
			   void (*accepted)(void *arg, int fd, const struct addr *peer), void *arg)
{
	struct tcp_listener *t = calloc(1, sizeof *t);
	if (!t)
		return -ERR_NOMEM;
	t->io.ready = accept_some;
	t->pause.due = pause_over;
	t->io.fd = listen_on(host, port);
	t->loop = l;
	t->accepted = accepted;
	t->arg = arg;
	if (t->io.fd < 0 || loop_add(l, &t->io, EPOLLIN) < 0) {
		if (t->io.fd >= 0)
			close(t->io.fd);
		free(t);
		return -ERR_IO;
	}
	*ret_t = t;
	return 0;
}

void tcp_listener_free(struct tcp_listener **t)
{
	if (!*t)
		return;
	loop_unset((*t)->loop, &(*t)->pause);
	loop_del((*t)->loop, &(*t)->io);
	close((*t)->io.fd);
	free(*t);
	*t = NULL;
}

/* ── A connection ── */

struct tcp_conn {
	struct loop_io io;
	struct loop *loop;
	struct tcp_conn_ops ops;
	void *arg;
	bool closed;
	bool inside; /* one of its callbacks is running: freed behind it */
	bool dead;

	/* What the kernel did not take: a ring would save the move, but it is nearly always empty */
	uint8_t *queue;
	size_t queue_len;
	size_t queue_cap;
};

static void destroy(struct tcp_conn *c)
{
	free(c->queue);
	free(c);
}

static void shut(struct tcp_conn *c)
{
	if (c->closed)
		return;
	c->closed = true;
	loop_del(c->loop, &c->io);
	close(c->io.fd);
}

static void report_closed(struct tcp_conn *c)
{
	if (c->closed)
		return;
	shut(c);
	c->ops.closed(c->arg);
}

static void readable(struct tcp_conn *c)
{
	uint8_t buf[TCP_READ_MAX];
	ssize_t n = recv(c->io.fd, buf, sizeof buf, MSG_DONTWAIT);
	if (n > 0)
		c->ops.bytes(c->arg, span_of(buf, (size_t)n));
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		report_closed(c);
}

static void writable(struct tcp_conn *c)
{
	ssize_t n = send(c->io.fd, c->queue, c->queue_len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			report_closed(c);
		return;
	}
	c->queue_len -= (size_t)n;
	memmove(c->queue, c->queue + n, c->queue_len);
	if (c->queue_len == 0 && loop_mod(c->loop, &c->io, EPOLLIN) < 0)
		report_closed(c);
}

static void ready(struct loop_io *io, uint32_t events)
{
	struct tcp_conn *c = (struct tcp_conn *)io;
	c->inside = true;
	if ((events & EPOLLOUT) && !c->closed)
		writable(c);
	if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && !c->closed)
		readable(c);
	c->inside = false;
	if (c->dead)
		destroy(c);
}

int tcp_conn_new(struct tcp_conn **ret_c, struct loop *l, int fd, const struct tcp_conn_ops *ops,
				 void *arg)
{
	struct tcp_conn *c = calloc(1, sizeof *c);
	if (!c) {
		close(fd);
		return -ERR_NOMEM;
	}
	int on = 1;
	int unsent = UNSENT_MAX;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
	c->io = (struct loop_io){.fd = fd, .ready = ready};
	c->loop = l;
	c->ops = *ops;
	c->arg = arg;
	if (loop_add(l, &c->io, EPOLLIN) < 0) {
		close(fd);
		free(c);
		return -ERR_IO;
	}
	*ret_c = c;
	return 0;
}

void tcp_conn_free(struct tcp_conn **ref)
{
	struct tcp_conn *c = *ref;
	*ref = NULL;
	if (!c)
		return;
	shut(c);
	c->dead = true;
	if (!c->inside)
		destroy(c);
}

/* Puts what was not sent of the two spans into the queue. */
static int enqueue(struct tcp_conn *c, struct span head, struct span body)
{
	size_t need = c->queue_len + head.len + body.len;
	if (need > c->queue_cap) {
		size_t cap = c->queue_cap ? c->queue_cap : 4096;
		while (cap < need)
			cap *= 2;
		uint8_t *queue = realloc(c->queue, cap);
		if (!queue)
			return -ERR_FULL;
		c->queue = queue;
		c->queue_cap = cap;
	}
	if (head.len)
		memcpy(c->queue + c->queue_len, head.ptr, head.len);
	if (body.len)
		memcpy(c->queue + c->queue_len + head.len, body.ptr, body.len);
	bool was_empty = c->queue_len == 0;
	c->queue_len = need;
	if (was_empty && loop_mod(c->loop, &c->io, EPOLLIN | EPOLLOUT) < 0)
		return -ERR_CLOSED;
	return 0;
}

int tcp_conn_send(struct tcp_conn *c, struct span head, struct span body)
{
	if (c->closed)
		return -ERR_CLOSED;
	if (c->queue_len > 0) {
		if (c->queue_len + head.len + body.len > TCP_QUEUE_MAX)
			return -ERR_FULL;
		return enqueue(c, head, body);
	}
	struct iovec iov[2] = {
		{(void *)head.ptr, head.len},
		{(void *)body.ptr, body.len},
	};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
	ssize_t n = sendmsg(c->io.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return -ERR_CLOSED; /* the loop finds it closed and says so */
		n = 0;
	}
	size_t sent = (size_t)n;
	size_t of_head = sent < head.len ? sent : head.len;
	head = span_sub(head, of_head, head.len);
	body = span_sub(body, sent - of_head, body.len);
	return head.len + body.len > 0 ? enqueue(c, head, body) : 0;
}

size_t tcp_conn_queued(const struct tcp_conn *c)
{
	return c->queue_len;
}
