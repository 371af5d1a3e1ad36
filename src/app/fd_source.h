/* A file descriptor on the control thread's loop. */
#ifndef APP_FD_SOURCE_H
#define APP_FD_SOURCE_H

#include <glib.h>

/* Calls fn on the default main context while fd is readable, until the source is removed
 * (g_source_remove). fd: borrowed. Returns the source's id. */
guint fd_source_add(int fd, void (*fn)(void *arg), void *arg);

#endif
