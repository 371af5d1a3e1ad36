/* AES128_CM with HMAC-SHA1-80 (RFC 3711 4.1.1, 4.2.1): encrypt, then authenticate all of it. RTP's
 * tag also covers the rollover counter, which isn't sent; RTCP's covers the index word, which
 * stands before the tag. */
#include "media/srtp_cipher.h"

enum { TAG_LEN = 10 };

/* (salt * 2^16) xor (SSRC * 2^64) xor (index * 2^16). RFC 3711 4.1.1 */
static void make_iv(const struct srtp_cipher *c, uint32_t ssrc, uint64_t index,
	uint8_t iv[CRYPTO_CTR_IV_LEN])
{
	put_u32(iv, 0);
	put_u32(iv + 4, ssrc);
	put_u32(iv + 8, (uint32_t)(index >> 16));
	put_u32(iv + 12, (uint32_t)(index << 16));
	for (size_t i = 0; i < CRYPTO_CTR_IV_LEN; i++)
		iv[i] ^= c->salt[i];
}

/* The first 80 bits of the HMAC over pkt and, for RTP, the rollover counter. */
static void make_tag(const struct srtp_cipher *c, const uint8_t *pkt, size_t len,
	const uint64_t *index, uint8_t tag[TAG_LEN])
{
	uint8_t roc[4];
	uint8_t full[CRYPTO_SHA1_LEN];
	if (index)
		put_u32(roc, (uint32_t)(*index >> 16));
	const struct span parts[] = {span_of(pkt, len), span_of(roc, index ? sizeof roc : 0)};
	crypto_hmac_sha1(&c->hmac, parts, index ? 2 : 1, full);
	memcpy(tag, full, TAG_LEN);
}

static int seal_rtp(struct srtp_cipher *c, uint32_t ssrc, uint64_t index, struct span hdr,
	const struct span texts[3], uint8_t *dst)
{
	uint8_t iv[CRYPTO_CTR_IV_LEN];
	const size_t len = hdr.len + texts[0].len + texts[1].len + texts[2].len;
	make_iv(c, ssrc, index, iv);
	memcpy(dst, hdr.ptr, hdr.len);
	int err = crypto_ctr(c->aes, iv, texts, 3, dst + hdr.len);
	make_tag(c, dst, len, &index, dst + len);
	return err;
}

static int open_rtp(struct srtp_cipher *c, uint32_t ssrc, uint64_t index, uint8_t *pkt,
	size_t hdr_len, size_t len)
{
	uint8_t iv[CRYPTO_CTR_IV_LEN];
	uint8_t tag[TAG_LEN];
	make_tag(c, pkt, len, &index, tag);
	if (!span_eq_secret(span_of(tag, TAG_LEN), span_of(pkt + len, TAG_LEN)))
		return -ERR_AUTH;
	make_iv(c, ssrc, index, iv);
	const struct span text = span_of(pkt + hdr_len, len - hdr_len);
	return crypto_ctr(c->aes, iv, &text, 1, pkt + hdr_len);
}

static int seal_rtcp(struct srtp_cipher *c, uint32_t ssrc, uint32_t index_word, struct span rtcp,
	uint8_t *dst)
{
	uint8_t iv[CRYPTO_CTR_IV_LEN];
	make_iv(c, ssrc, index_word & 0x7fffffff, iv);
	memcpy(dst, rtcp.ptr, SRTP_RTCP_HEADER_LEN);
	const struct span text = span_sub(rtcp, SRTP_RTCP_HEADER_LEN, rtcp.len);
	int err = crypto_ctr(c->aes, iv, &text, 1, dst + SRTP_RTCP_HEADER_LEN);
	put_u32(dst + rtcp.len, index_word);
	make_tag(c, dst, rtcp.len + SRTP_INDEX_LEN, NULL, dst + rtcp.len + SRTP_INDEX_LEN);
	return err;
}

static int open_rtcp(struct srtp_cipher *c, uint32_t ssrc, uint32_t index_word, uint8_t *pkt,
	size_t len)
{
	uint8_t iv[CRYPTO_CTR_IV_LEN];
	uint8_t tag[TAG_LEN];
	const uint8_t *theirs = pkt + len + SRTP_INDEX_LEN;
	make_tag(c, pkt, len + SRTP_INDEX_LEN, NULL, tag);
	if (!span_eq_secret(span_of(tag, TAG_LEN), span_of(theirs, TAG_LEN)))
		return -ERR_AUTH;
	make_iv(c, ssrc, index_word & 0x7fffffff, iv);
	const struct span text = span_of(pkt + SRTP_RTCP_HEADER_LEN, len - SRTP_RTCP_HEADER_LEN);
	return crypto_ctr(c->aes, iv, &text, 1, pkt + SRTP_RTCP_HEADER_LEN);
}

const struct srtp_transform srtp_cm = {
	.tag_len = TAG_LEN,
	.index_at = 0,
	.seal_rtp = seal_rtp,
	.open_rtp = open_rtp,
	.seal_rtcp = seal_rtcp,
	.open_rtcp = open_rtcp,
};
