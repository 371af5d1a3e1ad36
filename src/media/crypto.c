/* AES-128-GCM, AES-128-CTR and HMAC-SHA1 over libcrypto, shaped for one call a packet.
 *
 * Read fetch_all first: an implicit fetch at each EVP call costs more than encrypting a packet.
 * The one-shot SHA1_* functions are marked deprecated in OpenSSL 3, but their state is a plain
 * struct: an HMAC key is two of them, where EVP would allocate and copy for each packet. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "media/crypto.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdlib.h>

struct crypto_aes {
	EVP_CIPHER_CTX *ctx;
};

static pthread_once_t fetched = PTHREAD_ONCE_INIT;
static EVP_CIPHER *aes_gcm;
static EVP_CIPHER *aes_ctr;

static void fetch_all(void)
{
	aes_gcm = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
	aes_ctr = EVP_CIPHER_fetch(NULL, "AES-128-CTR", NULL);
}

static int aes_new(EVP_CIPHER **cipher, const uint8_t *key, bool encrypt, struct crypto_aes **ret)
{
	if (pthread_once(&fetched, fetch_all) != 0 || !*cipher)
		return -ERR_CRYPTO;
	struct crypto_aes *aes = calloc(1, sizeof *aes);
	if (!aes)
		return -ERR_NOMEM;
	aes->ctx = EVP_CIPHER_CTX_new();
	if (!aes->ctx) {
		crypto_aes_free(&aes);
		return -ERR_NOMEM;
	}
	if (EVP_CipherInit_ex2(aes->ctx, *cipher, key, NULL, encrypt, NULL) != 1) {
		crypto_aes_free(&aes);
		return -ERR_CRYPTO;
	}
	*ret = aes;
	return 0;
}

int crypto_gcm_new(const uint8_t key[CRYPTO_KEY_LEN], bool seal, struct crypto_aes **ret)
{
	return aes_new(&aes_gcm, key, seal, ret);
}

int crypto_ctr_new(const uint8_t key[CRYPTO_KEY_LEN], struct crypto_aes **ret)
{
	return aes_new(&aes_ctr, key, true, ret);
}

void crypto_aes_free(struct crypto_aes **aes)
{
	if (!*aes)
		return;
	EVP_CIPHER_CTX_free((*aes)->ctx); /* wipes the key */
	free(*aes);
	*aes = NULL;
}

/* Packets are far below INT_MAX, but lengths come as size_t. */
static bool update(EVP_CIPHER_CTX *ctx, uint8_t *dst, struct span s)
{
	int n = 0;
	if (s.len == 0)
		return true;
	return s.len <= INT32_MAX && EVP_CipherUpdate(ctx, dst, &n, s.ptr, (int)s.len) == 1;
}

/* The key stays; -1 keeps the direction too. */
static bool begin(EVP_CIPHER_CTX *ctx, const uint8_t *iv)
{
	return EVP_CipherInit_ex2(ctx, NULL, NULL, iv, -1, NULL) == 1;
}

int crypto_gcm_seal(struct crypto_aes *aes, const uint8_t iv[CRYPTO_GCM_IV_LEN],
	const struct span *aads, size_t aad_count, const struct span *texts, size_t text_count,
	uint8_t *dst, uint8_t tag[CRYPTO_GCM_TAG_LEN])
{
	int n = 0;
	bool fine = begin(aes->ctx, iv);
	for (size_t i = 0; i < aad_count && fine; i++)
		fine = update(aes->ctx, NULL, aads[i]);
	for (size_t i = 0; i < text_count && fine; i++) {
		fine = update(aes->ctx, dst, texts[i]);
		dst += texts[i].len;
	}
	fine = fine && EVP_CipherFinal_ex(aes->ctx, dst, &n) == 1 &&
		EVP_CIPHER_CTX_ctrl(aes->ctx, EVP_CTRL_AEAD_GET_TAG, CRYPTO_GCM_TAG_LEN, tag) == 1;
	return fine ? 0 : -ERR_CRYPTO;
}

int crypto_gcm_open(struct crypto_aes *aes, const uint8_t iv[CRYPTO_GCM_IV_LEN],
	const struct span *aads, size_t aad_count, uint8_t *text, size_t len,
	const uint8_t tag[CRYPTO_GCM_TAG_LEN])
{
	int n = 0;
	uint8_t expected[CRYPTO_GCM_TAG_LEN];
	memcpy(expected, tag, sizeof expected);
	bool fine = begin(aes->ctx, iv);
	for (size_t i = 0; i < aad_count && fine; i++)
		fine = update(aes->ctx, NULL, aads[i]);
	fine = fine && update(aes->ctx, text, span_of(text, len)) &&
		EVP_CIPHER_CTX_ctrl(aes->ctx, EVP_CTRL_AEAD_SET_TAG, sizeof expected, expected) == 1;
	if (!fine)
		return -ERR_CRYPTO;
	return EVP_CipherFinal_ex(aes->ctx, text + len, &n) == 1 ? 0 : -ERR_AUTH;
}

int crypto_ctr(struct crypto_aes *aes, const uint8_t iv[CRYPTO_CTR_IV_LEN],
	const struct span *texts, size_t text_count, uint8_t *dst)
{
	bool fine = begin(aes->ctx, iv);
	for (size_t i = 0; i < text_count && fine; i++) {
		fine = update(aes->ctx, dst, texts[i]);
		dst += texts[i].len;
	}
	return fine ? 0 : -ERR_CRYPTO;
}

/* ── HMAC-SHA1 ── */

/* The chaining values after one 64-byte block of key xor pad. */
static void pad_state(const uint8_t key[SHA_CBLOCK], uint8_t pad, uint32_t ret_state[5])
{
	uint8_t block[SHA_CBLOCK];
	SHA_CTX sha;
	for (size_t i = 0; i < sizeof block; i++)
		block[i] = key[i] ^ pad;
	SHA1_Init(&sha);
	SHA1_Update(&sha, block, sizeof block);
	uint32_t state[5] = {sha.h0, sha.h1, sha.h2, sha.h3, sha.h4};
	memcpy(ret_state, state, sizeof state);
	explicit_bzero(block, sizeof block);
	explicit_bzero(&sha, sizeof sha);
}

void crypto_hmac_init(struct crypto_hmac *hmac, struct span key)
{
	uint8_t block[SHA_CBLOCK] = {0};
	if (key.len > sizeof block)
		SHA1(key.ptr, key.len, block); /* RFC 2104 2: a longer key is hashed first */
	else if (key.len > 0)
		memcpy(block, key.ptr, key.len);
	pad_state(block, 0x36, hmac->inner);
	pad_state(block, 0x5c, hmac->outer);
	explicit_bzero(block, sizeof block);
}

/* A SHA-1 that has eaten its one block of pad: 512 bits so far, nothing pending. */
static void resume(SHA_CTX *sha, const uint32_t state[5])
{
	SHA1_Init(sha);
	sha->h0 = state[0];
	sha->h1 = state[1];
	sha->h2 = state[2];
	sha->h3 = state[3];
	sha->h4 = state[4];
	sha->Nl = SHA_CBLOCK * 8;
}

void crypto_hmac_sha1(const struct crypto_hmac *hmac, const struct span *parts, size_t part_count,
	uint8_t ret_tag[CRYPTO_SHA1_LEN])
{
	SHA_CTX sha;
	uint8_t digest[CRYPTO_SHA1_LEN];
	resume(&sha, hmac->inner);
	for (size_t i = 0; i < part_count; i++)
		SHA1_Update(&sha, parts[i].ptr, parts[i].len);
	SHA1_Final(digest, &sha);
	resume(&sha, hmac->outer);
	SHA1_Update(&sha, digest, sizeof digest);
	SHA1_Final(ret_tag, &sha);
}
