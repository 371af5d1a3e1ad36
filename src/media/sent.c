/* A ring by number; arrivals are put on a clock that does not wrap. */
#include "media/sent.h"

#include <stdlib.h>

int sent_add(struct sent *s, unsigned len, uint8_t probe, usec now, uint16_t *ret_seq)
{
	if (!s->ring) {
		s->ring = calloc(SENT_CAP, sizeof *s->ring);
		if (!s->ring)
			return -ERR_NOMEM;
	}
	*ret_seq = s->next++;
	s->ring[*ret_seq % SENT_CAP] = (struct sent_packet){
		.at = (uint32_t)now,
		.len = len > UINT16_MAX ? UINT16_MAX : (uint16_t)len,
		.probe = probe,
		.waits = 1,
	};
	if (s->count < SENT_CAP)
		s->count++;
	return 0;
}

static struct sent_packet *find(const struct sent *s, uint16_t seq)
{
	uint16_t back = (uint16_t)(s->next - seq);

	return back > 0 && back <= s->count ? &s->ring[seq % SENT_CAP] : NULL;
}

static usec unwrap(struct sent *s, usec at)
{
	if (!s->has_arrived) {
		s->has_arrived = true;
		s->arrived = s->arrived_raw = at;
		return at;
	}
	usec step = twcc_at_diff(at, s->arrived_raw), arrived = s->arrived + step;
	if (step > 0) {
		s->arrived = arrived;
		s->arrived_raw = at;
	}
	return arrived;
}

bool sent_next(struct sent *s, struct twcc *feedback, usec now, struct sent_report *ret)
{
	struct twcc_status status;

	while (twcc_next(feedback, &status)) {
		struct sent_packet *p = find(s, status.seq);
		if (!p || !p->waits)
			continue;
		p->waits = 0;
		*ret = (struct sent_report){
			.packet = {.sent = now - (usec)(uint32_t)((uint32_t)now - p->at),
					   .len = p->len,
					   .received = status.received},
			.probe = p->probe,
		};
		if (status.received)
			ret->packet.arrived = unwrap(s, status.at);
		return true;
	}
	return false;
}

void sent_done(struct sent *s)
{
	free(s->ring);
	*s = (struct sent){0};
}
