/* Arrivals are kept in order of their numbers, which is the order in which they come but for
 * reordering: each is put in from the end. */
#include "media/feedback.h"

void feedback_init(struct feedback *f, uint32_t sender)
{
	f->out = (struct twcc_out){.sender = sender};
	f->started = false;
	f->count = 0;
}

void feedback_add(struct feedback *f, uint16_t seq, uint32_t media, usec at)
{
	unsigned i;

	if (!f->started || (uint16_t)(seq - f->top + FEEDBACK_JUMP) > 2 * FEEDBACK_JUMP) {
		f->started = true;
		f->top = f->out.next_seq = seq;
		f->count = 0;
	}
	/* What was reported lost stays so; a full list waits to be sent */
	if (seq_before(seq, f->out.next_seq) || f->count == FEEDBACK_MAX)
		return;
	if (seq_before(f->top, seq))
		f->top = seq;
	if (f->count == 0)
		f->since = at;
	for (i = f->count; i > 0 && seq_before(seq, f->arrivals[i - 1].seq); i--)
		f->arrivals[i] = f->arrivals[i - 1];
	f->arrivals[i] = (struct twcc_arrival){.seq = seq, .at = at};
	f->count++;
	f->out.media = media;
}

usec feedback_deadline(const struct feedback *f)
{
	if (f->count == 0)
		return USEC_NEVER;
	if (f->count >= FEEDBACK_FULL)
		return 0;
	return f->since + (f->count >= FEEDBACK_MANY ? FEEDBACK_SHORT : FEEDBACK_LONG);
}

bool feedback_write(struct feedback *f, struct wr *w)
{
	int done = twcc_write(w, &f->out, f->arrivals, f->count);

	if (done <= 0) {
		f->count = 0;
		return false;
	}
	f->count -= (unsigned)done;
	memmove(f->arrivals, f->arrivals + done, f->count * sizeof(f->arrivals[0]));
	return f->count > 0;
}
