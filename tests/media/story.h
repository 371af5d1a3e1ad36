/* What the stories of the media half share: connected callers, and what they see. */
#ifndef TESTS_MEDIA_STORY_H
#define TESTS_MEDIA_STORY_H

#include "media/stage.h"

#include "cm.h"

static inline int set_up(void **state)
{
	*state = stage_new(NULL);
	return 0;
}

static inline int tear_down(void **state)
{
	struct stage *s = *state;
	stage_free(&s);
	return 0;
}

struct sight {
	struct caller *viewer;
	int slot;
	uint32_t source;
	unsigned enough;
};

static inline bool has_seen(struct stage *s, void *arg)
{
	const struct sight *w = arg;
	const struct client_stream *v = client_slot(w->viewer->client, true, w->slot);
	(void)s;
	return v && v->last.csrc == w->source && v->packets >= w->enough;
}

static inline bool wait_seen(struct stage *s, struct caller *viewer, int slot, uint32_t source,
					  unsigned more)
{
	const struct client_stream *v = client_slot(viewer->client, true, slot);
	struct sight w = {viewer, slot, source, (v ? v->packets : 0) + more};
	return stage_wait(s, has_seen, &w);
}

static inline uint32_t camera_of(const struct caller *c)
{
	return c->member * MEDIA_KINDS + MEDIA_CAMERA;
}

/* Whatever has come is as somebody sent it. */
static inline void assert_whole(const struct caller *c)
{
	assert_int_equal(c->client->unopened, 0);
	assert_int_equal(c->client->early, 0);
	assert_int_equal(c->client->odd, 0);
	for (int i = 0; i < c->client->stream_count; i++) {
		const struct client_stream *s = c->client->streams[i];
		assert_int_equal(s->wrong, 0);
		assert_int_equal(s->repeats, 0);
		assert_int_equal(s->skipped, 0);
		if (s->last.csrc)
			assert_int_equal(s->last.tag, s->last.csrc / MEDIA_KINDS);
	}
}

static inline struct caller *connected(struct stage *s, uint32_t tag)
{
	struct caller *c = stage_call_usual(s, tag);
	assert_int_equal(c->answered, 0);
	assert_true(stage_wait_connected(s, c));
	return c;
}

static inline bool has_stats(struct stage *s, void *arg)
{
	(void)s;
	return ((struct caller *)arg)->stats_token == 4711;
}

#define STORY(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
