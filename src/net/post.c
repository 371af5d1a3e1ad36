/* A ring under a mutex. The eventfd is raised only when the queue was empty, and lowered when the
 * receiver finds it empty, so a burst of messages costs one wake-up. */
#include "net/post.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct post {
	pthread_mutex_t lock;
	pthread_cond_t room;
	int fd;
	size_t size;
	size_t capacity;
	size_t head; /* next to take */
	size_t count;
	uint8_t ring[];
};

int post_new(struct post **ret_p, size_t size, size_t capacity)
{
	struct post *p = calloc(1, sizeof *p + size * capacity);
	if (!p)
		return -ERR_NOMEM;
	p->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->fd < 0) {
		free(p);
		return -ERR_IO;
	}
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->room, NULL);
	p->size = size;
	p->capacity = capacity;
	*ret_p = p;
	return 0;
}

void post_free(struct post **p)
{
	if (!*p)
		return;
	pthread_cond_destroy(&(*p)->room);
	pthread_mutex_destroy(&(*p)->lock);
	close((*p)->fd);
	free(*p);
	*p = NULL;
}

static void enqueue(struct post *p, const void *msg)
{
	size_t at = (p->head + p->count) % p->capacity;
	memcpy(p->ring + at * p->size, msg, p->size);
	if (p->count++ == 0) {
		uint64_t one = 1;
		ssize_t n = write(p->fd, &one, sizeof one);
		BUG_IF(n != sizeof one);
	}
}

int post_send(struct post *p, const void *msg)
{
	int err = 0;
	pthread_mutex_lock(&p->lock);
	if (p->count == p->capacity)
		err = -ERR_FULL;
	else
		enqueue(p, msg);
	pthread_mutex_unlock(&p->lock);
	return err;
}

void post_send_wait(struct post *p, const void *msg)
{
	pthread_mutex_lock(&p->lock);
	while (p->count == p->capacity)
		pthread_cond_wait(&p->room, &p->lock);
	enqueue(p, msg);
	pthread_mutex_unlock(&p->lock);
}

int post_fd(const struct post *p)
{
	return p->fd;
}

bool post_recv(struct post *p, void *ret_msg)
{
	pthread_mutex_lock(&p->lock);
	bool any = p->count > 0;
	if (any) {
		memcpy(ret_msg, p->ring + p->head * p->size, p->size);
		p->head = (p->head + 1) % p->capacity;
		p->count--;
		pthread_cond_signal(&p->room);
	}
	if (p->count == 0) {
		uint64_t seen;
		ssize_t n = read(p->fd, &seen, sizeof seen);
		(void)n; /* EAGAIN: it was low already */
	}
	pthread_mutex_unlock(&p->lock);
	return any;
}
