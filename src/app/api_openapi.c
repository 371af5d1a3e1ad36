/* GET /api/v1/openapi.json: the description of the API, as it stands in openapi.json. */
#include "app/api_internal.h"
#include "app/openapi.h"

static void get_openapi(struct request *req, void *arg)
{
	reply_bytes(req, 200, "application/json", g_bytes_new_static(openapi_json, openapi_json_len));
}

static const struct route routes[] = {
	{"GET", "/api/v1/openapi.json", get_openapi, 0, 0},
};

const struct api_part api_openapi_part = {routes, G_N_ELEMENTS(routes)};
