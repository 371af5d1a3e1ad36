/* Builds the answer of a request. Each function fills `struct answer` and ends in
 * exchange_answered, which sends it, or drops it when nobody waits for it any more. */
#include "http/reply.h"

#include "http/exchange.h"
#include "http/parse.h"

#include <string.h>

static const char *keep(struct request *req, const char *text)
{
	return g_string_chunk_insert(req->chunk, text);
}

static struct answer *begin(struct request *req, int status, const char *type)
{
	struct answer *answer = &req->exchange->answer;
	BUG_IF(answer->done); /* answered twice */
	answer->status = status;
	answer->type = type ? keep(req, type) : NULL;
	return answer;
}

void reply_header(struct request *req, const char *name, const char *value)
{
	struct answer *answer = &req->exchange->answer;
	BUG_IF(!parse_is_token(name) || !parse_is_value(value));
	struct request_field field = {keep(req, name), keep(req, value)};
	if (!answer->fields)
		answer->fields = g_array_new(FALSE, FALSE, sizeof field);
	g_array_append_val(answer->fields, field);
}

void reply_csp(struct request *req, const char *policy)
{
	req->exchange->answer.csp = policy;
}

void reply_bytes(struct request *req, int status, const char *type, GBytes *body)
{
	begin(req, status, type)->bytes = body;
	exchange_answered(req->exchange);
}

void reply_text(struct request *req, int status, const char *type, const char *text)
{
	reply_bytes(req, status, type, g_bytes_new(text, strlen(text)));
}

static void reply_object(struct request *req, int status, const char *type, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	BUG_IF(!text); /* not UTF-8, or not an object or array */
	reply_bytes(req, status, type, g_bytes_new_with_free_func(text, strlen(text), free, text));
}

void reply_json(struct request *req, int status, json_t *json)
{
	reply_object(req, status, "application/json", json);
}

void reply_empty(struct request *req, int status)
{
	begin(req, status, NULL);
	exchange_answered(req->exchange);
}

void reply_redirect(struct request *req, int status, const char *location)
{
	reply_header(req, "Location", location);
	reply_empty(req, status);
}

void reply_file(struct request *req, int status, const char *type, int fd, size_t len)
{
	struct answer *answer = begin(req, status, type);
	answer->fd = fd;
	answer->fd_len = len;
	exchange_answered(req->exchange);
}

void reply_problem_with(
	struct request *req, const struct problem *problem, const char *detail, json_t *extra)
{
	json_t *json = problem_json(problem, req->lang, detail, req->trace);
	if (extra)
		json_object_update_missing(json, extra);
	json_decref(extra);
	reply_header(req, "Content-Language", lang_name(req->lang));
	if (problem->status == 401)
		reply_header(req, "WWW-Authenticate", "Bearer"); /* RFC 9110 15.5.2 */
	reply_object(req, problem->status, "application/problem+json", json);
}

void reply_problem(struct request *req, const struct problem *problem, const char *detail)
{
	reply_problem_with(req, problem, detail, NULL);
}

void reply_upgrade(struct request *req, const struct upgrade_calls *calls, void *arg)
{
	struct answer *answer = begin(req, 101, NULL);
	answer->upgrade = calls;
	answer->upgrade_arg = arg;
	exchange_answered(req->exchange);
}
