/* Reads a request's fields, query, cookies and body. */
#include "http/request.h"

#include "http/exchange.h"
#include "http/parse.h"
#include "http/server_internal.h"

#include <string.h>

const char *request_param(const struct request *req, const char *name)
{
	for (size_t i = 0; i < req->match.param_count; i++)
		if (strcmp(req->match.params[i].name, name) == 0)
			return req->match.params[i].value;
	return NULL;
}

const char *request_header(const struct request *req, const char *name)
{
	for (guint i = 0; i < req->fields->len; i++) {
		const struct request_field *field = &g_array_index(req->fields, struct request_field, i);
		if (g_ascii_strcasecmp(field->name, name) == 0)
			return field->value;
	}
	return NULL;
}

const char *request_query(struct request *req, const char *name)
{
	g_autofree char *value = parse_query(req->query, name);
	return value ? g_string_chunk_insert(req->chunk, value) : NULL;
}

static const char *keep(const struct request *req, struct span s)
{
	return s.ptr ? g_string_chunk_insert_len(req->chunk, (const char *)s.ptr, (gssize)s.len) : NULL;
}

const char *request_cookie(struct request *req, const char *name)
{
	return keep(req, parse_cookie(request_header(req, "Cookie"), name));
}

const char *request_bearer(const struct request *req)
{
	return keep(req, parse_bearer(request_header(req, "Authorization")));
}

json_t *request_json(struct request *req)
{
	if (!parse_is_type(request_header(req, "Content-Type"), "application/json")) {
		reply_problem(req, &problem_media_type, NULL);
		return NULL;
	}
	json_t *json = json_loadb(
		(const char *)req->body.ptr, req->body.len, JSON_REJECT_DUPLICATES, NULL);
	if (!json)
		reply_problem(req, &problem_bad_json, NULL);
	return json;
}

bool request_is_same_origin(const struct request *req)
{
	const char *origin = request_header(req, "Origin");
	const struct server *server = req->exchange->server;
	if (parse_is_origin_of(origin, req->host))
		return true;
	if (!origin || !server || !server->conf.origins)
		return false;
	for (const char *const *more = server->conf.origins; *more; more++)
		if (strcmp(origin, *more) == 0)
			return true;
	return false;
}
