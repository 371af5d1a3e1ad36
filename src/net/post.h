/* Messages between threads: a bounded queue of fixed-size messages and an eventfd.
 *
 * Many senders, one receiver. The only lock of the media half, held for a memcpy. */
#ifndef NET_POST_H
#define NET_POST_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct post;

/* size: bytes of a message; capacity: messages that may wait. -ERR_NOMEM, -ERR_IO */
NODISCARD int post_new(struct post **ret_p, size_t size, size_t capacity);
/* What still waits is lost: drain it first when messages own things. */
void post_free(struct post **p);

/* Copies a message into the queue and wakes the receiver. Any thread. -ERR_FULL */
NODISCARD int post_send(struct post *p, const void *msg);

/* The same, but waits for room: only towards a thread that never waits for the sender. */
void post_send_wait(struct post *p, const void *msg);

/* Readable when messages wait. */
int post_fd(const struct post *p);

/* Takes the oldest message. False: none waits, and post_fd sleeps until the next is sent. */
bool post_recv(struct post *p, void *ret_msg);

#endif
