/* Which stream an incoming packet belongs to. */
#ifndef MEDIA_PEER_BIND_H
#define MEDIA_PEER_BIND_H

#include "media/peer_state.h"

/* What a packet's header extensions say, as far as it matters here. */
struct peer_marks {
	struct span mid, rid, repaired_rid; /* empty: none */
	bool has_twcc;
	uint16_t twcc;
};

/* Reads them; the audio level goes into the packet itself. */
void peer_read_marks(const struct peer *p, struct packet *pkt, struct peer_marks *ret);

/* Finds the binding of a packet's SSRC, or makes it: by MID and RID, by a declared SSRC, or by a
 * payload type that only one line has. Once made it stands: a packet that contradicts it is not
 * taken, and neither is a second SSRC for a stream that is alive. So there are never more
 * bindings than streams were negotiated. NULL: not wanted. RFC 9143 9.2, RFC 8852 */
struct binding *peer_bind(struct peer *p, const struct packet *pkt, const struct peer_marks *marks,
						  usec now);

/* The binding of an SSRC, if there is one. */
struct binding *peer_binding(struct peer *p, uint32_t ssrc);

/* The format of payload type pt on a line. ret_rtx: it is that format's retransmissions. NULL */
const struct codec_format *peer_format(const struct line *line, uint8_t pt, bool *ret_rtx);

#endif
