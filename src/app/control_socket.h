/* Commands on an installation that is serving: a Unix socket in the data folder, mode 0600, one
 * JSON object a line each way (admin.h). Whoever may open the socket may do what it offers: that is
 * the user the server runs as. */
#ifndef APP_CONTROL_SOCKET_H
#define APP_CONTROL_SOCKET_H

#include "app/conf.h"
#include "identity/sessions.h"
#include "store/store.h"

#include <jansson.h>

struct control_socket;

struct control_socket_conf {
	const char *data;          /* the folder */
	const char *origin;        /* borrowed: where people reach this server */
	unsigned meetings_max;
	struct store *store;       /* borrowed, started */
	struct sessions *sessions; /* borrowed */
};

/* -ERR_IO: can't be made, errno says why. */
NODISCARD int control_socket_new(
	const struct control_socket_conf *conf, struct control_socket **ret_socket);
/* After store_stop: answers that were under way have been sent. */
void control_socket_free(struct control_socket **socket);

/* The other end: asks the installation in the data folder, the running server if there is one, the
 * database itself if there is none.
 * ask: takes. Gives the answer; never NULL: what goes wrong is an {"error"}. */
json_t *control_socket_ask(const struct conf *conf, json_t *ask);

#endif
