/* Messages between threads: order, the bound, and that no wake-up is lost. */
#include "cm.h"

#include "net/post.h"

#include <poll.h>
#include <pthread.h>

enum { SENDERS = 4, EACH = 20000 };

struct msg {
	int sender, number;
};

struct sender {
	struct post *post;
	int number;
};

static void *send_all(void *arg)
{
	struct sender *s = arg;
	for (int i = 0; i < EACH; i++)
		post_send_wait(s->post, &(struct msg){s->number, i});
	return NULL;
}

static void many_senders_keep_their_order(void **state)
{
	(void)state;
	struct post *p;
	assert_int_equal(post_new(&p, sizeof(struct msg), 64), 0);
	struct sender senders[SENDERS];
	pthread_t threads[SENDERS];
	for (int i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){p, i};
		assert_int_equal(pthread_create(&threads[i], NULL, send_all, &senders[i]), 0);
	}
	int next[SENDERS] = {0};
	for (int got = 0; got < SENDERS * EACH;) {
		struct pollfd pfd = {post_fd(p), POLLIN, 0};
		assert_int_equal(poll(&pfd, 1, 10000), 1); /* a lost wake-up would end here */
		struct msg m;
		while (post_recv(p, &m)) {
			assert_int_equal(m.number, next[m.sender]++);
			got++;
		}
	}
	for (int i = 0; i < SENDERS; i++)
		pthread_join(threads[i], NULL);
	post_free(&p);
	assert_null(p);
}

static void a_full_queue_says_so(void **state)
{
	(void)state;
	struct post *p;
	int n = 7;
	assert_int_equal(post_new(&p, sizeof n, 2), 0);
	assert_int_equal(post_send(p, &n), 0);
	n = 8;
	assert_int_equal(post_send(p, &n), 0);
	assert_int_equal(post_send(p, &n), -ERR_FULL);
	assert_true(post_recv(p, &n));
	assert_int_equal(n, 7);
	assert_int_equal(post_send(p, &n), 0);
	assert_true(post_recv(p, &n));
	assert_int_equal(n, 8);
	assert_true(post_recv(p, &n));
	assert_false(post_recv(p, &n));
	struct pollfd pfd = {post_fd(p), POLLIN, 0};
	assert_int_equal(poll(&pfd, 1, 0), 0);
	post_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_senders_keep_their_order),
		cmocka_unit_test(a_full_queue_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
