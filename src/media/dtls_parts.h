/* What the files of dtls share among themselves, and nobody else: OpenSSL's types are seen here. */
#ifndef MEDIA_DTLS_PARTS_H
#define MEDIA_DTLS_PARTS_H

#include "media/dtls.h"
#include "media/dtls_record.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

struct dtls_ctx {
	SSL_CTX *ssl;       /* owned; holds key and certificate */
	BIO_METHOD *method; /* owned; a datagram in, a datagram out: dtls_bio_method */
	struct dtls_fingerprint fingerprint;
	char text[DTLS_FINGERPRINT_TEXT];
};

/* In dtls.c. NULL: no memory. */
BIO_METHOD *dtls_bio_method(void);
/* Called with the peer's certificate; 1 when it is the one the SDP promised. */
int dtls_verify(X509_STORE_CTX *store, void *arg);

/* In dtls_ctx.c: does the certificate hash to fp? */
bool dtls_cert_matches(const X509 *cert, const struct dtls_fingerprint *fp);

/* In dtls_keys.c: the SRTP master keys each side seals with. -ERR_CRYPTO. RFC 5764 4.2 */
NODISCARD int dtls_keys_srtp(SSL *ssl, enum srtp_profile profile, struct srtp_keys *ret_client,
	struct srtp_keys *ret_server);
/* The record keys, which OpenSSL doesn't give, derived once more from the master secret. False:
 * the cipher suite is not AES_128_GCM_SHA256. */
bool dtls_keys_record(SSL *ssl, struct dtls_write_key *ret_client,
	struct dtls_write_key *ret_server);

#endif
