/* g_unix_fd_add wants a signature and a return value that nobody here needs. */
#include "app/watch.h"

#include <glib-unix.h>

struct watch {
	void (*fn)(void *arg);
	void *arg;
};

static gboolean ready(gint fd, GIOCondition condition, gpointer data)
{
	struct watch *w = data;
	(void)fd;
	(void)condition;
	w->fn(w->arg);
	return G_SOURCE_CONTINUE;
}

guint watch_add(int fd, void (*fn)(void *arg), void *arg)
{
	struct watch *w = g_new(struct watch, 1);
	*w = (struct watch){fn, arg};
	return g_unix_fd_add_full(G_PRIORITY_DEFAULT, fd, G_IO_IN, ready, w, g_free);
}
