/* The one loop over receivers. */
#ifndef MEDIA_FANOUT_H
#define MEDIA_FANOUT_H

#include "media/packet.h"
#include "media/source.h"

/* Gives a packet of an open source's layer, cached by now, to every slot that shows the layer or
 * can begin to with it. */
void fanout(struct source *s, unsigned layer, const struct packet *p, usec now);

#endif
