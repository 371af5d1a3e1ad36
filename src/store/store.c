/* The store's thread and its two queues. Read store_run (a job goes in), run_batch (jobs are run
 * and committed), deliver (answers come out), in that order. */
#include "store/store.h"

#include "store/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <unistd.h>

struct job {
	db_fn *fn;
	store_done *done;
	void *arg;
	int result;
};

struct store {
	/* ── Owned ── */
	struct db *db; /* by the thread while there is one */
	int lock_fd;
	GThread *thread;
	GSource *source;
	int event_fd; /* readable when answers wait */

	/* ── Under the mutex ── */
	GMutex mutex;
	GCond wake;
	GQueue waiting;  /* struct job, oldest first */
	GQueue answered; /* struct job, oldest first */
	bool stop;
	struct store_stats stats;

	/* ── The control thread's ── */
	unsigned queue_max;
	unsigned pending; /* given to store_run, answer not delivered */
};

/* One process a database: a second server, or a command beside a server, would keep a room's
 * state in two memories. */
static int take_lock(const char *path, int *ret_fd)
{
	if (strcmp(path, ":memory:") == 0) {
		*ret_fd = -1;
		return 0;
	}
	g_autofree char *name = g_strconcat(path, ".lock", NULL);
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -ERR_IO;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int err = errno == EWOULDBLOCK ? -ERR_EXISTS : -ERR_IO;
		close(fd);
		return err;
	}
	*ret_fd = fd;
	return 0;
}

int store_open(const char *path, struct store **ret_store)
{
	int lock_fd;
	int err = take_lock(path, &lock_fd);
	if (err)
		return err;
	struct store *store = g_new0(struct store, 1);
	store->lock_fd = lock_fd;
	store->event_fd = -1;
	g_mutex_init(&store->mutex);
	g_cond_init(&store->wake);
	err = db_open(path, &store->db);
	if (!err)
		err = migrate(store->db);
	if (err) {
		store_free(&store);
		return err;
	}
	*ret_store = store;
	return 0;
}

/* Runs one job inside the batch's transaction: when it fails, only what it did is undone. */
static void run_job(struct db *db, struct job *job)
{
	job->result = db_exec(db, "SAVEPOINT job");
	if (job->result < 0)
		return;
	job->result = job->fn(db, job->arg);
	int err = job->result < 0 ? db_exec(db, "ROLLBACK TO SAVEPOINT job") : 0;
	if (!err)
		err = db_exec(db, "RELEASE SAVEPOINT job");
	if (err && job->result >= 0)
		job->result = err;
}

static void run_batch(struct store *store, GQueue *batch)
{
	int err = db_begin(store->db);
	for (GList *l = batch->head; l && !err; l = l->next) {
		struct job *job = l->data;
		run_job(store->db, job);
		/* A full disk may have ended the whole transaction: nothing of it may be told as kept. */
		if (job->result == -ERR_IO || job->result == -ERR_NOMEM)
			err = job->result;
	}
	if (!err)
		err = db_commit(store->db);
	if (!err)
		return;
	db_rollback(store->db);
	for (GList *l = batch->head; l; l = l->next) {
		struct job *job = l->data;
		if (job->result >= 0)
			job->result = err;
	}
}

static void append(GQueue *to, GQueue *from)
{
	for (struct job *job; (job = g_queue_pop_head(from));)
		g_queue_push_tail(to, job);
}

static void count(struct store *store, const GQueue *batch)
{
	store->stats.commits++;
	for (GList *l = batch->head; l; l = l->next) {
		struct job *job = l->data;
		store->stats.jobs++;
		store->stats.failed += job->result < 0;
	}
}

static void ring(struct store *store)
{
	uint64_t one = 1;
	while (write(store->event_fd, &one, sizeof one) < 0 && errno == EINTR)
		;
}

static void *thread_main(void *arg)
{
	struct store *store = arg;
	GQueue batch = G_QUEUE_INIT;
	g_mutex_lock(&store->mutex);
	for (;;) {
		while (g_queue_is_empty(&store->waiting) && !store->stop)
			g_cond_wait(&store->wake, &store->mutex);
		for (int i = 0; i < STORE_BATCH_MAX && !g_queue_is_empty(&store->waiting); i++)
			g_queue_push_tail(&batch, g_queue_pop_head(&store->waiting));
		if (g_queue_is_empty(&batch))
			break;
		g_mutex_unlock(&store->mutex);
		run_batch(store, &batch);
		g_mutex_lock(&store->mutex);
		count(store, &batch);
		append(&store->answered, &batch);
		ring(store);
	}
	g_mutex_unlock(&store->mutex);
	return NULL;
}

static void deliver(struct store *store)
{
	GQueue answered = G_QUEUE_INIT;
	g_mutex_lock(&store->mutex);
	append(&answered, &store->answered);
	g_mutex_unlock(&store->mutex);
	for (struct job *job; (job = g_queue_pop_head(&answered));) {
		store->pending--;
		if (job->done)
			job->done(job->result, job->arg);
		g_free(job);
	}
}

struct store_source {
	GSource base;
	struct store *store;
	void *tag;
};

static gboolean source_check(GSource *base)
{
	struct store_source *source = (struct store_source *)base;
	return g_source_query_unix_fd(base, source->tag) != 0;
}

static gboolean source_dispatch(GSource *base, GSourceFunc fn, void *data)
{
	struct store *store = ((struct store_source *)base)->store;
	uint64_t rung;
	ssize_t n = read(store->event_fd, &rung, sizeof rung);
	(void)n; /* nothing to read: delivered already */
	deliver(store);
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {.check = source_check, .dispatch = source_dispatch};

int store_start(struct store *store, GMainContext *context, unsigned queue_max)
{
	store->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (store->event_fd < 0)
		return -ERR_IO;
	store->queue_max = queue_max;
	store->source = g_source_new(&source_funcs, sizeof(struct store_source));
	struct store_source *source = (struct store_source *)store->source;
	source->store = store;
	source->tag = g_source_add_unix_fd(store->source, store->event_fd, G_IO_IN);
	g_source_attach(store->source, context);
	store->thread = g_thread_new("store", thread_main, store);
	return 0;
}

void store_stop(struct store *store)
{
	if (!store->thread)
		return;
	g_mutex_lock(&store->mutex);
	store->stop = true;
	g_cond_signal(&store->wake);
	g_mutex_unlock(&store->mutex);
	g_thread_join(store->thread);
	store->thread = NULL;
	deliver(store);
	g_source_destroy(store->source);
	g_source_unref(store->source);
	store->source = NULL;
}

void store_free(struct store **storep)
{
	struct store *store = *storep;
	if (!store)
		return;
	*storep = NULL;
	store_stop(store);
	db_close(&store->db);
	if (store->event_fd >= 0)
		close(store->event_fd);
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	g_cond_clear(&store->wake);
	g_mutex_clear(&store->mutex);
	g_free(store);
}

int store_run(struct store *store, db_fn *fn, void *arg, store_done *done)
{
	if (!store->thread)
		return -ERR_PHASE;
	struct job *job = g_new0(struct job, 1);
	*job = (struct job){.fn = fn, .done = done, .arg = arg};
	g_mutex_lock(&store->mutex);
	bool room = g_queue_get_length(&store->waiting) < store->queue_max;
	if (room) {
		g_queue_push_tail(&store->waiting, job);
		g_cond_signal(&store->wake);
	}
	g_mutex_unlock(&store->mutex);
	if (!room) {
		g_free(job);
		return -ERR_FULL;
	}
	store->pending++;
	return 0;
}

int store_call(struct store *store, db_fn *fn, void *arg)
{
	if (store->thread)
		return -ERR_PHASE;
	return db_transaction(store->db, fn, arg);
}

unsigned store_pending(const struct store *store)
{
	return store->pending;
}

void store_stats(struct store *store, struct store_stats *ret_stats)
{
	g_mutex_lock(&store->mutex);
	*ret_stats = store->stats;
	g_mutex_unlock(&store->mutex);
}
