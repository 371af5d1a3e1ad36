/* `/ws`: a WebSocket of http/ carries a link of meeting/. */
#ifndef APP_SOCKET_H
#define APP_SOCKET_H

#include "http/server.h"
#include "meeting/rooms.h"

struct socket_conf {
	struct rooms *rooms;      /* borrowed; outlives the server */
	unsigned messages_second; /* of one connection; the link refuses more in words */
	/* Who is signed in by the request's cookies: sets person and admin; NULL: nobody ever is. */
	void (*who)(struct request *req, int64_t *ret_person, bool *ret_admin, void *arg);
	void *arg;
};

struct socket_route;

/* Adds the route. -ERR_EXISTS, -ERR_NOMEM */
NODISCARD int socket_add(struct server *server, const struct socket_conf *conf,
						 struct socket_route **ret_s);

/* After the server is gone. */
void socket_free(struct socket_route **s);

#endif
