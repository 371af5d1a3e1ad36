/* A struct out that keeps what is sent, for tests of one machine. */
#ifndef TESTS_MEDIA_OUTBOX_H
#define TESTS_MEDIA_OUTBOX_H

#include "base/err.h"
#include "net/out.h"

enum { OUTBOX_MAX = 32 };

struct outbox {
	struct out out; /* first */
	size_t count;
	struct addr to[OUTBOX_MAX];
	size_t len[OUTBOX_MAX];
	uint8_t bytes[OUTBOX_MAX][OUT_MAX];
};

static inline uint8_t *outbox_room(struct out *out)
{
	struct outbox *box = (struct outbox *)out;
	return box->count < OUTBOX_MAX ? box->bytes[box->count] : NULL;
}

static inline void outbox_commit(struct out *out, const struct addr *to, size_t len)
{
	struct outbox *box = (struct outbox *)out;
	BUG_IF(box->count >= OUTBOX_MAX || len > OUT_MAX);
	box->to[box->count] = *to;
	box->len[box->count++] = len;
}

static inline void outbox_init(struct outbox *box)
{
	box->out = (struct out){.room = outbox_room, .commit = outbox_commit};
	box->count = 0;
}

static inline struct span outbox_at(const struct outbox *box, size_t i)
{
	BUG_IF(i >= box->count);
	return span_of(box->bytes[i], box->len[i]);
}

#endif
