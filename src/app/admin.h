/* What the commands ask of an installation: new meetings, people who may sign in.
 *
 * A question and its answer are JSON objects. The same job answers a command that has the database
 * to itself and one that asks a running server through control_socket.h:
 *
 *     {"do": "meeting-new", "title": "…", "lobby": false}
 *         → {"code", "url", "number", "host_invite", "host_url", "whip", "whep", "token"}
 *     {"do": "user-add", "login": "…", "name": "…", "password": "<encoded>", "admin": false} → {}
 *     {"do": "user-password", "login": "…", "password": "<encoded>"} → {"signed_out": "…"}
 *     {"do": "user-remove", "login": "…"} → {"signed_out": "…"}
 *     {"do": "user-list"} → {"users": [{"login", "name", "admin"}]}
 *     {"do": "rating-list"} → {"meetings": [{"title", "number", "started", "good", "fair", "poor",
 *         "sound", "picture", "other"}], "more"}
 *     {"do": "report-list"} → {"reports": [{"id", "at", "page", "text", "contact"}], "more"}
 *     {"do": "report-remove", "id": "…"} → {}
 *
 * When it can't be done the answer is {"error": "…"}, a sentence for a person. */
#ifndef APP_ADMIN_H
#define APP_ADMIN_H

#include "store/db.h"

#include <jansson.h>

struct admin_job {
	/* ── Given ── */
	json_t *ask;          /* owned */
	const char *origin;   /* borrowed: "https://meet.example.org" */
	unsigned meetings_max;

	/* ── Made ── */
	json_t *answer; /* owned; NULL when the job could not be run at all */
};

/* A db_fn over a struct admin_job. Fails when nothing was changed; the answer says why. */
int admin_run(struct db *db, void *job);

/* The answer, also when there is none: gives. result: as the job returned. */
json_t *admin_take_answer(struct admin_job *job, int result);
void admin_job_done(struct admin_job *job);

#endif
