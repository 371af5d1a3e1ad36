/* Keys out of a finished handshake: SRTP's by the exporter, and those of the records. */
#include "media/dtls_parts.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>

enum { RANDOM_LEN = 32, SEED_LEN = 2 * RANDOM_LEN };

int dtls_keys_srtp(SSL *ssl, enum srtp_profile profile, struct srtp_keys *ret_client,
	struct srtp_keys *ret_server)
{
	static const char label[] = "EXTRACTOR-dtls_srtp"; /* RFC 5764 4.2 */
	const size_t salt_len = profile == SRTP_AEAD_AES_128_GCM ? 12 : 14;
	uint8_t block[2 * (SRTP_KEY_LEN + SRTP_SALT_MAX)];
	const size_t len = 2 * (SRTP_KEY_LEN + salt_len);
	if (SSL_export_keying_material(ssl, block, len, label, sizeof label - 1, NULL, 0, 0) != 1)
		return -ERR_CRYPTO;
	/* The client's key, the server's, the client's salt, the server's. */
	struct srtp_keys *const keys[2] = {ret_client, ret_server};
	for (size_t i = 0; i < 2; i++) {
		memset(keys[i], 0, sizeof *keys[i]);
		keys[i]->profile = profile;
		memcpy(keys[i]->key, block + i * SRTP_KEY_LEN, SRTP_KEY_LEN);
		memcpy(keys[i]->salt, block + 2 * (size_t)SRTP_KEY_LEN + i * salt_len, salt_len);
	}
	explicit_bzero(block, sizeof block);
	return 0;
}

/* PRF(master, "key expansion", seed) with SHA-256. RFC 5246 5, 6.3 */
static bool expand(const uint8_t *master, size_t master_len, const uint8_t seed[SEED_LEN],
	uint8_t *ret, size_t len)
{
	static const char label[] = "key expansion";
	char digest[] = "SHA256";
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, (void *)master, master_len),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, (void *)label, sizeof label - 1),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, (void *)seed, SEED_LEN),
		OSSL_PARAM_construct_end(),
	};
	const bool fine = ctx && EVP_KDF_derive(ctx, ret, len, params) == 1;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return fine;
}

bool dtls_keys_record(SSL *ssl, struct dtls_write_key *ret_client,
	struct dtls_write_key *ret_server)
{
	uint8_t master[SSL_MAX_MASTER_KEY_LENGTH], seed[SEED_LEN];
	uint8_t block[2 * (DTLS_RECORD_KEY_LEN + DTLS_RECORD_IV_LEN)];
	const SSL_SESSION *session = SSL_get_session(ssl);
	if (!session || SSL_CIPHER_get_cipher_nid(SSL_get_current_cipher(ssl)) != NID_aes_128_gcm)
		return false;
	const size_t master_len = SSL_SESSION_get_master_key(session, master, sizeof master);
	SSL_get_server_random(ssl, seed, RANDOM_LEN);
	SSL_get_client_random(ssl, seed + RANDOM_LEN, RANDOM_LEN);
	const bool fine = expand(master, master_len, seed, block, sizeof block);
	if (fine) { /* client key, server key, client IV, server IV: RFC 5246 6.3 */
		const uint8_t *ivs = block + 2 * (size_t)DTLS_RECORD_KEY_LEN;
		memcpy(ret_client->key, block, DTLS_RECORD_KEY_LEN);
		memcpy(ret_server->key, block + DTLS_RECORD_KEY_LEN, DTLS_RECORD_KEY_LEN);
		memcpy(ret_client->iv, ivs, DTLS_RECORD_IV_LEN);
		memcpy(ret_server->iv, ivs + DTLS_RECORD_IV_LEN, DTLS_RECORD_IV_LEN);
	}
	explicit_bzero(master, sizeof master);
	explicit_bzero(block, sizeof block);
	return fine;
}
