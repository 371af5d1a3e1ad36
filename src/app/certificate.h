/* A certificate for an installation that has none yet: a local authority and a leaf it signs.
 *
 * Browsers warn about it until the authority's certificate (ca.pem) is trusted. Made once; the leaf
 * is made anew when it nears its end or the machine's names change. */
#ifndef APP_CERTIFICATE_H
#define APP_CERTIFICATE_H

#include "base/err.h"

#include <stddef.h>

struct certificate {
	char *chain; /* PEM, owned */
	char *key;   /* PEM, owned */
};

/* Reads a certificate and its key from PEM files. -ERR_IO (errno), -ERR_NOMEM */
NODISCARD int certificate_load(const char *chain_file, const char *key_file,
							   struct certificate *ret_c);

/* Reads or makes the local ones in a folder: ca.pem, ca-key.pem, tls.pem, tls-key.pem; keys are
 * readable by the owner only. -ERR_IO, -ERR_CRYPTO, -ERR_NOMEM */
NODISCARD int certificate_local(const char *folder, struct certificate *ret_c);

void certificate_done(struct certificate *c);

#endif
