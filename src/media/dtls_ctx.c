/* Our key and certificate, what DTLS we speak, and fingerprints as SDP writes them. */
#include "media/dtls.h"

#include "base/random.h"
#include "media/dtls_parts.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <strings.h>

/* Forward secret AEADs only (RFC 8827 6.5), the cheapest first. */
#define CIPHERS                                                                                    \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"                                   \
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"                                   \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"

enum {
	CERT_DAYS = 3650,          /* nobody checks it; the fingerprint counts */
	HANDSHAKE_MSG_MAX = 16384, /* bytes of one reassembled handshake message */
	DAY_SEC = 86400,
};

/* ── Certificate ── */

static bool fill_cert(X509 *cert, EVP_PKEY *key)
{
	X509_NAME *name = X509_get_subject_name(cert);
	const unsigned char *cn = (const unsigned char *)"ting";
	return X509_set_version(cert, X509_VERSION_3) == 1 &&
		ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), random_u64() >> 1) == 1 &&
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, cn, -1, -1, 0) == 1 &&
		X509_set_issuer_name(cert, name) == 1 &&
		X509_gmtime_adj(X509_getm_notBefore(cert), -DAY_SEC) &&
		X509_gmtime_adj(X509_getm_notAfter(cert), (long)CERT_DAYS * DAY_SEC) &&
		X509_set_pubkey(cert, key) == 1 && X509_sign(cert, key, EVP_sha256()) > 0;
}

static int use_new_cert(SSL_CTX *ssl, struct dtls_fingerprint *ret_fp)
{
	unsigned len = 0;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	bool fine = key && cert && fill_cert(cert, key) && SSL_CTX_use_certificate(ssl, cert) == 1 &&
		SSL_CTX_use_PrivateKey(ssl, key) == 1 &&
		X509_digest(cert, EVP_sha256(), ret_fp->hash, &len) == 1;
	ret_fp->len = (uint8_t)len;
	X509_free(cert);
	EVP_PKEY_free(key);
	return fine ? 0 : -ERR_CRYPTO;
}

/* ── Settings ── */

static const char *profile_name(enum srtp_profile profile)
{
	switch (profile) {
	case SRTP_AEAD_AES_128_GCM:
		return "SRTP_AEAD_AES_128_GCM";
	case SRTP_AES128_CM_SHA1_80:
		return "SRTP_AES128_CM_SHA1_80";
	case SRTP_NONE:
		break;
	}
	return NULL;
}

/* The profiles as OpenSSL's list, best first. */
static int use_profiles(SSL_CTX *ssl, const struct dtls_conf *conf)
{
	static const enum srtp_profile usual[] = {SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80};
	const bool chosen = conf && (conf->profiles[0] != SRTP_NONE || conf->profiles[1] != SRTP_NONE);
	const enum srtp_profile *profiles = chosen ? conf->profiles : usual;
	char list[64];
	struct wr w = wr_init(list, sizeof list);
	for (size_t i = 0; i < 2; i++) {
		const char *name = profile_name(profiles[i]);
		if (profiles[i] == SRTP_NONE)
			continue;
		if (!name)
			return -ERR_INVALID;
		wr_fmt(&w, "%s%s", wr_len(&w) ? ":" : "", name);
	}
	wr_u8(&w, 0);
	/* 0 is success here. */
	return !w.bad && SSL_CTX_set_tlsext_use_srtp(ssl, list) == 0 ? 0 : -ERR_CRYPTO;
}

static int configure(SSL_CTX *ssl, const struct dtls_conf *conf)
{
	SSL_CTX_set_options(ssl, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
		SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_max_cert_list(ssl, HANDSHAKE_MSG_MAX);
	SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(ssl, dtls_verify, NULL);
	if (SSL_CTX_set_min_proto_version(ssl, DTLS1_2_VERSION) != 1 ||
		SSL_CTX_set_max_proto_version(ssl, DTLS1_2_VERSION) != 1 ||
		SSL_CTX_set_cipher_list(ssl, CIPHERS) != 1 ||
		SSL_CTX_set1_groups_list(ssl, "X25519:P-256:P-384") != 1)
		return -ERR_CRYPTO;
	return use_profiles(ssl, conf);
}

int dtls_ctx_new(const struct dtls_conf *conf, struct dtls_ctx **ret_ctx)
{
	struct dtls_ctx *ctx = calloc(1, sizeof *ctx);
	if (!ctx)
		return -ERR_NOMEM;
	int err = -ERR_NOMEM;
	ctx->ssl = SSL_CTX_new(DTLS_method());
	ctx->method = dtls_bio_method();
	if (ctx->ssl && ctx->method)
		err = configure(ctx->ssl, conf);
	if (err == 0)
		err = use_new_cert(ctx->ssl, &ctx->fingerprint);
	ERR_clear_error();
	if (err < 0) {
		dtls_ctx_free(&ctx);
		return err;
	}
	struct wr w = wr_init(ctx->text, sizeof ctx->text);
	wr_str(&w, "sha-256 ");
	for (size_t i = 0; i < ctx->fingerprint.len; i++)
		wr_fmt(&w, "%s%02X", i ? ":" : "", ctx->fingerprint.hash[i]);
	wr_u8(&w, 0);
	BUG_IF(w.bad);
	*ret_ctx = ctx;
	return 0;
}

void dtls_ctx_free(struct dtls_ctx **ctx)
{
	if (!*ctx)
		return;
	SSL_CTX_free((*ctx)->ssl);
	BIO_meth_free((*ctx)->method);
	free(*ctx);
	*ctx = NULL;
}

/* ── Fingerprints ── */

const struct dtls_fingerprint *dtls_ctx_fingerprint(const struct dtls_ctx *ctx)
{
	return &ctx->fingerprint;
}

const char *dtls_ctx_fingerprint_text(const struct dtls_ctx *ctx)
{
	return ctx->text;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Those of RFC 8122 5 that are still trusted. 0: not one of them. */
static uint8_t hash_len(struct span name)
{
	static const struct {
		const char *name;
		uint8_t len;
	} hashes[] = {{"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}};
	for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
		if (name.len == strlen(hashes[i].name) &&
			strncasecmp((const char *)name.ptr, hashes[i].name, name.len) == 0)
			return hashes[i].len;
	return 0;
}

int dtls_fingerprint_parse(struct span text, struct dtls_fingerprint *ret_fp)
{
	const uint8_t *space = text.len ? memchr(text.ptr, ' ', text.len) : NULL;
	if (!space)
		return -ERR_PROTO;
	struct dtls_fingerprint fp = {0};
	fp.len = hash_len(span_of(text.ptr, (size_t)(space - text.ptr)));
	if (fp.len == 0)
		return -ERR_UNSUPP;
	struct rd r = rd_init(span_sub(text, (size_t)(space - text.ptr) + 1, text.len));
	for (size_t i = 0; i < fp.len; i++) {
		if (i > 0 && rd_u8(&r) != ':')
			return -ERR_PROTO;
		const int high = hex_digit(rd_u8(&r));
		const int low = hex_digit(rd_u8(&r));
		if (r.bad || high < 0 || low < 0)
			return -ERR_PROTO;
		fp.hash[i] = (uint8_t)(high << 4 | low);
	}
	if (rd_left(&r) > 0)
		return -ERR_PROTO;
	*ret_fp = fp;
	return 0;
}

bool dtls_cert_matches(const X509 *cert, const struct dtls_fingerprint *fp)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	const EVP_MD *md = fp->len == 32 ? EVP_sha256()
		: fp->len == 48              ? EVP_sha384()
		: fp->len == 64              ? EVP_sha512()
									 : NULL;
	return md && X509_digest(cert, md, hash, &len) == 1 && len == fp->len &&
		span_eq_secret(span_of(hash, len), span_of(fp->hash, fp->len));
}
