/* Plain text for probes and for Prometheus (text format 0.0.4). The numbers are counts and sizes;
 * nothing in them names a meeting or a person. */
#include "app/api_status.h"

#include "http/reply.h"
#include "http/request.h"
#include "http/routes.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static void health(struct request *req, void *arg)
{
	(void)arg;
	reply_text(req, 200, "text/plain; charset=utf-8", "ok\n");
}

static void ready(struct request *req, void *arg)
{
	const struct serve *s = arg;
	bool fine = !s->ending;
	reply_text(req, fine ? 200 : 503, "text/plain; charset=utf-8", fine ? "ready\n" : "ending\n");
}

static void put(GString *out, const char *name, const char *type, const char *help, uint64_t value)
{
	g_string_append_printf(out, "# HELP ting_%s %s\n# TYPE ting_%s %s\nting_%s %" PRIu64 "\n", name,
						   help, name, type, name, value);
}

/* Bytes resident, by the kernel's own count. */
static uint64_t resident(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	if (!f)
		return 0;
	if (fscanf(f, "%*u %lu", &pages) != 1)
		pages = 0;
	fclose(f);
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void put_http(GString *out, const struct server_stats *st)
{
	put(out, "connections", "gauge", "HTTPS connections now.", st->connections);
	put(out, "websockets", "gauge", "WebSockets now.", st->websockets);
	put(out, "requests_total", "counter", "HTTP requests.", st->requests);
	put(out, "errors_total", "counter", "HTTP answers of class 5xx.", st->replies[5]);
	put(out, "refused_total", "counter", "Connections refused for a limit or their first bytes.",
		st->refused_first + st->refused_full + st->refused_host);
	put(out, "ws_messages_in_total", "counter", "Signalling messages received.",
		st->ws_messages_in);
	put(out, "ws_messages_out_total", "counter", "Signalling messages sent.", st->ws_messages_out);
}

static void metrics(struct request *req, void *arg)
{
	const struct serve *s = arg;
	struct rooms_stats rs;
	g_autoptr(GString) out = g_string_new(NULL);
	rooms_stats(s->rooms, &rs);
	put(out, "meetings", "gauge", "Meetings in memory.", rs.rooms);
	put(out, "members", "gauge", "People in meetings and lobbies.", rs.members);
	put_http(out, server_stats(s->server));
	put(out, "store_waiting", "gauge", "Database jobs that wait.", store_pending(s->store));
	put(out, "resident_bytes", "gauge", "Memory in use.", resident());
	reply_text(req, 200, "text/plain; version=0.0.4; charset=utf-8", out->str);
}

int api_status_add(struct serve *s)
{
	static const struct route routes[] = {
		{"GET", "/healthz", health, 0, 0},
		{"GET", "/readyz", ready, 0, 0},
		{"GET", "/metrics", metrics, 0, 0},
	};
	return server_add_routes(s->server, routes, G_N_ELEMENTS(routes), s);
}
