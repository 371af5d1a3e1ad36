/* DTLS 1.2 records: taking them apart, and the AES-128-GCM protection of single ones. */
#include "media/dtls_record.h"

#include "media/crypto.h"

enum { VERSION_1_2 = 0xfefd, NONCE_LEN = 8, SEQ_AT = 3, AAD_LEN = 13 };

bool dtls_record_next(struct rd *r, struct dtls_record *ret_record)
{
	if (rd_left(r) < DTLS_RECORD_HEADER_LEN)
		return false;
	const uint8_t *at = r->ptr;
	const size_t len = get_u16(at + 11);
	if (rd_left(r) - DTLS_RECORD_HEADER_LEN < len)
		return false;
	ret_record->whole = rd_take(r, DTLS_RECORD_HEADER_LEN + len);
	ret_record->fragment = span_of(at + DTLS_RECORD_HEADER_LEN, len);
	ret_record->type = at[0];
	ret_record->version = get_u16(at + 1);
	ret_record->epoch = get_u16(at + SEQ_AT);
	return true;
}

/* Epoch and sequence number, type, version, and the length of the plain text. RFC 5246 6.2.3.3 */
static void make_aad(const uint8_t *header, size_t text_len, uint8_t aad[AAD_LEN])
{
	memcpy(aad, header + SEQ_AT, 8);
	memcpy(aad + 8, header, 3);
	put_u16(aad + 11, (uint16_t)text_len);
}

static void make_iv(const struct dtls_write_key *key, const uint8_t nonce[NONCE_LEN],
	uint8_t iv[CRYPTO_GCM_IV_LEN])
{
	memcpy(iv, key->iv, DTLS_RECORD_IV_LEN);
	memcpy(iv + DTLS_RECORD_IV_LEN, nonce, NONCE_LEN);
}

int dtls_record_open(const struct dtls_write_key *key, const struct dtls_record *record,
	uint8_t *ret, size_t cap, size_t *ret_len)
{
	if (record->fragment.len < DTLS_RECORD_OVERHEAD)
		return -ERR_PROTO;
	const size_t len = record->fragment.len - DTLS_RECORD_OVERHEAD;
	if (len > cap)
		return -ERR_SPACE;

	struct crypto_aes *aes = NULL;
	uint8_t aad[AAD_LEN], iv[CRYPTO_GCM_IV_LEN];
	const uint8_t *nonce = record->fragment.ptr;
	make_aad(record->whole.ptr, len, aad);
	make_iv(key, nonce, iv);
	memcpy(ret, nonce + NONCE_LEN, len);
	int err = crypto_gcm_new(key->key, false, &aes);
	if (err < 0)
		return err;
	const struct span aads = span_of(aad, sizeof aad);
	err = crypto_gcm_open(aes, iv, &aads, 1, ret, len, nonce + NONCE_LEN + len);
	crypto_aes_free(&aes);
	if (err == 0)
		*ret_len = len;
	return err;
}

int dtls_record_seal(const struct dtls_write_key *key, enum dtls_content type, uint64_t seq,
	struct span text, struct wr *w)
{
	uint8_t *header = w->ptr;
	wr_u8(w, (uint8_t)type);
	wr_u16(w, VERSION_1_2);
	wr_u16(w, 1);
	wr_uint(w, seq, 6);
	wr_u16(w, (uint16_t)(text.len + DTLS_RECORD_OVERHEAD));
	uint8_t *fragment = wr_take(w, text.len + DTLS_RECORD_OVERHEAD);
	if (!fragment)
		return -ERR_SPACE;

	struct crypto_aes *aes = NULL;
	uint8_t aad[AAD_LEN], iv[CRYPTO_GCM_IV_LEN];
	make_aad(header, text.len, aad);
	memcpy(fragment, header + SEQ_AT, NONCE_LEN); /* unique as the sequence number is */
	make_iv(key, fragment, iv);
	int err = crypto_gcm_new(key->key, true, &aes);
	if (err < 0)
		return err;
	const struct span aads = span_of(aad, sizeof aad);
	uint8_t *body = fragment + NONCE_LEN;
	err = crypto_gcm_seal(aes, iv, &aads, 1, &text, 1, body, body + text.len);
	crypto_aes_free(&aes);
	return err;
}
