/* Questions to what was negotiated: short walks over short lists. The packet path asks once a
 * stream and remembers. */
#include "media/negotiate.h"

#include <stdlib.h>

void negotiated_free(struct negotiated **n)
{
	free(*n);
	*n = NULL;
}

static bool is_accepted(const struct negotiated_media *m)
{
	return m->refused == NEGOTIATE_ACCEPTED;
}

static bool is_sender(const struct negotiated_media *m)
{
	return is_accepted(m) && !negotiate_role_is_slot(m->role);
}

const struct negotiated_media *negotiated_by_mid(const struct negotiated *n, struct span mid)
{
	for (unsigned i = 0; i < n->media_count; i++) {
		if (is_accepted(&n->media[i]) && span_is(mid, n->media[i].mid))
			return &n->media[i];
	}
	return NULL;
}

const struct negotiated_media *negotiated_by_pt(const struct negotiated *n, uint8_t pt)
{
	const struct negotiated_media *found = NULL;

	for (unsigned i = 0; i < n->media_count; i++) {
		if (!is_sender(&n->media[i]) || !negotiated_format(&n->media[i], pt))
			continue;
		if (found)
			return NULL;
		found = &n->media[i];
	}
	return found;
}

const struct negotiated_media *negotiated_by_ssrc(const struct negotiated *n, uint32_t ssrc,
												  unsigned *ret_layer, bool *ret_rtx)
{
	for (unsigned i = 0; ssrc && i < n->media_count; i++) {
		const struct negotiated_media *m = &n->media[i];
		for (unsigned k = 0; is_sender(m) && k < m->layer_count; k++) {
			if (m->layers[k].ssrc != ssrc && m->layers[k].rtx_ssrc != ssrc)
				continue;
			if (ret_layer)
				*ret_layer = k;
			if (ret_rtx)
				*ret_rtx = m->layers[k].ssrc != ssrc;
			return m;
		}
	}
	return NULL;
}

int negotiated_layer_by_rid(const struct negotiated_media *m, struct span rid)
{
	for (unsigned i = 0; rid.len && i < m->layer_count; i++) {
		if (span_is(rid, m->layers[i].rid))
			return (int)i;
	}
	return -ERR_NOTFOUND;
}

const struct codec_format *negotiated_codec(const struct negotiated_media *m, enum codec codec)
{
	for (unsigned i = 0; i < m->codec_count; i++) {
		if (m->codecs[i].codec == codec)
			return &m->codecs[i];
	}
	return NULL;
}

const struct codec_format *negotiated_format(const struct negotiated_media *m, uint8_t pt)
{
	for (unsigned i = 0; pt && i < m->codec_count; i++) {
		const struct codec_format *f = &m->codecs[i];
		if (f->pt == pt || f->rtx_pt == pt || f->red_pt == pt)
			return f;
	}
	return NULL;
}

const struct codec_format *negotiated_sink(const struct negotiated_media *slot,
										   const struct codec_format *source)
{
	const struct codec_format *found = NULL;

	for (unsigned i = 0; i < slot->codec_count; i++) {
		const struct codec_format *f = &slot->codecs[i];
		if (!codec_may_decode(source, f))
			continue;
		/* The same profile is better than a wider one */
		if (source->codec != CODEC_H264 ||
		    codec_h264_profile(f->h264_profile_level_id) ==
		        codec_h264_profile(source->h264_profile_level_id))
			return f;
		if (!found)
			found = f;
	}
	return found;
}
