/* One case a codec. */
#include "media/frame.h"

#include "wire/av1.h"
#include "wire/h264.h"
#include "wire/vp9.h"

static int look_vp9(struct packet *p)
{
	struct vp9 v;

	if (vp9_parse(p->rtp.payload, &v) < 0)
		return -ERR_PROTO;
	p->key = v.keyframe;
	if (v.keyframe && v.has_size && v.spatial_count > 0)
		p->height = v.height[v.spatial_count - 1];
	return 0;
}

int frame_look(struct packet *p)
{
	struct h264 h;
	struct av1 a;

	p->key = false;
	p->height = 0;
	switch (p->codec) {
	case CODEC_VP8:
		if (vp8_parse(p->rtp.payload, &p->vp8) < 0)
			return -ERR_PROTO;
		p->key = p->vp8.keyframe;
		p->height = p->vp8.height;
		return 0;
	case CODEC_VP9:
		return look_vp9(p);
	case CODEC_H264:
		if (h264_parse(p->rtp.payload, &h) < 0)
			return -ERR_PROTO;
		p->key = h.keyframe;
		return 0;
	case CODEC_AV1:
		if (av1_parse(p->rtp.payload, &a) < 0)
			return -ERR_PROTO;
		p->key = a.sequence;
		return 0;
	default:
		return 0;
	}
}
