/* The API as a whole: its parts, and what they ask in common. */
#include "app/api.h"

#include "app/api_internal.h"

enum {
	SLOTS = 4096,
	MS_PER_HOUR = 3600 * 1000,
	NUMBERS_BURST = 6, NUMBERS_EVERY_MS = 10 * 1000, /* wrong ones */
	REPORTS_BURST = 5, REPORTS_EVERY_MS = 60 * 1000,
	RATINGS_BURST = 500, RATINGS_EVERY_MS = 200, /* a house leaves at once */
	RELAYS_BURST = 1000, RELAYS_EVERY_MS = 100, /* a house behind one address comes at once */
};

static struct throttle *throttle(unsigned burst, unsigned every_ms)
{
	return throttle_new(SLOTS, burst, every_ms * USEC_PER_MS);
}

struct api *api_new(const struct api_conf *conf)
{
	struct api *api = g_new0(struct api, 1);
	api->conf = *conf;
	unsigned made = (unsigned)conf->conf->meetings_made;
	api->creates = throttle(made / 4 + 1, MS_PER_HOUR / made);
	api->numbers = throttle(NUMBERS_BURST, NUMBERS_EVERY_MS);
	api->reports = throttle(REPORTS_BURST, REPORTS_EVERY_MS);
	api->ratings = throttle(RATINGS_BURST, RATINGS_EVERY_MS);
	api->relays = throttle(RELAYS_BURST, RELAYS_EVERY_MS);
	return api;
}

void api_free(struct api **apip)
{
	struct api *api = *apip;
	if (!api)
		return;
	*apip = NULL;
	throttle_free(&api->creates);
	throttle_free(&api->numbers);
	throttle_free(&api->reports);
	throttle_free(&api->ratings);
	throttle_free(&api->relays);
	g_free(api);
}

const struct api_part *const *api_parts(void)
{
	static const struct api_part *const parts[] = {&api_config_part, &api_meeting_part,
		&api_openapi_part, &api_rating_part, &api_report_part, &api_session_part,
		&api_whip_part, NULL};
	return parts;
}

int api_add(struct api *api, struct server *server)
{
	for (const struct api_part *const *part = api_parts(); *part; part++) {
		int err = server_add_routes(server, (*part)->routes, (*part)->count, api);
		if (err)
			return err;
	}
	return 0;
}

void api_who(struct request *req, int64_t *ret_person, bool *ret_admin, void *arg)
{
	struct api *api = arg;
	const struct session *session = sessions_of(api->conf.sessions, req);
	*ret_person = session ? session->person : 0;
	*ret_admin = session && session->admin;
}

bool api_may(struct api *api, struct request *req, enum access_verb verb)
{
	struct access_who who;
	api_who(req, &who.person, &who.admin, api);
	if (access_may(&who, verb, api->conf.conf->demo))
		return true;
	reply_problem(req, who.person ? &problem_forbidden : &problem_unauthenticated, NULL);
	return false;
}

bool api_has_turn(struct request *req, struct throttle *throttle)
{
	if (throttle_try_addr(throttle, &req->peer, clock_mono()))
		return true;
	reply_problem(req, &problem_too_many, NULL);
	return false;
}

bool api_has_turn_of(struct request *req, struct throttle *throttle, int64_t person)
{
	if (!person)
		return api_has_turn(req, throttle);
	char key[32];
	g_snprintf(key, sizeof key, "person %lld", (long long)person);
	if (throttle_try(throttle, key, clock_mono()))
		return true;
	reply_problem(req, &problem_too_many, NULL);
	return false;
}

const char *api_text(const json_t *body, const char *name, bool *ok)
{
	const json_t *value = json_object_get(body, name);
	if (value && !json_is_string(value))
		*ok = false;
	return json_string_value(value);
}

const char *api_origin(const struct api *api, const struct request *req)
{
	const char *origin = api->conf.conf->origin;
	return origin && origin[0] ? origin : req->origin;
}
