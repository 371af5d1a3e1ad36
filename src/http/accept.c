/* Listens, and looks at what comes. A connection waits as `struct pending` until its first bytes
 * have told what it is; every arrival of bytes wakes it once (edge-triggered), so a peer that
 * dribbles costs a look a packet and no more. */
#include "http/accept.h"

#include "base/random.h"
#include "http/plain.h"
#include "http/watch.h"

#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAUSE_AFTER_ERROR (200 * USEC_PER_MS)
#define LINGER_TIME USEC_PER_SEC

enum { BACKLOG = 1024, ACCEPT_BATCH = 64 };

struct listener {
	struct watch watch;
	struct acceptor *acceptor; /* borrowed */
	uint16_t port;
};

struct pending {
	struct watch watch; /* owns fd until it is handed on */
	struct acceptor *acceptor;
	struct addr peer;
	GList link; /* in acceptor->pending */
	bool answered; /* plain HTTP: only waits for the peer to close */
	size_t len;
	uint8_t buf[PLAIN_REQUEST_MAX];
};

struct acceptor {
	/* ── Borrowed ── */
	const struct server_conf *conf;
	struct server_stats *stats;
	acceptor_tls *tls;
	void *arg;

	/* ── Owned ── */
	struct watch_set *watches;
	struct listener listeners[SERVER_MAX_LISTEN];
	size_t listener_count;
	GQueue pending;    /* struct pending; the longest waiting first */
	GHashTable *hosts; /* struct addr without port → count */
};

/* ── Counting by host ── */

static uint64_t hash_seed;

static guint host_hash(gconstpointer key)
{
	return (guint)addr_hash(key, hash_seed);
}

static gboolean host_equal(gconstpointer a, gconstpointer b)
{
	return addr_eq_host(a, b);
}

/* What one household or attacker holds: an IPv4 address, or an IPv6 /64. */
static struct addr host_of(const struct addr *peer)
{
	struct addr host = {.family = peer->family};
	memcpy(host.host, peer->host, peer->family == 6 ? 8 : 4);
	return host;
}

static bool host_add(struct acceptor *a, const struct addr *peer)
{
	struct addr host = host_of(peer);
	guint count = GPOINTER_TO_UINT(g_hash_table_lookup(a->hosts, &host));
	if (count >= a->conf->connections_host_max)
		return false;
	g_hash_table_insert(a->hosts, g_memdup2(&host, sizeof host), GUINT_TO_POINTER(count + 1));
	return true;
}

void acceptor_release(struct acceptor *a, const struct addr *peer)
{
	struct addr host = host_of(peer);
	guint count = GPOINTER_TO_UINT(g_hash_table_lookup(a->hosts, &host));
	if (count <= 1)
		g_hash_table_remove(a->hosts, &host);
	else
		g_hash_table_insert(a->hosts, g_memdup2(&host, sizeof host), GUINT_TO_POINTER(count - 1));
}

/* ── A connection whose kind is not known yet ── */

/* Ends the wait; gives the descriptor. */
static int pending_take(struct pending *p)
{
	int fd = p->watch.fd;
	watch_del(&p->watch);
	g_queue_unlink(&p->acceptor->pending, &p->link);
	p->acceptor->stats->pending = p->acceptor->pending.length;
	g_free(p);
	return fd;
}

static void pending_close(struct pending *p)
{
	acceptor_release(p->acceptor, &p->peer);
	close(pending_take(p));
}

static void give_tls(struct pending *p)
{
	struct acceptor *a = p->acceptor;
	struct addr peer = p->peer;
	if (a->stats->connections >= a->conf->connections_max) {
		a->stats->refused_full++;
		pending_close(p);
		return;
	}
	a->stats->tls++;
	a->tls(pending_take(p), &peer, a->arg);
}

static void give_media(struct pending *p, struct span stun)
{
	struct acceptor *a = p->acceptor;
	struct addr peer = p->peer;
	uint8_t message[FIRST_FRAME_MAX];
	if (!a->conf->media_tcp) {
		a->stats->refused_first++;
		pending_close(p);
		return;
	}
	a->stats->media_tcp++;
	memcpy(message, stun.ptr, stun.len);
	acceptor_release(a, &peer);
	a->conf->media_tcp(pending_take(p), &peer, span_of(message, stun.len), a->conf->arg);
}

/* Reads the plain request; once it is whole answers it, and waits for the peer to close, so that
 * the answer is not lost to a reset. */
static void read_plain(struct pending *p)
{
	for (;;) {
		uint8_t scrap[512];
		bool full = p->answered || p->len == sizeof p->buf;
		ssize_t n = full ? recv(p->watch.fd, scrap, sizeof scrap, 0)
		                 : recv(p->watch.fd, p->buf + p->len, sizeof p->buf - p->len, 0);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			pending_close(p);
			return;
		}
		if (p->answered)
			continue;
		p->len += full ? 0 : (size_t)n;
		struct span request = span_of(p->buf, p->len);
		if (!plain_is_whole(request) && p->len < sizeof p->buf)
			continue;
		char answer[PLAIN_ANSWER_MAX];
		struct wr w = wr_init(answer, sizeof answer);
		plain_answer(request, &w);
		p->answered = true;
		p->acceptor->stats->plain_http++;
		if (send(p->watch.fd, answer, wr_len(&w), MSG_NOSIGNAL) < 0
			|| shutdown(p->watch.fd, SHUT_WR) < 0) {
			pending_close(p);
			return;
		}
		watch_deadline(&p->watch, clock_mono() + LINGER_TIME);
	}
}

enum first_bytes first_bytes_tell(struct span first)
{
	if (first.len == 0)
		return FIRST_MORE;
	if (first.ptr[0] == 0x16) /* TLS handshake record, RFC 8446 5.1 */
		return FIRST_TLS;
	if (g_ascii_isupper((char)first.ptr[0]))
		return FIRST_HTTP;
	/* RFC 4571 2: a length; RFC 8489 5: binding request, its length, the magic cookie. */
	static const uint8_t cookie[] = {0x21, 0x12, 0xa4, 0x42};
	if (first.ptr[0] >= FIRST_FRAME_MAX >> 8)
		return FIRST_OTHER;
	if (first.len >= 4 && get_u16(first.ptr + 2) != 0x0001)
		return FIRST_OTHER;
	if (first.len < FIRST_BYTES_MAX)
		return FIRST_MORE;
	uint16_t frame = get_u16(first.ptr);
	if (memcmp(first.ptr + 6, cookie, sizeof cookie) != 0
		|| frame != 20 + get_u16(first.ptr + 4))
		return FIRST_OTHER;
	return FIRST_STUN;
}

/* Looks at what has come, without taking it. */
static void look(struct pending *p, bool ended)
{
	uint8_t first[2 + FIRST_FRAME_MAX];
	ssize_t n = recv(p->watch.fd, first, sizeof first, MSG_PEEK);
	if (n < 0 && errno == EAGAIN && !ended)
		return;
	if (n <= 0) {
		p->acceptor->stats->refused_first++;
		pending_close(p);
		return;
	}
	struct span seen = span_of(first, (size_t)n);
	switch (first_bytes_tell(seen)) {
	case FIRST_TLS:
		give_tls(p);
		return;
	case FIRST_HTTP:
		read_plain(p);
		return;
	case FIRST_STUN:
		if (seen.len >= 2u + get_u16(first)) {
			give_media(p, span_sub(seen, 2, get_u16(first)));
			return;
		}
		break;
	case FIRST_MORE:
		break;
	case FIRST_OTHER:
		ended = true;
	}
	if (ended) {
		p->acceptor->stats->refused_first++;
		pending_close(p);
	}
}

static void pending_ready(struct watch *watch, uint32_t events)
{
	struct pending *p = (struct pending *)watch;
	if (events == 0) {
		if (!p->answered)
			p->acceptor->stats->refused_first++;
		pending_close(p);
	} else if (p->len > 0) {
		read_plain(p);
	} else {
		look(p, events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR));
	}
}

static void pending_new(struct acceptor *a, int fd, const struct addr *peer)
{
	struct pending *p = g_new(struct pending, 1);
	p->watch = (struct watch){
		.fd = fd, .events = EPOLLIN | EPOLLRDHUP | EPOLLET, .ready = pending_ready};
	p->acceptor = a;
	p->peer = *peer;
	p->link = (GList){.data = p};
	p->answered = false;
	p->len = 0;
	if (watch_add(a->watches, &p->watch) < 0) {
		a->stats->accept_errors++;
		acceptor_release(a, peer);
		close(fd);
		g_free(p);
		return;
	}
	watch_deadline(&p->watch, clock_mono() + a->conf->first_bytes_ms * USEC_PER_MS);
	g_queue_push_tail_link(&a->pending, &p->link);
	a->stats->pending = a->pending.length;
	/* An honest client speaks at once: who has been silent longest gives way. */
	if (a->pending.length > a->conf->pending_max) {
		a->stats->refused_full++;
		pending_close(a->pending.head->data);
	}
}

/* ── Listening ── */

static void accept_one(struct acceptor *a, int fd, const struct sockaddr_storage *ss)
{
	struct addr peer;
	int one = 1;
	a->stats->accepted++;
	if (addr_from_sockaddr(&peer, (const struct sockaddr *)ss) < 0) {
		close(fd);
		return;
	}
	if (!host_add(a, &peer)) {
		a->stats->refused_host++;
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	pending_new(a, fd, &peer);
}

static void listener_ready(struct watch *watch, uint32_t events)
{
	struct acceptor *a = ((struct listener *)watch)->acceptor;
	if (events == 0)
		watch_want(watch, EPOLLIN);
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		struct sockaddr_storage ss;
		socklen_t len = sizeof ss;
		int fd = accept4(
			watch->fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			accept_one(a, fd, &ss);
			continue;
		}
		if (errno == ECONNABORTED || errno == EINTR)
			continue;
		if (errno != EAGAIN) {
			/* Out of descriptors or memory: what waits in the backlog would wake us for ever. */
			a->stats->accept_errors++;
			watch_want(watch, 0);
			watch_deadline(watch, clock_mono() + PAUSE_AFTER_ERROR);
		}
		return;
	}
}

static bool is_any(const struct addr *addr)
{
	static const uint8_t zero[16];
	return memcmp(addr->host, zero, sizeof zero) == 0;
}

/* A listening socket; -1: errno says why. */
static int listen_on(const struct addr *addr)
{
	struct sockaddr_storage ss;
	int one = 1, only6 = !is_any(addr);
	int family = addr->family == 6 ? AF_INET6 : AF_INET;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 && family == AF_INET6 && errno == EAFNOSUPPORT && is_any(addr)) {
		/* A kernel without IPv6. */
		struct addr any4 = {.family = 4, .port = addr->port};
		return listen_on(&any4);
	}
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only6, sizeof only6);
	socklen_t len = (socklen_t)addr_to_sockaddr(addr, &ss, false);
	if (bind(fd, (struct sockaddr *)&ss, len) < 0 || listen(fd, BACKLOG) < 0) {
		int saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;
	struct addr addr = {0};
	if (getsockname(fd, (struct sockaddr *)&ss, &len) == 0)
		(void)!addr_from_sockaddr(&addr, (struct sockaddr *)&ss);
	return addr.port;
}

static int add_listener(struct acceptor *a, const struct addr *addr)
{
	struct listener *l = &a->listeners[a->listener_count];
	l->acceptor = a;
	l->watch = (struct watch){.events = EPOLLIN, .ready = listener_ready};
	l->watch.fd = listen_on(addr);
	if (l->watch.fd < 0)
		return -ERR_IO;
	a->listener_count++;
	l->port = port_of(l->watch.fd);
	return watch_add(a->watches, &l->watch);
}

int acceptor_new(const struct server_conf *conf, struct server_stats *stats, acceptor_tls *tls,
	void *arg, struct acceptor **ret_acceptor)
{
	if (conf->listen_count == 0 || conf->listen_count > SERVER_MAX_LISTEN)
		return -ERR_INVALID;
	if (!hash_seed)
		hash_seed = random_u64();
	struct acceptor *a = g_new0(struct acceptor, 1);
	a->conf = conf;
	a->stats = stats;
	a->tls = tls;
	a->arg = arg;
	a->watches = watch_set_new();
	a->hosts = g_hash_table_new_full(host_hash, host_equal, g_free, NULL);
	for (size_t i = 0; i < conf->listen_count; i++) {
		int err = add_listener(a, &conf->listen[i]);
		if (err < 0) {
			int saved = errno;
			acceptor_free(&a);
			errno = saved;
			return err;
		}
	}
	*ret_acceptor = a;
	return 0;
}

void acceptor_drain(struct acceptor *a)
{
	for (size_t i = 0; i < a->listener_count; i++) {
		if (a->listeners[i].watch.fd < 0)
			continue;
		watch_del(&a->listeners[i].watch);
		close(a->listeners[i].watch.fd);
		a->listeners[i].watch.fd = -1;
	}
	while (a->pending.head)
		pending_close(a->pending.head->data);
}

void acceptor_free(struct acceptor **acceptor)
{
	struct acceptor *a = *acceptor;
	if (!a)
		return;
	acceptor_drain(a);
	watch_set_free(&a->watches);
	g_hash_table_unref(a->hosts);
	g_free(a);
	*acceptor = NULL;
}

uint16_t acceptor_port(const struct acceptor *a, size_t index)
{
	return index < a->listener_count ? a->listeners[index].port : 0;
}
