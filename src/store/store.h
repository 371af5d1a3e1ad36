/* The store: one thread that runs database jobs in order, so that the control thread never waits
 * for a disk.
 *
 * Jobs that wait are run together and committed together: one flush to disk acknowledges many chat
 * messages. A job's answer is sent to the control thread after the commit: what has been
 * acknowledged survives kill -9 and a loss of power. A job that fails undoes only itself. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/err.h"
#include "store/db.h"

#include <glib.h>

struct store;

enum {
	STORE_QUEUE_MAX = 4096, /* jobs waiting, when the settings say nothing else */
	STORE_BATCH_MAX = 256,  /* jobs a commit */
};

/* Opens the database under its lock file (path.lock) and brings the schema up to date. No thread
 * yet: for commands this is all there is.
 * -ERR_EXISTS: another process has it; -ERR_UNSUPP: written by a newer version; -ERR_IO, which
 * errno explains. */
NODISCARD int store_open(const char *path, struct store **ret_store);

/* Starts the thread.
 * context    borrowed: where answers are delivered; NULL: the default one
 * queue_max  jobs that may wait
 * -ERR_IO: no event descriptor. */
NODISCARD int store_start(struct store *store, GMainContext *context, unsigned queue_max);

/* Ends the thread after the jobs that wait; delivers every answer before it returns. */
void store_stop(struct store *store);

/* Stops, when that hasn't been done, and closes. */
void store_free(struct store **store);

/* The answer: what fn returned, or why it could not be kept. On the context's thread. */
typedef void store_done(int result, void *arg);

/* Queues a job.
 * fn    on the store's thread, inside a transaction
 * arg   for both; the store doesn't look at it
 * done  called once, unless this returns an error; may be NULL
 * -ERR_FULL: too many wait; nothing will be called. -ERR_PHASE: not started. */
NODISCARD int store_run(struct store *store, db_fn *fn, void *arg, store_done *done);

/* Runs a job at once, on the caller's thread: for commands, and before the loop begins. Returns as
 * db_transaction; -ERR_PHASE: the thread has the database. */
NODISCARD int store_call(struct store *store, db_fn *fn, void *arg);

/* Jobs whose answer has not been delivered. */
unsigned store_pending(const struct store *store);

/* For the figures: jobs and commits since start. */
struct store_stats {
	uint64_t jobs, failed, commits;
};
void store_stats(struct store *store, struct store_stats *ret_stats);

#endif
