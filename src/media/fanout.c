/* Hot: a slot is one cache line here, and the next one's is fetched meanwhile. */
#include "media/fanout.h"

#include "media/downlink.h"

void fanout(struct source *s, unsigned layer, const struct packet *p, usec now)
{
	bool video = source_is_video(s);

	for (unsigned i = 0; i < s->slot_count; i++) {
		struct downlink *d = s->slots[i];

		if (i + 1 < s->slot_count)
			__builtin_prefetch(s->slots[i + 1]);
		if (d->current == (int)layer) {
			if (d->in_pt == p->rtp.pt) {
				downlink_send(d, p, p->arrived);
				continue;
			}
			/* The sender has changed its codec */
			downlink_stop(d);
		}
		if (!video || (p->key && (d->target == (int)layer || d->current == LAYER_NONE)))
			downlink_start(d, layer, p->rtp.seq, now);
	}
}
