/* The certificate that handshakes are answered with. */
#ifndef HTTP_TLS_H
#define HTTP_TLS_H

#include "base/bytes.h"
#include "base/err.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

struct tls_identity;

/* What is negotiated: TLS 1.3 and 1.2, forward secrecy, AEAD. */
extern const char tls_priorities[];

/* cert: PEM, the leaf first; key: PEM, without a password. Borrowed; gives.
 * -ERR_CRYPTO: unreadable, or not a pair. */
NODISCARD int tls_identity_new(
	struct span cert, struct span key, struct tls_identity **ret_identity);
void tls_identity_free(struct tls_identity **identity);

/* Handshakes that this thread goes on with from now on use this identity. Borrowed: it must live
 * until every handshake that began with it is over. NULL: none succeed. */
void tls_use(const struct tls_identity *identity);

/* The callback for the HTTP library. */
gnutls_certificate_retrieve_function2 tls_retrieve;

#endif
