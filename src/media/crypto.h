/* The primitives of libcrypto that the media path uses, and nothing of how it names them.
 *
 * Ciphers are fetched once per process; a keyed context keeps its key schedule and gets only a
 * new IV for each packet. An HMAC key is kept as the two SHA-1 states after its pads. Contexts
 * belong to one thread at a time; the fetching is safe from any. */
#ifndef MEDIA_CRYPTO_H
#define MEDIA_CRYPTO_H

#include "base/bytes.h"
#include "base/err.h"

enum {
	CRYPTO_KEY_LEN = 16,    /* AES-128 */
	CRYPTO_GCM_IV_LEN = 12,
	CRYPTO_GCM_TAG_LEN = 16,
	CRYPTO_CTR_IV_LEN = 16,
	CRYPTO_SHA1_LEN = 20,
};

/* AES-128 with one key, in one mode and direction. */
struct crypto_aes;

/* seal: for crypto_gcm_seal; else for crypto_gcm_open. -ERR_CRYPTO, -ERR_NOMEM. */
NODISCARD int crypto_gcm_new(const uint8_t key[CRYPTO_KEY_LEN], bool seal, struct crypto_aes **ret);
NODISCARD int crypto_ctr_new(const uint8_t key[CRYPTO_KEY_LEN], struct crypto_aes **ret);
void crypto_aes_free(struct crypto_aes **aes);

/* Encrypts `texts` one after the other into dst, without gaps, and makes the tag over `aads` and
 * them. dst has room for all of it and doesn't overlap; tag may lie anywhere. -ERR_CRYPTO. */
NODISCARD int crypto_gcm_seal(struct crypto_aes *aes, const uint8_t iv[CRYPTO_GCM_IV_LEN],
	const struct span *aads, size_t aad_count, const struct span *texts, size_t text_count,
	uint8_t *dst, uint8_t tag[CRYPTO_GCM_TAG_LEN]);

/* Decrypts in place. -ERR_AUTH wrong tag: text is garbage then. */
NODISCARD int crypto_gcm_open(struct crypto_aes *aes, const uint8_t iv[CRYPTO_GCM_IV_LEN],
	const struct span *aads, size_t aad_count, uint8_t *text, size_t len,
	const uint8_t tag[CRYPTO_GCM_TAG_LEN]);

/* Counter mode: `texts` one after the other into dst; one text may be dst itself. -ERR_CRYPTO. */
NODISCARD int crypto_ctr(struct crypto_aes *aes, const uint8_t iv[CRYPTO_CTR_IV_LEN],
	const struct span *texts, size_t text_count, uint8_t *dst);

/* An HMAC-SHA1 key, ready to use. A value: wipe it with explicit_bzero. RFC 2104. */
struct crypto_hmac {
	uint32_t inner[5];
	uint32_t outer[5];
};

void crypto_hmac_init(struct crypto_hmac *hmac, struct span key);
/* The tag over `parts` one after the other. */
void crypto_hmac_sha1(const struct crypto_hmac *hmac, const struct span *parts, size_t part_count,
	uint8_t ret_tag[CRYPTO_SHA1_LEN]);

#endif
