/* What the files api_<noun>.c share. */
#ifndef APP_API_INTERNAL_H
#define APP_API_INTERNAL_H

#include "app/api.h"
#include "http/request.h"
#include "identity/access.h"
#include "identity/throttle.h"

struct api {
	struct api_conf conf;
	struct throttle *creates, *numbers, *reports, *ratings, *relays;
};

/* A file's routes; their arg is the api. */
struct api_part {
	const struct route *routes;
	size_t count;
};

extern const struct api_part api_config_part, api_meeting_part, api_openapi_part,
	api_rating_part, api_report_part, api_session_part, api_whip_part;

/* All of them, ending in one with routes NULL; for api_add, and for the test that compares them
 * with openapi.json. */
const struct api_part *const *api_parts(void);

/* May who sent the request do this? When not, the problem has been answered. */
bool api_may(struct api *api, struct request *req, enum access_verb verb);

/* One more of these from the sender's address? When not, the problem has been answered. */
bool api_has_turn(struct request *req, struct throttle *throttle);

/* The same, counted by person where there is one: colleagues share an address. */
bool api_has_turn_of(struct request *req, struct throttle *throttle, int64_t person);

/* A member of a JSON body: a string, NULL when it isn't there; *ok becomes false when it is
 * something else. */
const char *api_text(const json_t *body, const char *name, bool *ok);

/* Where people reach this server: "https://meet.example.org". */
const char *api_origin(const struct api *api, const struct request *req);

/* Link fields that name the relays, when there are any (RFC 9725 4.6). */
void api_add_ice_links(struct api *api, struct request *req);

#endif
