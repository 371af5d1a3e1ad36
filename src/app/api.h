/* The API beside the WebSocket, /api/v1: configuration, signing in, meetings, reports. Each noun is
 * a file, api_<noun>.c, with its table of routes; openapi.json describes them all. */
#ifndef APP_API_H
#define APP_API_H

#include "app/conf.h"
#include "http/server.h"
#include "identity/sessions.h"
#include "meeting/rooms.h"
#include "store/store.h"

struct api;

struct api_conf {
	const struct conf *conf;   /* borrowed */
	struct store *store;       /* borrowed */
	struct rooms *rooms;       /* borrowed */
	struct sessions *sessions; /* borrowed; identity/sessions.h */
	const char *version;       /* static */
};

struct api *api_new(const struct api_conf *conf);

/* Adds all routes. Errors as server_add_routes. */
NODISCARD int api_add(struct api *api, struct server *server);

/* After server and store have stopped. */
void api_free(struct api **api);

/* For socket_conf.who: whom the request's cookie stands for. */
void api_who(struct request *req, int64_t *ret_person, bool *ret_admin, void *api);

#endif
