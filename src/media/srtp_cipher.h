/* The two SRTP transforms with their session keys: one packet, one known index, no memory.
 *
 * What srtp.c does once it knows the index of a packet and that it is no replay. Apart so that
 * the RFCs' vectors, which begin at session keys, can be run on it. Lengths have been checked. */
#ifndef MEDIA_SRTP_CIPHER_H
#define MEDIA_SRTP_CIPHER_H

#include "base/bytes.h"
#include "base/err.h"
#include "media/crypto.h"
#include "media/srtp.h"

enum {
	SRTP_AUTH_LEN = 20,       /* session authentication key of CM */
	SRTP_RTCP_HEADER_LEN = 8, /* the part of SRTCP that stays plain */
	SRTP_INDEX_LEN = 4,       /* E bit and SRTCP index */
};

/* What is derived from a master key for either RTP or RTCP (RFC 3711 4.3). Secret. */
struct srtp_session {
	uint8_t key[SRTP_KEY_LEN];
	uint8_t salt[SRTP_SALT_MAX];
	uint8_t auth[SRTP_AUTH_LEN];
};

/* The key derivation, rate zero. -ERR_CRYPTO, -ERR_NOMEM. RFC 3711 4.3, RFC 7714 11. */
NODISCARD int srtp_derive(const struct srtp_keys *keys, bool rtcp, struct srtp_session *ret);

/* One transform, one direction, RTP or RTCP. */
struct srtp_cipher {
	const struct srtp_transform *transform; /* NULL: not initialised */
	struct crypto_aes *aes;                 /* owned */
	uint8_t salt[CRYPTO_CTR_IV_LEN];        /* as it stands in the IV, zeros behind it */
	struct crypto_hmac hmac;                /* CM only */
};

/* What the profiles differ in. The packet in dst/pkt is header, text, and what sealing adds; `len`
 * is always of the plain packet. open gives -ERR_AUTH for a wrong tag. */
struct srtp_transform {
	size_t tag_len;
	int (*seal_rtp)(struct srtp_cipher *c, uint32_t ssrc, uint64_t index, struct span hdr,
		const struct span texts[3], uint8_t *dst);
	int (*open_rtp)(struct srtp_cipher *c, uint32_t ssrc, uint64_t index, uint8_t *pkt,
		size_t hdr_len, size_t len);
	/* index_word: E bit and index, as on the wire */
	int (*seal_rtcp)(struct srtp_cipher *c, uint32_t ssrc, uint32_t index_word, struct span rtcp,
		uint8_t *dst);
	int (*open_rtcp)(struct srtp_cipher *c, uint32_t ssrc, uint32_t index_word, uint8_t *pkt,
		size_t len);
	/* Where the index word stands behind a plain packet of len bytes. */
	size_t index_at;
};

extern const struct srtp_transform srtp_gcm;
extern const struct srtp_transform srtp_cm;

/* -ERR_UNSUPP: no such profile; -ERR_CRYPTO, -ERR_NOMEM. */
NODISCARD int srtp_cipher_init(struct srtp_cipher *c, enum srtp_profile profile,
	const struct srtp_session *session, bool seal);
void srtp_cipher_done(struct srtp_cipher *c);

#endif
