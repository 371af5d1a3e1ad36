/* Routes of the page itself: the one HTML file behind every address a person can type, and the
 * hashed files beside it. */
#ifndef APP_PAGES_H
#define APP_PAGES_H

#include "base/err.h"
#include "http/server.h"

/* -ERR_EXISTS: our own mistake, a pattern is taken. */
NODISCARD int pages_add(struct server *server);

#endif
