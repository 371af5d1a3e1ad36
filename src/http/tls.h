/* The certificate that handshakes are answered with, and TLS for upgraded connections. */
#ifndef HTTP_TLS_H
#define HTTP_TLS_H

#include "base/bytes.h"
#include "base/err.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <sys/types.h>

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

/* ── Upgraded connections ── */

/* The library's way with these is a socket pair and a copy through what is left of its block of
 * memory, which in 0.9.75 is eight bytes; and it does not tell when the peer has closed. So we read
 * and write its session ourselves, and its own reads are made to find nothing. */
enum { TLS_RECORD_MAX = 16384 }; /* RFC 8446 5.1 */

void tls_own(gnutls_session_t session);

/* Whether a record has been decrypted and only read in part. */
bool tls_has_more(gnutls_session_t session);

/* Reads at most one record into buf, which must hold TLS_RECORD_MAX bytes. Bytes read, at least 1;
 * -ERR_AGAIN: none now; -ERR_CLOSED: the peer has closed, or broke the protocol. */
NODISCARD ssize_t tls_read(gnutls_session_t session, uint8_t *buf);

/* Sends one record of at most TLS_RECORD_MAX bytes. begun: 0 at first, then left alone. Bytes
 * taken; -ERR_AGAIN: call again with the same data, or with more behind it; -ERR_CLOSED. */
NODISCARD ssize_t tls_write(gnutls_session_t session, struct span data, size_t *begun);

/* Says that nothing more will be sent. */
void tls_finish(gnutls_session_t session);

#endif
