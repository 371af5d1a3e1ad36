/* store: jobs in order, answers after the commit, one failing alone, and nothing acknowledged is
 * lost when the process is killed. */
#include "store/store.h"

#include "scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static int create(struct db *db, void *arg)
{
	return db_exec(db, "CREATE TABLE t (a BIGINT PRIMARY KEY)");
}

static int add(struct db *db, void *arg)
{
	struct db_query *q = db_query(db, "INSERT INTO t (a) VALUES ($1)");
	db_bind_int(q, 1, *(int *)arg);
	return db_run(q);
}

static int add_and_fail(struct db *db, void *arg)
{
	int err = add(db, arg);
	return err < 0 ? err : -ERR_DENIED;
}

static int count(struct db *db, void *arg)
{
	struct db_query *q = db_query(db, "SELECT COUNT(*) FROM t");
	int result = db_next(q);
	if (result == 1)
		result = (int)db_int(q, 0);
	db_done(q);
	return result;
}

static struct store *start(const char *path)
{
	struct store *store = NULL;
	assert_int_equal(store_open(path, &store), 0);
	assert_int_equal(store_call(store, create, NULL), 0);
	assert_int_equal(store_start(store, NULL, STORE_QUEUE_MAX), 0);
	return store;
}

static void settle(struct store *store)
{
	while (store_pending(store) > 0)
		g_main_context_iteration(NULL, TRUE);
}

static int results[300], result_count;

static void note(int result, void *arg)
{
	results[result_count++] = result;
}

static void jobs_are_answered_in_order(void **state)
{
	struct store *store = start(":memory:");
	int numbers[200];
	result_count = 0;
	for (int i = 0; i < 200; i++) {
		numbers[i] = i;
		/* every tenth comes twice, and is told so */
		numbers[i] -= i % 10 == 9;
		assert_int_equal(store_run(store, add, &numbers[i], note), 0);
	}
	settle(store);
	assert_int_equal(result_count, 200);
	for (int i = 0; i < 200; i++)
		assert_int_equal(results[i], i % 10 == 9 ? -ERR_EXISTS : 1);
	struct store_stats stats;
	store_stats(store, &stats);
	assert_int_equal(stats.jobs, 200);
	assert_int_equal(stats.failed, 20);
	store_free(&store);
	assert_null(store);
}

static void a_failing_job_undoes_itself_alone(void **state)
{
	struct store *store = start(":memory:");
	int one = 1, two = 2, three = 3;
	result_count = 0;
	assert_int_equal(store_run(store, add, &one, note), 0);
	assert_int_equal(store_run(store, add_and_fail, &two, note), 0);
	assert_int_equal(store_run(store, add, &three, note), 0);
	assert_int_equal(store_run(store, count, NULL, note), 0);
	settle(store);
	assert_int_equal(results[1], -ERR_DENIED);
	assert_int_equal(results[3], 2);
	store_free(&store);
}

struct gate {
	GMutex mutex;
	GCond cond;
	bool open, reached;
};

static int wait_at(struct db *db, void *arg)
{
	struct gate *gate = arg;
	g_mutex_lock(&gate->mutex);
	gate->reached = true;
	g_cond_signal(&gate->cond);
	while (!gate->open)
		g_cond_wait(&gate->cond, &gate->mutex);
	g_mutex_unlock(&gate->mutex);
	return 0;
}

static void open_gate(struct gate *gate)
{
	g_mutex_lock(&gate->mutex);
	gate->open = true;
	g_cond_signal(&gate->cond);
	g_mutex_unlock(&gate->mutex);
}

static void reach(struct gate *gate)
{
	g_mutex_lock(&gate->mutex);
	while (!gate->reached)
		g_cond_wait(&gate->cond, &gate->mutex);
	g_mutex_unlock(&gate->mutex);
}

/* What waits is committed at once: the disk is flushed twice here, not a hundred times. */
static void waiting_jobs_share_a_commit(void **state)
{
	struct store *store = start(":memory:");
	struct gate gate = {0};
	int numbers[100];
	assert_int_equal(store_run(store, wait_at, &gate, NULL), 0);
	reach(&gate);
	for (int i = 0; i < 100; i++) {
		numbers[i] = i;
		assert_int_equal(store_run(store, add, &numbers[i], NULL), 0);
	}
	open_gate(&gate);
	settle(store);
	struct store_stats stats;
	store_stats(store, &stats);
	assert_int_equal(stats.commits, 2);
	store_free(&store);
}

static void a_full_queue_refuses(void **state)
{
	struct store *store = NULL;
	assert_int_equal(store_open(":memory:", &store), 0);
	int number = 1;
	assert_int_equal(store_run(store, add, &number, note), -ERR_PHASE);
	assert_int_equal(store_call(store, create, NULL), 0);
	assert_int_equal(store_start(store, NULL, 3), 0);
	assert_int_equal(store_call(store, create, NULL), -ERR_PHASE);
	struct gate gate = {0};
	result_count = 0;
	assert_int_equal(store_run(store, wait_at, &gate, note), 0);
	reach(&gate);
	for (int i = 0; i < 3; i++)
		assert_int_equal(store_run(store, count, NULL, note), 0);
	assert_int_equal(store_run(store, count, NULL, note), -ERR_FULL);
	assert_int_equal(store_pending(store), 4);
	open_gate(&gate);
	settle(store);
	assert_int_equal(result_count, 4);
	store_free(&store);
}

static void stopping_answers_everything(void **state)
{
	struct store *store = start(":memory:");
	int numbers[50];
	result_count = 0;
	for (int i = 0; i < 50; i++) {
		numbers[i] = i;
		assert_int_equal(store_run(store, add, &numbers[i], note), 0);
	}
	store_stop(store);
	assert_int_equal(result_count, 50);
	assert_int_equal(store_pending(store), 0);
	assert_int_equal(store_call(store, count, NULL), 50);
	store_free(&store);
}

static void one_process_a_database(void **state)
{
	char *dir = scratch_new();
	g_autofree char *path = g_build_filename(dir, "db", NULL);
	struct store *first = NULL, *second = NULL;
	assert_int_equal(store_open(path, &first), 0);
	assert_int_equal(store_open(path, &second), -ERR_EXISTS);
	assert_null(second);
	store_free(&first);
	assert_int_equal(store_open(path, &second), 0);
	store_free(&second);
	scratch_free(dir);
}

/* ── kill -9 ── */

static int ack_fd;

static void acknowledge(int result, void *arg)
{
	if (result >= 0 && write(ack_fd, arg, sizeof(int)) != sizeof(int))
		_exit(1);
}

/* Writes numbers for ever, telling each that is acknowledged. */
static void write_for_ever(const char *path, int fd)
{
	static int numbers[1 << 16];
	struct store *store = NULL;
	ack_fd = fd;
	if (store_open(path, &store) != 0 || store_call(store, create, NULL) < 0 ||
		store_start(store, NULL, STORE_QUEUE_MAX) != 0)
		_exit(1);
	for (int i = 0; i < 1 << 16; i++) {
		numbers[i] = i;
		while (store_run(store, add, &numbers[i], acknowledge) == -ERR_FULL)
			g_main_context_iteration(NULL, TRUE);
		g_main_context_iteration(NULL, FALSE);
	}
	for (;;)
		g_main_context_iteration(NULL, TRUE);
}

static int has(struct db *db, void *arg)
{
	struct db_query *q = db_query(db, "SELECT a FROM t WHERE a = $1");
	db_bind_int(q, 1, *(int *)arg);
	int result = db_next(q);
	db_done(q);
	return result;
}

static void nothing_acknowledged_is_lost_by_kill(void **state)
{
	char *dir = scratch_new();
	g_autofree char *path = g_build_filename(dir, "db", NULL);
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		write_for_ever(path, fds[1]);
	}
	close(fds[1]);
	static int told[1 << 16];
	int count_told = 0;
	/* in the middle of it, with some hundred acknowledged */
	while (count_told < 500) {
		ssize_t n = read(fds[0], &told[count_told], sizeof(int));
		assert_int_equal(n, sizeof(int));
		count_told++;
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	while (read(fds[0], &told[count_told], sizeof(int)) == sizeof(int))
		count_told++;
	close(fds[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);

	struct store *store = NULL;
	assert_int_equal(store_open(path, &store), 0);
	for (int i = 0; i < count_told; i++)
		assert_int_equal(store_call(store, has, &told[i]), 1);
	store_free(&store);
	scratch_free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_acknowledged_is_lost_by_kill),
		cmocka_unit_test(jobs_are_answered_in_order),
		cmocka_unit_test(a_failing_job_undoes_itself_alone),
		cmocka_unit_test(waiting_jobs_share_a_commit),
		cmocka_unit_test(a_full_queue_refuses),
		cmocka_unit_test(stopping_answers_everything),
		cmocka_unit_test(one_process_a_database),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
