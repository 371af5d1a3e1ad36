/* A handshake and an offer take a hundred kilobytes for a moment. What they free lies between what
 * stays, in pages that the C library keeps. Every few seconds those that hold nothing go back, when
 * anything has happened on a connection since, and once more after that: the media half is later
 * than the words that began it. It never takes more than a thousandth of a processor. */
#include "app/trim.h"

#include "base/clock.h"

#include <glib.h>
#include <malloc.h>
#include <time.h>

enum { EVERY_SEC = 3, REST = 1000 };

struct trim {
	const struct server_stats *stats;
	guint timer;
	uint64_t seen; /* what had happened at the last time */
	bool again;
	usec not_before;
};

/* Requests are not counted: whoever reads /metrics leaves nothing behind. */
static uint64_t happened(const struct server_stats *s)
{
	return s->ws_opened + s->ws_closed + s->ws_messages_in;
}

/* On the processor: on a busy machine it does not take longer, only later. */
static usec worked(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * USEC_PER_SEC + t.tv_nsec / 1000;
}

bool trim_look(struct trim *t)
{
	uint64_t now_seen = happened(t->stats);
	bool changed = now_seen != t->seen;
	if ((!changed && !t->again) || clock_mono() < t->not_before)
		return false;
	t->seen = now_seen;
	t->again = changed;
	usec begin = worked();
	malloc_trim(0);
	t->not_before = clock_mono() + (worked() - begin) * REST;
	return true;
}

static gboolean look(void *arg)
{
	trim_look(arg);
	return G_SOURCE_CONTINUE;
}

struct trim *trim_new(const struct server_stats *stats)
{
	struct trim *t = g_new0(struct trim, 1);
	t->stats = stats;
	t->timer = g_timeout_add_seconds(EVERY_SEC, look, t);
	return t;
}

void trim_free(struct trim **trim)
{
	if (!*trim)
		return;
	g_source_remove((*trim)->timer);
	g_free(*trim);
	*trim = NULL;
}
