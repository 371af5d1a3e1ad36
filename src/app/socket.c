/* Each WebSocket owns one link; the link's texts go out through it. */
#include "app/socket.h"

#include "http/request.h"
#include "http/websocket.h"
#include "meeting/link.h"

struct socket_route {
	struct socket_conf conf;
	struct ws_conf ws;
};

static void send_text(void *user, const char *text, size_t len)
{
	/* A peer that is gone or does not read gets nothing more; its close comes by itself. */
	ws_send(user, text, len);
}

static void close_socket(void *user, int code, const char *reason)
{
	ws_close(user, code, reason);
}

static void allow(void *user, uint32_t len)
{
	ws_set_message_max(user, len);
}

static const struct link_calls link_calls = {send_text, close_socket, allow};

static void *opened(struct ws *ws, struct request *req, void *arg)
{
	struct socket_route *s = arg;
	struct link_conf conf = {
		.calls = &link_calls,
		.user = ws,
		.peer = req->peer,
		.lang = req->lang,
	};
	if (s->conf.who)
		s->conf.who(req, &conf.person, &conf.admin, s->conf.arg);
	struct link *link = link_new(s->conf.rooms, &conf);
	if (!link)
		ws_close(ws, WS_TRY_LATER, "too many connections");
	return link;
}

static void message(struct ws *ws, struct span text, void *user)
{
	(void)ws;
	if (user)
		link_recv(user, text);
}

static void closed(struct ws *ws, int code, void *user)
{
	struct link *link = user;
	(void)ws;
	(void)code;
	link_free(&link);
}

static const struct ws_calls ws_calls = {opened, message, closed};

static void upgrade(struct request *req, void *arg)
{
	struct socket_route *s = arg;
	ws_accept(req, &s->ws, &ws_calls, s);
}

int socket_add(struct server *server, const struct socket_conf *conf,
			   struct socket_route **ret_s)
{
	static const struct route routes[] = {{"GET", "/ws", upgrade, 0, 0}};
	struct socket_route *s = g_new0(struct socket_route, 1);
	s->conf = *conf;
	ws_conf_init(&s->ws);
	s->ws.message_max = LINK_STRANGER_MAX; /* the link asks for more after the join */
	/* Beyond what the link lets through, for pongs, and so that it has time to say so. */
	s->ws.frames_rate = conf->messages_second + conf->messages_second / 4;
	s->ws.frames_burst = MAX(s->ws.frames_burst, conf->messages_second * 6);
	int err = server_add_routes(server, routes, G_N_ELEMENTS(routes), s);
	if (err < 0) {
		g_free(s);
		return err;
	}
	*ret_s = s;
	return 0;
}

void socket_free(struct socket_route **s)
{
	g_clear_pointer(s, g_free);
}
