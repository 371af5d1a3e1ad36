/* What a forwarder reads of a picture's packet: does a keyframe begin here, how large is it, and
 * for VP8 the descriptor that is rewritten. Nothing is decoded. */
#ifndef MEDIA_FRAME_H
#define MEDIA_FRAME_H

#include "media/packet.h"

/* Fills key, height and vp8 of a packet whose codec and rtp are set.
 * -ERR_PROTO: its payload descriptor is malformed */
NODISCARD int frame_look(struct packet *p);

#endif
