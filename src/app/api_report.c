/* POST /api/v1/reports: somebody could not use something, and says so. */
#include "app/api_internal.h"

#include "base/random.h"
#include "meeting/words.h"
#include "store/q_report.h"

enum {
	BODY_MAX = 32 * 1024,
	REPORTS_MAX = 10000, /* kept */
	PAGE_MAX = 300,      /* characters */
	TEXT_MAX = 5000,
	CONTACT_MAX = 300,
};

struct reporting {
	struct request *req;
	struct report_row row;
};

static int add_report(struct db *db, void *arg)
{
	struct reporting *r = arg;
	return report_row_add(db, &r->row, REPORTS_MAX);
}

static void reported(int result, void *arg)
{
	struct reporting *r = arg;
	if (result < 0)
		reply_problem(r->req, result == -ERR_FULL ? &problem_full : &problem_internal, NULL);
	else
		reply_json(r->req, 201, json_object());
	report_row_done(&r->row);
	g_free(r);
}

static void report(struct api *api, struct request *req, const json_t *body)
{
	bool ok = true;
	const char *page = api_text(body, "page", &ok), *text = api_text(body, "text", &ok);
	const char *contact = api_text(body, "contact", &ok);
	struct reporting *r = g_new0(struct reporting, 1);
	*r = (struct reporting){.req = req,
		.row = {
			.id = (int64_t)(random_u64() >> 2),
			.at = clock_wall() / USEC_PER_MS,
			.page = words_line(page ? page : "", PAGE_MAX),
			.text = ok && text ? words_message(text, TEXT_MAX) : NULL,
			.contact = words_line(contact ? contact : "", CONTACT_MAX),
		}};
	if (!r->row.page || !r->row.text || !r->row.contact) {
		reply_problem(req, &problem_bad_value, r->row.text ? "page" : "text");
		report_row_done(&r->row);
		g_free(r);
	} else if (store_run(api->conf.store, add_report, r, reported) < 0) {
		reported(-ERR_FULL, r);
	}
}

static void post_report(struct request *req, void *arg)
{
	struct api *api = arg;
	if (!api_may(api, req, ACCESS_REPORT) || !api_has_turn(req, api->reports))
		return;
	json_t *body = request_json(req);
	if (!body)
		return;
	report(api, req, body);
	json_decref(body);
}

static const struct route routes[] = {
	{"POST", "/api/v1/reports", post_report, ROUTE_SAME_ORIGIN | ROUTE_BODY, BODY_MAX},
};

const struct api_part api_report_part = {routes, G_N_ELEMENTS(routes)};
