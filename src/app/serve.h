/* A whole running server: everything that `ting serve` makes. */
#ifndef APP_SERVE_H
#define APP_SERVE_H

#include "app/api.h"
#include "app/conf.h"
#include "app/control_socket.h"
#include "app/socket.h"
#include "http/server.h"
#include "media/media.h"
#include "meeting/rooms.h"
#include "store/store.h"

#include <glib.h>

enum { SERVE_ERROR_MAX = 512 };

struct serve {
	struct conf conf;
	GMainLoop *loop;
	bool ending;

	struct rooms_limits limits; /* for the job that ends meetings, at start */
	guint expiry;
	char key[RANDOM_TOKEN_LEN + 1]; /* for the rooms: rooms_key */
	struct store *store;
	struct sessions *sessions;
	struct media *media;
	guint media_watch;
	struct rooms *rooms;
	struct server *server;
	const char *origins[2]; /* ends in NULL; the server borrows it */
	struct socket_route *socket;
	struct api *api;
	char *address; /* where people reach it, for links made by commands */
	struct control_socket *control;
};

/* Starts all of it by s->conf, on the calling thread's default main context.
 * ret_error: what could not be done, why, and what to do, for a person
 * Any error: what was made stays, for serve_stop. */
NODISCARD int serve_start(struct serve *s, char ret_error[SERVE_ERROR_MAX]);

/* Takes a renewed certificate from its files; when that fails the old one stays. Logged. */
void serve_reload(struct serve *s);

/* No new connections; everybody in a meeting hears that the server goes. */
void serve_drain(struct serve *s);

void serve_stop(struct serve *s);

#endif
