/* What was negotiated, kept small until the next offer.
 *
 * A transport's control half needs it only when the client offers again, which most never do; and
 * of its 12 kB, for a meeting of 16, nine tenths are zeros: room for longer names, more codecs and
 * more layers. Plain data, any thread. */
#ifndef MEDIA_NEGOTIATED_PACK_H
#define MEDIA_NEGOTIATED_PACK_H

#include "base/bytes.h"
#include "base/err.h"
#include "media/negotiate.h"

struct negotiated_packed;

/* n: borrowed. -ERR_NOMEM */
NODISCARD int negotiated_pack(const struct negotiated *n, struct negotiated_packed **ret);

/* As it was, byte for byte; free with negotiated_free. -ERR_NOMEM */
NODISCARD int negotiated_unpack(const struct negotiated_packed *packed, struct negotiated **ret);

void negotiated_packed_free(struct negotiated_packed **packed);

/* Bytes it takes, for tests. */
size_t negotiated_packed_bytes(const struct negotiated_packed *packed);

#endif
