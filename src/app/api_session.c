/* POST and DELETE /api/v1/session: signing in and out. */
#include "app/api_internal.h"

enum { BODY_MAX = 4096 };

static void signed_in(const struct problem *problem, const char *cookie, void *arg)
{
	struct request *req = arg;
	if (problem) {
		reply_problem(req, problem, NULL);
		return;
	}
	reply_header(req, "Set-Cookie", cookie);
	reply_empty(req, 204);
}

static void post_session(struct request *req, void *arg)
{
	struct api *api = arg;
	json_t *body = request_json(req);
	if (!body)
		return;
	bool ok = true;
	const char *user = api_text(body, "user", &ok), *password = api_text(body, "password", &ok);
	if (ok && user && password)
		sessions_sign_in(api->conf.sessions, user, password, &req->peer, signed_in, req);
	else
		reply_problem(req, &problem_bad_value, user ? "password" : "user");
	json_decref(body);
}

static void delete_session(struct request *req, void *arg)
{
	struct api *api = arg;
	reply_header(req, "Set-Cookie", sessions_sign_out(api->conf.sessions, req));
	reply_empty(req, 204);
}

static const struct route routes[] = {
	{"POST", "/api/v1/session", post_session, ROUTE_SAME_ORIGIN | ROUTE_BODY, BODY_MAX},
	{"DELETE", "/api/v1/session", delete_session, ROUTE_SAME_ORIGIN, 0},
};

const struct api_part api_session_part = {routes, G_N_ELEMENTS(routes)};
