/* A wish and the time of the last request; everything else follows. */
#include "media/keyframe.h"

void keyframe_want(struct keyframe *k)
{
	k->wanted = true;
}

void keyframe_seen(struct keyframe *k)
{
	k->wanted = false;
}

usec keyframe_deadline(const struct keyframe *k)
{
	if (!k->wanted)
		return USEC_NEVER;
	return k->sent_at ? k->sent_at + k->period : 0;
}

bool keyframe_due(struct keyframe *k, usec now)
{
	if (now < keyframe_deadline(k))
		return false;
	k->sent_at = now;
	return true;
}
