/* Key derivation (RFC 3711 4.3), and which transform a profile means. */
#include "media/srtp_cipher.h"

/* Labels of RFC 3711 4.3.1 and 4.3.2: those of RTCP follow those of RTP. */
enum { LABEL_KEY = 0, LABEL_AUTH = 1, LABEL_SALT = 2, LABELS_RTP = 3 };

/* PRF_n(k_master, x): AES in counter mode from x, over zeros. Rate zero: r is 0, so that
 * x is the label (7 bytes from the right of 14) xor the salt. RFC 3711 4.3.3 */
static int derive(struct crypto_aes *prf, const uint8_t salt[SRTP_SALT_MAX], uint8_t label,
	uint8_t *ret, size_t len)
{
	static const uint8_t zeros[SRTP_AUTH_LEN];
	uint8_t x[CRYPTO_CTR_IV_LEN] = {0};
	memcpy(x, salt, SRTP_SALT_MAX);
	x[7] ^= label;
	const struct span text = span_of(zeros, len);
	return crypto_ctr(prf, x, &text, 1, ret);
}

int srtp_derive(const struct srtp_keys *keys, bool rtcp, struct srtp_session *ret)
{
	struct srtp_session s = {0};
	struct crypto_aes *prf = NULL;
	uint8_t salt[SRTP_SALT_MAX];
	memcpy(salt, keys->salt, sizeof salt);
	if (keys->profile == SRTP_AEAD_AES_128_GCM)
		memset(salt + CRYPTO_GCM_IV_LEN, 0, sizeof salt - CRYPTO_GCM_IV_LEN); /* RFC 7714 11 */

	const uint8_t first = rtcp ? LABELS_RTP : 0;
	int err = crypto_ctr_new(keys->key, &prf);
	if (err == 0)
		err = derive(prf, salt, first + LABEL_KEY, s.key, sizeof s.key);
	if (err == 0)
		err = derive(prf, salt, first + LABEL_AUTH, s.auth, sizeof s.auth);
	if (err == 0)
		err = derive(prf, salt, first + LABEL_SALT, s.salt, sizeof s.salt);
	crypto_aes_free(&prf);
	if (err == 0)
		*ret = s;
	explicit_bzero(&s, sizeof s);
	explicit_bzero(salt, sizeof salt);
	return err;
}

int srtp_cipher_init(struct srtp_cipher *c, enum srtp_profile profile,
	const struct srtp_session *session, bool seal)
{
	int err;
	memset(c, 0, sizeof *c);
	switch (profile) {
	case SRTP_AEAD_AES_128_GCM:
		err = crypto_gcm_new(session->key, seal, &c->aes);
		if (err < 0)
			return err;
		memcpy(c->salt, session->salt, CRYPTO_GCM_IV_LEN);
		c->transform = &srtp_gcm;
		return 0;
	case SRTP_AES128_CM_SHA1_80:
		err = crypto_ctr_new(session->key, &c->aes);
		if (err < 0)
			return err;
		memcpy(c->salt, session->salt, SRTP_SALT_MAX);
		crypto_hmac_init(&c->hmac, span_of(session->auth, sizeof session->auth));
		c->transform = &srtp_cm;
		return 0;
	case SRTP_NONE:
		break;
	}
	return -ERR_UNSUPP;
}

void srtp_cipher_done(struct srtp_cipher *c)
{
	crypto_aes_free(&c->aes);
	explicit_bzero(c, sizeof *c);
}
