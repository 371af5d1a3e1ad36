/* g_unix_fd_add wants a signature and a return value that nobody here needs. */
#include "app/fd_source.h"

#include <glib-unix.h>

struct fd_source {
	void (*fn)(void *arg);
	void *arg;
};

static gboolean ready(gint fd, GIOCondition condition, gpointer data)
{
	struct fd_source *w = data;
	(void)fd;
	(void)condition;
	w->fn(w->arg);
	return G_SOURCE_CONTINUE;
}

guint fd_source_add(int fd, void (*fn)(void *arg), void *arg)
{
	struct fd_source *w = g_new(struct fd_source, 1);
	*w = (struct fd_source){fn, arg};
	return g_unix_fd_add_full(G_PRIORITY_DEFAULT, fd, G_IO_IN, ready, w, g_free);
}
