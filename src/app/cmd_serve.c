/* `ting serve`. Read cmd_serve, then start: what is made, in which order, and who borrows whom.
 * What ends is in stop, in the opposite order. */
#include "app/commands.h"

#include "app/options.h"
#include "app/serve.h"
#include "app/trim.h"
#include "base/log.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum { DRAIN_MS = 500 };

static gboolean end_loop(gpointer data)
{
	g_main_loop_quit(data);
	return G_SOURCE_REMOVE;
}

/* The first signal drains: clients are told, and have a moment to hear it. A second one ends at
 * once. */
static gboolean on_signal(gpointer data)
{
	struct serve *s = data;
	if (s->ending) {
		g_main_loop_quit(s->loop);
		return G_SOURCE_CONTINUE;
	}
	s->ending = true;
	log_info("ending");
	serve_drain(s);
	g_timeout_add(DRAIN_MS, end_loop, s->loop);
	return G_SOURCE_CONTINUE;
}

static gboolean on_hup(gpointer data)
{
	serve_reload(data);
	return G_SOURCE_CONTINUE;
}

static void print_links(const struct serve *s)
{
	printf("\nTing is ready.\n\n");
	printf("  Start        %s/\n", s->address);
	if (s->conf.demo)
		printf("  A meeting    %s/m/demo   (open it in two windows)\n", s->address);
	printf("  A test       %s/test\n\n", s->address);
	if (s->conf.tls_certificate[0] == '\0')
		printf("The browser warns about the certificate until %s/ca.pem is trusted.\n\n",
			   s->conf.data);
	fflush(stdout);
}

/* Each WebSocket takes three descriptors: as many as the system lets us have. */
static void raise_descriptors(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit); /* refused: the limit stays as it was */
	}
}

static int run(struct serve *s)
{
	char error[SERVE_ERROR_MAX];
	if (serve_start(s, error) < 0) {
		fprintf(stderr, "ting: %s\n", error);
		serve_stop(s);
		return 1;
	}
	print_links(s);
	struct trim *trim = trim_new(server_stats(s->server));
	s->loop = g_main_loop_new(NULL, FALSE);
	guint term = g_unix_signal_add(SIGTERM, on_signal, s);
	guint intr = g_unix_signal_add(SIGINT, on_signal, s);
	guint hup = g_unix_signal_add(SIGHUP, on_hup, s);
	g_main_loop_run(s->loop);
	g_source_remove(term);
	g_source_remove(intr);
	g_source_remove(hup);
	trim_free(&trim);
	serve_stop(s);
	g_main_loop_unref(s->loop);
	return 0;
}

int cmd_serve(int argc, char **argv)
{
	struct serve s = {0};
	const struct option_alias aliases[] = {
		{"--data", "data", NULL, "the folder for the database and keys"},
		{"--listen", "listen", NULL, "address and port for HTTPS"},
		{"--media-port", "media.port", NULL, "first UDP and TCP port for media"},
		{"--workers", "media.workers", NULL, "threads that forward media"},
		{"--demo", NULL, &s.conf.demo, "sample meetings, open to anybody who reaches it"},
		{NULL, NULL, NULL, NULL},
	};
	int rest;
	int err = options_parse(argc, argv, aliases, "ting serve [options]", &s.conf, &rest);
	if (err != 0)
		return err > 0 ? 0 : 2;
	int level = log_level_parse(s.conf.log_level);
	int status = 2;
	if (rest > 0)
		fprintf(stderr, "ting: serve takes no \"%.40s\"\n", argv[1]);
	else if (level < 0)
		fprintf(stderr, "ting: log.level must be debug, info, warn or error\n");
	else {
		log_set_level((enum log_level)level);
		signal(SIGPIPE, SIG_IGN);
		raise_descriptors();
		status = run(&s);
	}
	settings_done(&conf_table, &s.conf);
	return status;
}
