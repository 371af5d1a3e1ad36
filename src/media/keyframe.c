/* A wish, the time of the last request, and whether anything came of it; the rest follows. */
#include "media/keyframe.h"

void keyframe_want(struct keyframe *k)
{
	k->wanted = true;
}

void keyframe_seen(struct keyframe *k)
{
	k->wanted = false;
	k->unanswered = 0;
}

usec keyframe_deadline(const struct keyframe *k)
{
	if (!k->wanted)
		return USEC_NEVER;
	if (!k->sent_at)
		return 0;
	return k->sent_at + (k->unanswered == 1 ? KEYFRAME_RETRY : k->period);
}

bool keyframe_due(struct keyframe *k, usec now)
{
	if (now < keyframe_deadline(k))
		return false;
	k->sent_at = now;
	if (k->unanswered < UINT8_MAX)
		k->unanswered++;
	return true;
}
