/* Our ufrags: the worker and the place of the transport stand in them, so that the first STUN
 * request of an unknown address finds its transport without a table.
 *
 *     worker (1 character)  index (4)  random (8)     of the 64 ice-chars, RFC 8839 5.4 */
#ifndef MEDIA_UFRAG_H
#define MEDIA_UFRAG_H

#include "base/bytes.h"
#include "base/err.h"

enum {
	UFRAG_LEN = 13,
	UFRAG_PWD_LEN = 32,
	UFRAG_WORKERS_MAX = 64,
	UFRAG_INDEX_MAX = 1 << 20,
};

/* Makes a ufrag and a password that nobody can guess; each with its NUL. */
void ufrag_make(int worker, uint32_t index, char ret_ufrag[UFRAG_LEN + 1],
				char ret_pwd[UFRAG_PWD_LEN + 1]);

/* Reads worker and index; the rest is not looked at, ICE compares it whole. -ERR_NOTFOUND: not one
 * of ours. */
NODISCARD int ufrag_find(struct span ufrag, int *ret_worker, uint32_t *ret_index);

#endif
