/* PUT /api/v1/ratings: how the meeting was, by whoever has a ticket of one. */
#include "app/api_internal.h"

#include "meeting/rate.h"

enum { BODY_MAX = 1024 };

static void rated(const struct problem *problem, void *arg)
{
	struct request *req = arg;
	if (problem)
		reply_problem(req, problem, NULL);
	else
		reply_empty(req, 204);
}

/* NULL, or the member of the body that is not as it should be. */
static const char *read_ask(const json_t *body, struct rate_ask *ask)
{
	bool ok = true;
	const json_t *rating = json_object_get(body, "rating");
	const char *wrong = api_text(body, "wrong", &ok);
	ask->ticket = api_text(body, "ticket", &ok);
	if (!ask->ticket)
		return "ticket";
	int grade = json_is_null(rating)     ? RATING_NONE
				: json_is_string(rating) ? rating_grade_parse(json_string_value(rating))
										 : -1;
	if (grade < 0)
		return "rating";
	int what = wrong ? rating_wrong_parse(wrong) : RATING_WRONG_NONE;
	/* Where all was well nothing was wrong. */
	if (!ok || what < 0 || (what && grade != RATING_FAIR && grade != RATING_POOR))
		return "wrong";
	ask->grade = (enum rating_grade)grade;
	ask->wrong = (enum rating_wrong)what;
	return NULL;
}

static void put_rating(struct request *req, void *arg)
{
	struct api *api = arg;
	if (!api_has_turn(req, api->ratings))
		return;
	json_t *body = request_json(req);
	if (!body)
		return;
	struct rate_ask ask = {0};
	const char *bad = read_ask(body, &ask);
	if (bad)
		reply_problem(req, &problem_bad_value, bad);
	else
		rate_put(api->conf.rooms, &ask, rated, req);
	json_decref(body);
}

static const struct route routes[] = {
	{"PUT", "/api/v1/ratings", put_rating, ROUTE_SAME_ORIGIN | ROUTE_BODY, BODY_MAX},
};

const struct api_part api_rating_part = {routes, G_N_ELEMENTS(routes)};
