/* The page decides what it shows by its address; the server gives the same file for all of them. */
#include "app/pages.h"

#include "http/reply.h"
#include "http/request.h"
#include "http/routes.h"

#include <glib.h>

static void page(struct request *req, void *arg)
{
	(void)arg;
	reply_asset(req, "/index.html");
}

static void file(struct request *req, void *arg)
{
	(void)arg;
	reply_asset(req, req->path);
}

static const struct route routes[] = {
	{"GET", "/", page, 0, 0},
	{"GET", "/m/:code", page, 0, 0},
	{"GET", "/m/:code/:invite", page, 0, 0},
	{"GET", "/test", page, 0, 0},
	{"GET", "/tillganglighet", page, 0, 0},
	{"GET", "/assets/*file", file, 0, 0},
	{"GET", "/:file", file, 0, 0},
};

int pages_add(struct server *server)
{
	return server_add_routes(server, routes, G_N_ELEMENTS(routes), NULL);
}
