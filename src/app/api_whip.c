/* WHIP (RFC 9725) and WHEP: an encoder or a player offers by POST, and ends by DELETE. Our ICE is
 * lite and never probes, so a client's candidates, which PATCH brings, are taken and not needed; a
 * restart of ICE is not spoken (RFC 9725 4.3.1: 422). */
#include "app/api_internal.h"

#include "meeting/whip.h"

#include <string.h>

enum { OFFER_MAX = 512 * 1024, FRAGMENT_MAX = 64 * 1024 };

static const struct problem problem_precondition_required = {.slug = "precondition-required",
	.status = 428,
	.title = {"Fältet If-Match saknas", "The field If-Match is missing"},
	.todo = {"Skicka den etikett som svaret på erbjudandet hade.",
		"Send the entity tag that the answer to the offer had."}};
static const struct problem problem_precondition_failed = {.slug = "precondition-failed",
	.status = 412,
	.title = {"Sessionen har en annan etikett", "The session has another entity tag"},
	.todo = {"Börja om med ett nytt erbjudande.", "Begin again with a new offer."}};
static const struct problem problem_no_restart = {.slug = "ice-restart",
	.status = 422,
	.title = {"ICE kan inte startas om här", "ICE can't be restarted here"},
	.todo = {"Börja om med ett nytt erbjudande.", "Begin again with a new offer."}};

static enum whip_kind kind_of(const struct request *req)
{
	return g_str_has_prefix(req->path, "/whip/") ? WHIP_PUBLISH : WHIP_WATCH;
}

static bool has_type(const struct request *req, const char *type)
{
	const char *sent = request_header(req, "Content-Type");
	size_t len = strlen(type);
	return sent && g_ascii_strncasecmp(sent, type, len) == 0 &&
		   (sent[len] == '\0' || sent[len] == ';' || sent[len] == ' ');
}

struct opening {
	struct api *api;
	struct request *req;
};

static void opened(const struct whip_answer *answer, const struct problem *problem, void *arg)
{
	struct opening *o = arg;
	struct request *req = o->req;
	if (!problem) {
		g_autofree char *location =
			g_strdup_printf("/%s/%s/%s", kind_of(req) == WHIP_PUBLISH ? "whip" : "whep",
				request_param(req, "code"), answer->id);
		g_autofree char *etag = g_strdup_printf("\"%s\"", answer->etag);
		reply_header(req, "Location", location);
		reply_header(req, "ETag", etag);
		reply_header(req, "Accept-Patch", "application/trickle-ice-sdpfrag");
		api_add_ice_links(o->api, req);
		reply_text(req, 201, "application/sdp", answer->sdp);
	} else {
		reply_problem(req, problem, NULL);
	}
	g_free(o);
}

static void post_offer(struct request *req, void *arg)
{
	struct api *api = arg;
	if (!has_type(req, "application/sdp")) {
		reply_problem(req, &problem_media_type, NULL);
		return;
	}
	struct opening *o = g_new0(struct opening, 1);
	*o = (struct opening){.api = api, .req = req};
	struct whip_ask ask = {.kind = kind_of(req),
		.code = request_param(req, "code"),
		.token = request_bearer(req),
		.name = request_query(req, "name"),
		.sdp = req->body,
		.addr = req->peer};
	whip_open(api->conf.rooms, &ask, opened, o);
}

static void delete_resource(struct request *req, void *arg)
{
	struct api *api = arg;
	int err = whip_close(api->conf.rooms, kind_of(req), request_param(req, "code"),
		request_param(req, "id"));
	if (err < 0)
		reply_problem(req, &problem_not_found, NULL);
	else
		reply_empty(req, 200);
}

/* RFC 9110 8.8.3.2: strong comparison, one tag of a list. */
static bool matches(const char *if_match, const char *etag)
{
	g_autofree char *quoted = g_strdup_printf("\"%s\"", etag);
	g_auto(GStrv) tags = g_strsplit(if_match, ",", -1);
	for (char **tag = tags; *tag; tag++)
		if (strcmp(g_strstrip(*tag), quoted) == 0)
			return true;
	return false;
}

static void patch_resource(struct request *req, void *arg)
{
	struct api *api = arg;
	const char *if_match = request_header(req, "If-Match");
	const char *etag = whip_etag(api->conf.rooms, kind_of(req), request_param(req, "code"),
		request_param(req, "id"));
	if (!etag)
		reply_problem(req, &problem_not_found, NULL);
	else if (!has_type(req, "application/trickle-ice-sdpfrag"))
		reply_problem(req, &problem_media_type, NULL);
	else if (!if_match)
		reply_problem(req, &problem_precondition_required, NULL);
	else if (strcmp(if_match, "*") == 0)
		reply_problem(req, &problem_no_restart, NULL);
	else if (!matches(if_match, etag))
		reply_problem(req, &problem_precondition_failed, NULL);
	else
		reply_empty(req, 204);
}

static const struct route routes[] = {
	{"POST", "/whip/:code", post_offer, ROUTE_BODY, OFFER_MAX},
	{"DELETE", "/whip/:code/:id", delete_resource, 0, 0},
	{"PATCH", "/whip/:code/:id", patch_resource, ROUTE_BODY, FRAGMENT_MAX},
	{"POST", "/whep/:code", post_offer, ROUTE_BODY, OFFER_MAX},
	{"DELETE", "/whep/:code/:id", delete_resource, 0, 0},
	{"PATCH", "/whep/:code/:id", patch_resource, ROUTE_BODY, FRAGMENT_MAX},
};

const struct api_part api_whip_part = {routes, G_N_ELEMENTS(routes)};
