/* Meetings from outside: making one, looking at one, finding one by its number. */
#include "app/api_internal.h"

#include "meeting/create.h"
#include "meeting/look.h"
#include "meeting/words.h"

#include <string.h>

enum { BODY_MAX = 8192 };

/* ── POST /api/v1/meetings ── */

struct creating {
	struct request *req;
	struct api *api;
	struct create create;
	char *title; /* owned */
};

static int write_meeting(struct db *db, void *arg)
{
	return create_meeting(db, &((struct creating *)arg)->create);
}

static const struct problem *problem_of(int result)
{
	if (result == -ERR_FULL)
		return &problem_meetings_full;
	return result == -ERR_AGAIN ? &problem_full : &problem_internal;
}

static void created(int result, void *arg)
{
	struct creating *c = arg;
	const struct create *m = &c->create;
	if (result < 0) {
		reply_problem(c->req, problem_of(result), NULL);
	} else {
		const char *origin = api_origin(c->api, c->req);
		g_autofree char *url = g_strdup_printf("%s/m/%s", origin, m->code);
		g_autofree char *whip = g_strdup_printf("%s/whip/%s", origin, m->code);
		g_autofree char *whep = g_strdup_printf("%s/whep/%s", origin, m->code);
		reply_json(c->req, 201,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "code", m->code, "url", url, "number",
				m->number, "host_invite", m->host.text, "whip", whip, "whep", whep, "token",
				m->publish.text));
	}
	g_free(c->title);
	explicit_bzero(c, sizeof *c);
	g_free(c);
}

/* "" when there is none; NULL: not acceptable. Gives. */
static char *clean_title(const json_t *body, const struct rooms_limits *limits)
{
	bool ok = true;
	const char *title = api_text(body, "title", &ok);
	if (!ok)
		return NULL;
	return title && *title ? words_name(title, (int)limits->title_max) : g_strdup("");
}

static void create(struct api *api, struct request *req, const json_t *body)
{
	struct rooms_limits limits;
	rooms_limits_of(api->conf.rooms, &limits);
	const json_t *lobby = json_object_get(body, "lobby");
	char *title = clean_title(body, &limits);
	if (!title || (lobby && !json_is_boolean(lobby))) {
		reply_problem(req, &problem_bad_value, title ? "lobby" : "title");
		g_free(title);
		return;
	}
	struct creating *c = g_new0(struct creating, 1);
	*c = (struct creating){.req = req, .api = api, .title = title};
	bool admin;
	int64_t person;
	api_who(req, &person, &admin, api);
	/* Where anybody with the link may walk in, anybody may lead when the last host has gone. */
	c->create = (struct create){.title = title,
		.lobby = json_is_true(lobby),
		.hosting = json_is_true(lobby) ? ROOM_HOSTING_INVITED : ROOM_HOSTING_INHERITED,
		.owner = person,
		.now = clock_wall() / USEC_PER_MS,
		.meetings_max = limits.meetings_max};
	if (store_run(api->conf.store, write_meeting, c, created) < 0)
		created(-ERR_AGAIN, c); /* the store takes no more */
}

static void post_meeting(struct request *req, void *arg)
{
	struct api *api = arg;
	bool admin;
	int64_t person;
	api_who(req, &person, &admin, api);
	if (!api_may(api, req, ACCESS_MEETING_CREATE) ||
		!api_has_turn_of(req, api->creates, person))
		return;
	json_t *body = request_json(req);
	if (!body)
		return;
	create(api, req, body);
	json_decref(body);
}

/* ── GET /api/v1/meetings/:code ── */

static void looked(const struct look *look, const struct problem *problem, void *arg)
{
	struct request *req = arg;
	if (problem)
		reply_problem(req, problem, NULL);
	else
		reply_json(req, 200,
			json_pack("{s:s, s:b, s:b, s:b, s:s, s:i}", "title", look->title, "lobby", look->lobby,
				"locked", look->locked, "ended", look->ended, "number", look->number, "people",
				(int)look->people));
}

static void get_meeting(struct request *req, void *arg)
{
	struct api *api = arg;
	if (api_may(api, req, ACCESS_MEETING_SEE))
		look_code(api->conf.rooms, request_param(req, "code"), &req->peer, looked, req);
}

/* ── POST /api/v1/numbers ── */

struct asking {
	struct api *api;
	struct request *req;
};

static void numbered(const struct look *look, const struct problem *problem, void *arg)
{
	struct asking *a = arg;
	if (problem) {
		reply_problem(a->req, problem, NULL);
	} else {
		/* Who knows a number guesses nothing. */
		throttle_give_addr(a->api->numbers, &a->req->peer, clock_mono());
		reply_json(a->req, 200, json_pack("{s:s}", "code", look->code));
	}
	g_free(a);
}

/* People write numbers in groups: "123 456 78 90". False: no ten digits. */
static bool read_number(const char *text, char ret_number[CREATE_NUMBER_LEN + 1])
{
	int len = 0;
	for (const char *p = text ? text : ""; *p; p++) {
		if (*p == ' ' || *p == '-')
			continue;
		if (!g_ascii_isdigit(*p) || len == CREATE_NUMBER_LEN)
			return false;
		ret_number[len++] = *p;
	}
	ret_number[len] = '\0';
	return len == CREATE_NUMBER_LEN;
}

static void post_number(struct request *req, void *arg)
{
	struct api *api = arg;
	if (!api_may(api, req, ACCESS_NUMBER_ASK) || !api_has_turn(req, api->numbers))
		return;
	json_t *body = request_json(req);
	if (!body)
		return;
	bool ok = true;
	char number[CREATE_NUMBER_LEN + 1];
	if (read_number(api_text(body, "number", &ok), number)) {
		struct asking *a = g_new(struct asking, 1);
		*a = (struct asking){api, req};
		look_number(api->conf.rooms, number, &req->peer, numbered, a);
	} else {
		throttle_give_addr(api->numbers, &req->peer, clock_mono());
		reply_problem(req, &problem_bad_value, "number");
	}
	json_decref(body);
}

static const struct route routes[] = {
	{"POST", "/api/v1/meetings", post_meeting, ROUTE_SAME_ORIGIN | ROUTE_BODY, BODY_MAX},
	{"GET", "/api/v1/meetings/:code", get_meeting, 0, 0},
	{"POST", "/api/v1/numbers", post_number, ROUTE_SAME_ORIGIN | ROUTE_BODY, BODY_MAX},
};

const struct api_part api_meeting_part = {routes, G_N_ELEMENTS(routes)};
