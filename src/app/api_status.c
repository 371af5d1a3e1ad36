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

static void put_media(GString *out, const struct media_counts *mc)
{
	put(out, "transports", "gauge", "Media connections.", mc->transports);
	put(out, "packets_in_total", "counter", "Media packets received.", mc->packets_in);
	put(out, "packets_out_total", "counter", "Media packets forwarded.", mc->packets_out);
	put(out, "packets_repaired_total", "counter", "Lost packets that came when asked for again.",
		mc->repaired);
	put(out, "packets_resent_total", "counter", "Packets that were sent again.", mc->resent);
	put(out, "packets_malformed_total", "counter", "Packets that could not be read.",
		mc->malformed);
	put(out, "packets_cached", "gauge", "Packets kept for repairs.", mc->cached);
	put(out, "packet_pool_bytes", "gauge", "Memory taken for packets.", mc->pool_bytes);
	put(out, "packet_pool_misses_total", "counter", "Times that no packet was free.",
		mc->pool_misses);
	put(out, "udp_bytes_in_total", "counter", "Bytes received over UDP.", mc->bytes_in);
	put(out, "udp_bytes_out_total", "counter", "Bytes sent over UDP.", mc->bytes_out);
	put(out, "udp_send_fails_total", "counter", "Datagrams that could not be sent.",
		mc->send_fails);
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
	put(out, "refused_host_total", "counter", "Of them for limits.connections.host.",
		st->refused_host);
	put(out, "late_total", "counter", "Connections closed for being slow.", st->deadline_closed);
	put(out, "ws_messages_in_total", "counter", "Signalling messages received.",
		st->ws_messages_in);
	put(out, "ws_messages_out_total", "counter", "Signalling messages sent.", st->ws_messages_out);
	put(out, "ws_shut_total", "counter", "WebSockets closed for a limit or a broken protocol.",
		st->ws_slow + st->ws_rate + st->ws_protocol);
	put(out, "ws_lost_total", "counter", "WebSockets closed without a sign of life.",
		st->ws_timeout);
}

static void put_store(GString *out, struct store *store)
{
	struct store_stats st;
	store_stats(store, &st);
	put(out, "store_waiting", "gauge", "Database jobs that wait.", store_pending(store));
	put(out, "store_jobs_total", "counter", "Database jobs done.", st.jobs);
	put(out, "store_failed_total", "counter", "Database jobs that failed.", st.failed);
}

static void put_ratings(GString *out, const char *name, const char *help, const uint64_t *counts)
{
	g_string_append_printf(out, "# HELP ting_%s %s\n# TYPE ting_%s counter\n", name, help, name);
	for (int grade = 1; grade < RATING_GRADES; grade++)
		g_string_append_printf(out, "ting_%s{rating=\"%s\"} %" PRIu64 "\n", name,
			rating_grade_name(grade), counts[grade]);
}

static void metrics(struct request *req, void *arg)
{
	const struct serve *s = arg;
	struct rooms_stats rs;
	g_autoptr(GString) out = g_string_new(NULL);
	rooms_stats(s->rooms, &rs);
	put(out, "meetings", "gauge", "Meetings in memory.", rs.rooms);
	put(out, "tests", "gauge", "Tests of devices and line now.", rs.tests);
	put(out, "members", "gauge", "People in meetings.", rs.members);
	put(out, "waiting", "gauge", "People in lobbies.", rs.waiting);
	put_ratings(out, "ratings_total", "How people found their meetings.", rs.ratings);
	put_ratings(out, "ratings_withdrawn_total", "Of them changed or taken back.", rs.ratings_back);
	put_http(out, server_stats(s->server));
	struct media_counts mc;
	media_counts(s->media, &mc);
	put_media(out, &mc);
	put(out, "sessions", "gauge", "People signed in.", sessions_count(s->sessions));
	put_store(out, s->store);
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
