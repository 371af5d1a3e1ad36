/* Protected DTLS 1.2 records under AES-128-GCM, for an association whose library object is gone:
 * enough to understand and to send a close_notify. RFC 6347 4.1.2.1, RFC 5288 3. */
#ifndef MEDIA_DTLS_RECORD_H
#define MEDIA_DTLS_RECORD_H

#include "base/bytes.h"
#include "base/err.h"

enum {
	DTLS_RECORD_HEADER_LEN = 13,
	DTLS_RECORD_OVERHEAD = 8 + 16, /* explicit nonce and tag */
	DTLS_RECORD_KEY_LEN = 16,
	DTLS_RECORD_IV_LEN = 4, /* the implicit part of the nonce */
};

/* RFC 5246 6.2.1 */
enum dtls_content { DTLS_CCS = 20, DTLS_ALERT = 21, DTLS_HANDSHAKE_MSG = 22, DTLS_APP_DATA = 23 };

/* One record as it stands in a datagram. */
struct dtls_record {
	uint8_t type;
	uint16_t version;
	uint16_t epoch;
	struct span whole; /* header and fragment; borrowed */
	struct span fragment;
};

/* Takes the next record of a datagram. False: nothing whole is left. */
bool dtls_record_next(struct rd *r, struct dtls_record *ret_record);

/* What one side writes with. Secret. */
struct dtls_write_key {
	uint8_t key[DTLS_RECORD_KEY_LEN];
	uint8_t iv[DTLS_RECORD_IV_LEN];
};

/* Decrypts a record's fragment. ret: room for the fragment.
 * -ERR_PROTO too short; -ERR_AUTH; -ERR_SPACE; -ERR_CRYPTO, -ERR_NOMEM. */
NODISCARD int dtls_record_open(const struct dtls_write_key *key, const struct dtls_record *record,
	uint8_t *ret, size_t cap, size_t *ret_len);

/* Writes a record of epoch 1. seq: 48 bits, never used before under this key.
 * -ERR_CRYPTO, -ERR_NOMEM; when there is no room the cursor is bad and it is -ERR_SPACE. */
NODISCARD int dtls_record_seal(const struct dtls_write_key *key, enum dtls_content type,
	uint64_t seq, struct span text, struct wr *w);

#endif
