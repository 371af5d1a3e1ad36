/* The server: the HTTP library as one watch among others, connections with their deadlines, and the
 * certificate. The library listens to nothing and keeps no time: sockets come from the acceptor,
 * and a connection that is late is shut down under it, which it notices as the peer's end. */
#include "http/server.h"

#include "http/exchange.h"
#include "http/server_internal.h"

#include <errno.h>
#include <microhttpd.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

enum {
	/* The library keeps a request's header, what it makes of it, and the header of the answer in
	 * one block a connection; when a WebSocket opens the rest
	 * of it becomes buffers that are never used: see slim in exchange.c. */
	POOL_EXTRA = 20 * 1024,
	/* Refusals on our side come first. */
	LIBRARY_LIMIT_EXTRA = 16,
	CLOSING_TURNS = 3,
};

struct retired {
	struct tls_identity *identity;
	usec when;
};

void server_conf_init(struct server_conf *ret_conf)
{
	*ret_conf = (struct server_conf){
		.connections_max = 10000,
		.connections_host_max = 2000,
		.pending_max = 1024,
		.first_bytes_ms = 5000,
		.header_ms = 10000,
		.idle_ms = 60000,
		.body_ms = 30000,
		.answer_ms = 30000,
		.send_ms = 10000,
		.send_rate_min = 8192,
		.header_len_max = 16 * 1024,
		.target_len_max = 4 * 1024,
		.body_len_max = 64 * 1024,
	};
}

/* ── Running the library ── */

static void run(struct server *server)
{
	MHD_UNSIGNED_LONG_LONG wait;
	tls_use(server->identity);
	server->wanted = false;
	MHD_run(server->daemon);
	/* The end of an upgraded connection is noticed in one run, its buffers are done with in the
	 * next, and it is closed in a third; the library does not ask for them. */
	for (int i = 0; i < CLOSING_TURNS && server->closing; i++)
		MHD_run(server->daemon);
	/* We set no timeouts in it: when it names a time it has work left. */
	bool more = MHD_get_timeout(server->daemon, &wait) == MHD_YES;
	g_source_set_ready_time(server->again, more || server->wanted ? 0 : -1);
}

void server_again(struct server *server)
{
	server->wanted = true;
	g_source_set_ready_time(server->again, 0);
}

static void daemon_ready(struct watch *watch, uint32_t events)
{
	run((struct server *)((char *)watch - offsetof(struct server, daemon_watch)));
}

static gboolean again_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
	callback(data);
	return G_SOURCE_CONTINUE;
}

static gboolean run_again(gpointer data)
{
	run(data);
	return G_SOURCE_CONTINUE;
}

/* ── Connections ── */

void conn_deadline(struct conn *conn, usec from_now)
{
	watch_deadline(&conn->watch, from_now == USEC_NEVER ? USEC_NEVER : clock_mono() + from_now);
}

static void conn_late(struct watch *watch, uint32_t events)
{
	struct conn *conn = (struct conn *)watch;
	if (conn->exchange && exchange_expire(conn->exchange))
		return;
	conn->server->stats.deadline_closed++;
	shutdown(conn->fd, SHUT_RDWR);
}

static void conn_free(struct conn *conn)
{
	watch_del(&conn->watch);
	acceptor_release(conn->server->acceptor, &conn->peer);
	g_free(conn);
}

static void take(int fd, const struct addr *peer, void *arg)
{
	struct server *server = arg;
	struct sockaddr_storage ss;
	size_t len = addr_to_sockaddr(peer, &ss, false);
	struct conn *conn = g_new0(struct conn, 1);
	conn->server = server;
	conn->peer = *peer;
	conn->fd = fd;
	conn->watch = (struct watch){.fd = -1, .ready = conn_late};
	(void)!watch_add(server->watches, &conn->watch); /* without a descriptor nothing can fail */
	conn_deadline(conn, server->conf.header_ms * USEC_PER_MS);
	tls_use(server->identity);
	server->adding = conn;
	/* Takes fd in any case; once it has told on_connection, that frees conn. */
	(void)!MHD_add_connection(server->daemon, fd, (struct sockaddr *)&ss, (socklen_t)len);
	if (server->adding) {
		server->adding = NULL;
		server->stats.refused_full++;
		conn_free(conn);
	}
}

static void on_connection(void *arg, struct MHD_Connection *mhd, void **context,
	enum MHD_ConnectionNotificationCode code)
{
	struct server *server = arg;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = g_steal_pointer(&server->adding);
		server->stats.connections++;
	} else if (*context) {
		server->stats.connections--;
		conn_free(*context);
	}
}

/* ── Requests ── */

static void *on_target(void *arg, const char *target, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return exchange_begin(info->socket_context, mhd, target);
}

static enum MHD_Result on_step(void *arg, struct MHD_Connection *mhd, const char *url,
	const char *method, const char *version, const char *data, size_t *len, void **context)
{
	size_t taken = *len;
	*len = 0;
	return *context && exchange_step(*context, method, data, taken) ? MHD_YES : MHD_NO;
}

static void on_completed(void *arg, struct MHD_Connection *mhd, void **context,
	enum MHD_RequestTerminationCode code)
{
	if (*context)
		exchange_end(*context, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
	*context = NULL;
}

/* Nothing is unescaped but by us, once. */
static size_t on_unescape(void *arg, struct MHD_Connection *mhd, char *text)
{
	return strlen(text);
}

size_t server_block_len(const struct server *server)
{
	const struct server_conf *conf = &server->conf;
	return (size_t)conf->header_len_max + conf->target_len_max + POOL_EXTRA;
}

static void start_daemon(struct server *server)
{
	const struct server_conf *conf = &server->conf;
	unsigned flags = MHD_USE_TLS | MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_UPGRADE
	                 | MHD_ALLOW_SUSPEND_RESUME;
#if MHD_VERSION >= 0x01000000
	flags |= MHD_USE_NO_THREAD_SAFETY; /* else it queues what take() adds, and loses our conn */
#endif
	server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_step, server,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)conf->connections_max + LIBRARY_LIMIT_EXTRA,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, server_block_len(server),
		MHD_OPTION_CONNECTION_TIMEOUT, 0u,
		MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
		MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, server,
		MHD_OPTION_HTTPS_PRIORITIES, tls_priorities,
		MHD_OPTION_HTTPS_CERT_CALLBACK, tls_retrieve,
		MHD_OPTION_END);
}

/* ── Life ── */

static int start(struct server *server)
{
	static GSourceFuncs again_funcs = {.dispatch = again_dispatch};
	int err = tls_identity_new(server->conf.cert_pem, server->conf.key_pem, &server->identity);
	if (err < 0)
		return err;
	err = acceptor_new(&server->conf, &server->stats, take, server, &server->acceptor);
	if (err < 0)
		return err;
	start_daemon(server);
	if (!server->daemon)
		return -ERR_CRYPTO;
	server->again = g_source_new(&again_funcs, sizeof(GSource));
	g_source_set_callback(server->again, run_again, server, NULL);
	g_source_attach(server->again, NULL);
	server->daemon_watch = (struct watch){
		.fd = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
		.events = EPOLLIN,
		.ready = daemon_ready,
	};
	return watch_add(server->watches, &server->daemon_watch);
}

int server_new(const struct server_conf *conf, struct server **ret_server)
{
	struct server *server = g_new0(struct server, 1);
	server->conf = *conf;
	server->routes = routes_new();
	server->watches = watch_set_new();
	server->retired = g_array_new(FALSE, FALSE, sizeof(struct retired));
	int err = start(server);
	server->conf.cert_pem = server->conf.key_pem = span_of(NULL, 0);
	if (err < 0) {
		int saved = errno;
		server_free(&server);
		errno = saved;
		return err;
	}
	*ret_server = server;
	return 0;
}

static void end_requests(struct server *server)
{
	server->ending = true;
	for (GList *l; (l = server->upgrades.head);) {
		struct upgrade *up = l->data;
		up->calls->gone(up->arg);
	}
	for (GList *l; (l = server->waiting.head);)
		exchange_expire(l->data);
	for (int i = 0; i < CLOSING_TURNS; i++)
		MHD_run(server->daemon);
}

static void free_retired(struct server *server, usec before)
{
	for (guint i = server->retired->len; i-- > 0;) {
		struct retired *r = &g_array_index(server->retired, struct retired, i);
		if (r->when >= before)
			continue;
		tls_identity_free(&r->identity);
		g_array_remove_index_fast(server->retired, i);
	}
}

void server_free(struct server **server)
{
	struct server *s = *server;
	if (!s)
		return;
	if (s->acceptor)
		acceptor_drain(s->acceptor);
	if (s->daemon) {
		end_requests(s);
		watch_del(&s->daemon_watch);
		MHD_stop_daemon(s->daemon);
	}
	if (s->again) {
		g_source_destroy(s->again);
		g_source_unref(s->again);
	}
	acceptor_free(&s->acceptor);
	watch_set_free(&s->watches);
	routes_free(&s->routes);
	free_retired(s, USEC_NEVER);
	g_array_unref(s->retired);
	tls_identity_free(&s->identity);
	g_free(s);
	*server = NULL;
}

int server_add_routes(
	struct server *server, const struct route *routes, size_t count, void *arg)
{
	return routes_add(server->routes, routes, count, arg);
}

int server_set_certificate(
	struct server *server, struct span cert_pem, struct span key_pem)
{
	struct tls_identity *identity;
	int err = tls_identity_new(cert_pem, key_pem, &identity);
	if (err < 0)
		return err;
	/* Handshakes that began with an older one are over when their connection's time was. */
	usec now = clock_mono();
	free_retired(server, now - 2 * server->conf.header_ms * USEC_PER_MS);
	struct retired old = {server->identity, now};
	g_array_append_val(server->retired, old);
	server->identity = identity;
	return 0;
}

uint16_t server_port(const struct server *server, size_t index)
{
	return acceptor_port(server->acceptor, index);
}

void server_drain(struct server *server)
{
	server->draining = true;
	acceptor_drain(server->acceptor);
}

const struct server_stats *server_stats(const struct server *server)
{
	return &server->stats;
}
