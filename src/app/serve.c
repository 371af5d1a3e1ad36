/* serve_start makes the parts from the bottom up: folder, database, media, meetings, HTTPS, routes.
 * Each step says in words what is wrong. */
#include "app/serve.h"

#include "app/api_status.h"
#include "app/certificate.h"
#include "app/pages.h"
#include "app/fd_source.h"
#include "app/version.h"
#include "base/log.h"
#include "meeting/create.h"
#include "meeting/expire.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

enum {
	PACKET_KB = 2,       /* what a packet of the pool takes */
	AUDIO_SLOTS = 4,     /* loudest speakers forwarded */
	HOURS_A_DAY_SEC = 86400,
	EXPIRY_SEC = 3600,   /* between two looks for what is over or old */
};

/* ── The media half, as meetings call it ── */

static int answer(void *media, transport_id id, const struct media_offer *offer,
				  struct media_answer *ret_answer)
{
	return media_answer(media, id, offer, ret_answer);
}

static void close_transport(void *media, transport_id id)
{
	media_close(media, id);
}

static void assign(void *media, transport_id id, const char *mid, uint32_t source, int height)
{
	media_assign(media, id, mid, source, height);
}

static void gate(void *media, transport_id id, enum media_kind kind, bool open)
{
	media_gate(media, id, kind, open);
}

static void stats(void *media, transport_id id, uint64_t token)
{
	media_stats(media, id, token);
}

static const struct rooms_media media_calls = {answer, close_transport, assign, gate, stats};

static void on_media_event(const struct media_event *ev, void *arg)
{
	rooms_media_event(arg, ev);
}

static void media_ready(void *arg)
{
	struct serve *s = arg;
	media_drain(s->media, on_media_event, s->rooms);
}

static void on_media_tcp(int fd, const struct addr *peer, struct span stun, void *arg)
{
	struct serve *s = arg;
	media_take_tcp(s->media, fd, peer, stun);
}

/* ── Steps ── */

/* What the database needs before the first person comes. */
static int prepare_meetings(struct serve *s)
{
	conf_limits(&s->conf, &s->limits);
	int64_t now = clock_wall() / USEC_PER_MS;
	int err = store_call(s->store, create_sweep, &now);
	/* What is over shall not be found; the rest of it can wait until the server serves. */
	struct expire_job job = {.limits = &s->limits, .now = now};
	if (err >= 0)
		err = store_call(s->store, expire_part, &job);
	if (err >= 0)
		err = store_call(s->store, rooms_key, s->key);
	if (err >= 0 && s->conf.demo)
		err = store_call(s->store, create_demo, (void *)"Demomöte");
	return err < 0 ? err : 0;
}

static gboolean expire(void *arg)
{
	struct serve *s = arg;
	expire_soon(s->rooms);
	return G_SOURCE_CONTINUE;
}

static int start_store(struct serve *s, char *ret_error)
{
	if (g_mkdir_with_parents(s->conf.data, 0700) < 0) {
		g_snprintf(ret_error, SERVE_ERROR_MAX, "the folder %s can't be made: %s", s->conf.data,
				   g_strerror(errno));
		return -ERR_IO;
	}
	g_autofree char *path = g_build_filename(s->conf.data, "ting.db", NULL);
	int err = store_open(path, &s->store);
	if (err == 0)
		err = prepare_meetings(s);
	if (err == 0)
		err = sessions_new(s->store, NULL, &s->sessions);
	if (err == 0)
		err = store_start(s->store, NULL, STORE_QUEUE_MAX);
	if (err == -ERR_EXISTS)
		g_snprintf(ret_error, SERVE_ERROR_MAX,
				   "another ting uses the folder %s; stop it, or give another with --data",
				   s->conf.data);
	else if (err == -ERR_UNSUPP)
		g_snprintf(ret_error, SERVE_ERROR_MAX,
				   "%s was written by a newer ting; install that version again", path);
	else if (err < 0)
		g_snprintf(ret_error, SERVE_ERROR_MAX, "the database %s can't be opened: %s", path,
				   g_strerror(errno));
	return err;
}

static int parse_addrs(const char *text, uint16_t port, struct addr *addrs, size_t max,
					   const char *name, char *ret_error)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
	size_t count = 0;
	for (char **w = words; *w; w++) {
		if (!**w)
			continue;
		if (count == max || addr_parse(*w, port, &addrs[count]) < 0) {
			g_snprintf(ret_error, SERVE_ERROR_MAX,
					   "%s: \"%.60s\" is not a numeric address, or one too many", name, *w);
			return -ERR_INVALID;
		}
		count++;
	}
	return (int)count;
}

static int start_media(struct serve *s, uint16_t https_port, char *ret_error)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int workers = s->conf.media_workers;
	if (workers == 0)
		workers = cores > 0 ? (int)MIN(cores, MEDIA_WORKERS_MAX) : 1;
	struct media_conf mc = {
		.workers = workers,
		.port = (uint16_t)s->conf.media_port,
		.https_port = s->conf.media_https ? https_port : 0,
		.loopback = s->conf.demo,
		.transports_max = s->conf.transports,
		.packets_max = s->conf.packet_cache_mb * 1024 / PACKET_KB,
		.audio_slots = AUDIO_SLOTS,
	};
	int count = parse_addrs(s->conf.media_announce, 0, mc.announced, MEDIA_ADDRS_MAX,
							"media.announce", ret_error);
	if (count < 0)
		return count;
	mc.announced_count = count;
	int err = media_new(&s->media, &mc);
	if (err < 0)
		g_snprintf(ret_error, SERVE_ERROR_MAX,
				   "media port %d can't be opened: %s; give another with --media-port",
				   s->conf.media_port, err == -ERR_IO ? g_strerror(errno) : err_name(err));
	return err;
}

static void start_rooms(struct serve *s)
{
	struct rooms_conf rc = {
		.store = s->store,
		.calls = &media_calls,
		.media = s->media,
	};
	conf_limits(&s->conf, &rc.limits);
	memcpy(rc.key, s->key, sizeof rc.key);
	s->rooms = rooms_new(&rc);
	expire_soon(s->rooms);
	s->expiry = g_timeout_add_seconds(EXPIRY_SEC, expire, s);
	s->media_watch = fd_source_add(media_fd(s->media), media_ready, s);
}

static int get_certificate(const struct serve *s, struct certificate *ret_c, char *ret_error)
{
	const struct conf *c = &s->conf;
	bool own = c->tls_certificate[0] != '\0';
	int err = own ? certificate_load(c->tls_certificate, c->tls_key, ret_c)
				  : certificate_local(c->data, ret_c);
	if (err < 0 && own)
		g_snprintf(ret_error, SERVE_ERROR_MAX, "tls.certificate or tls.key can't be read: %s",
				   g_strerror(errno));
	else if (err < 0)
		g_snprintf(ret_error, SERVE_ERROR_MAX, "no certificate could be made in %s: %s", c->data,
				   err_name(err));
	return err;
}

static int start_server(struct serve *s, const struct addr *listen, size_t count,
						char *ret_error)
{
	struct certificate cert = {0};
	int err = get_certificate(s, &cert, ret_error);
	if (err < 0)
		return err;
	struct server_conf sc;
	server_conf_init(&sc);
	memcpy(sc.listen, listen, count * sizeof *listen);
	sc.listen_count = count;
	sc.cert_pem = span_str(cert.chain);
	sc.key_pem = span_str(cert.key);
	sc.hsts_sec = (uint32_t)s->conf.hsts_days * HOURS_A_DAY_SEC;
	sc.connections_max = (uint32_t)s->conf.connections;
	sc.connections_host_max = (uint32_t)s->conf.connections_host;
	sc.media_tcp = s->conf.media_https ? on_media_tcp : NULL;
	sc.arg = s;
	s->origins[0] = s->conf.origin;
	sc.origins = s->conf.origin[0] ? s->origins : NULL;
	err = server_new(&sc, &s->server);
	if (err == -ERR_CRYPTO)
		g_snprintf(ret_error, SERVE_ERROR_MAX, "the TLS certificate and its key are not a pair");
	else if (err < 0)
		g_snprintf(ret_error, SERVE_ERROR_MAX,
				   "can't listen on %s: %s; give another address with --listen", s->conf.listen,
				   g_strerror(errno));
	certificate_done(&cert);
	return err;
}

static int add_routes(struct serve *s, char *ret_error)
{
	struct api_conf ac = {
		.conf = &s->conf,
		.store = s->store,
		.rooms = s->rooms,
		.sessions = s->sessions,
		.version = version_text,
	};
	s->api = api_new(&ac);
	struct socket_conf sc = {.rooms = s->rooms,
		.messages_second = (unsigned)s->conf.messages_second,
		.who = api_who,
		.arg = s->api};
	int err = pages_add(s->server);
	if (err == 0)
		err = api_status_add(s);
	if (err == 0)
		err = api_add(s->api, s->server);
	if (err == 0)
		err = socket_add(s->server, &sc, &s->socket);
	if (err < 0)
		g_snprintf(ret_error, SERVE_ERROR_MAX, "routes: %s", err_name(err));
	return err;
}

/* Commands on this installation come through a socket in its folder. */
static int start_control(struct serve *s, char *ret_error)
{
	struct rooms_limits limits;
	conf_limits(&s->conf, &limits);
	s->address = s->conf.origin[0]
					 ? g_strdup(s->conf.origin)
					 : g_strdup_printf("https://localhost:%u", server_port(s->server, 0));
	struct control_socket_conf cc = {
		.data = s->conf.data,
		.origin = s->address,
		.meetings_max = limits.meetings_max,
		.store = s->store,
		.sessions = s->sessions,
	};
	int err = control_socket_new(&cc, &s->control);
	if (err < 0)
		g_snprintf(ret_error, SERVE_ERROR_MAX, "the socket for commands can't be made in %s: %s",
				   s->conf.data, g_strerror(errno));
	return err;
}

int serve_start(struct serve *s, char ret_error[SERVE_ERROR_MAX])
{
	struct addr listen[SERVER_MAX_LISTEN];
	int count = parse_addrs(s->conf.listen, 8443, listen, SERVER_MAX_LISTEN, "listen", ret_error);
	if (count == 0)
		g_snprintf(ret_error, SERVE_ERROR_MAX, "listen: give at least one address");
	if (count <= 0)
		return -ERR_INVALID;
	int err = start_store(s, ret_error);
	if (err == 0)
		err = start_media(s, listen[0].port, ret_error);
	if (err < 0)
		return err;
	start_rooms(s);
	err = start_server(s, listen, (size_t)count, ret_error);
	if (err == 0)
		err = add_routes(s, ret_error);
	return err < 0 ? err : start_control(s, ret_error);
}

void serve_reload(struct serve *s)
{
	char error[SERVE_ERROR_MAX];
	struct certificate cert = {0};
	int err = get_certificate(s, &cert, error);
	if (err == 0) {
		err = server_set_certificate(s->server, span_str(cert.chain), span_str(cert.key));
		if (err < 0)
			g_snprintf(error, sizeof error, "the TLS certificate and its key are not a pair");
	}
	if (err < 0)
		log_error("the certificate stays as it was: %s", error);
	else
		log_info("the certificate has been read again");
	certificate_done(&cert);
}

void serve_drain(struct serve *s)
{
	server_drain(s->server);
	rooms_restarting(s->rooms);
}

void serve_stop(struct serve *s)
{
	if (s->rooms && !s->ending)
		rooms_restarting(s->rooms);
	server_free(&s->server);
	socket_free(&s->socket);
	if (s->media_watch)
		g_source_remove(s->media_watch);
	s->media_watch = 0;
	if (s->expiry)
		g_source_remove(s->expiry);
	s->expiry = 0;
	if (s->store)
		store_stop(s->store);
	control_socket_free(&s->control);
	api_free(&s->api);
	sessions_free(&s->sessions);
	g_clear_pointer(&s->address, g_free);
	rooms_free(&s->rooms);
	media_free(&s->media);
	store_free(&s->store);
}
