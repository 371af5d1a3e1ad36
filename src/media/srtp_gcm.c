/* AEAD_AES_128_GCM (RFC 7714): what is plain on the wire is associated data, the tag follows the
 * text, and the SRTCP index word follows the tag. */
#include "media/srtp_cipher.h"

/* 2 zero bytes, SSRC, 48-bit index, all xor the salt. RFC 7714 8.1; for RTCP the 31-bit index
 * stands in the same place, 9.1. */
static void make_iv(const struct srtp_cipher *c, uint32_t ssrc, uint64_t index,
	uint8_t iv[CRYPTO_GCM_IV_LEN])
{
	put_u16(iv, 0);
	put_u32(iv + 2, ssrc);
	put_u16(iv + 6, (uint16_t)(index >> 32));
	put_u32(iv + 8, (uint32_t)index);
	for (size_t i = 0; i < CRYPTO_GCM_IV_LEN; i++)
		iv[i] ^= c->salt[i];
}

static int seal_rtp(struct srtp_cipher *c, uint32_t ssrc, uint64_t index, struct span hdr,
	const struct span texts[3], uint8_t *dst)
{
	uint8_t iv[CRYPTO_GCM_IV_LEN];
	make_iv(c, ssrc, index, iv);
	memcpy(dst, hdr.ptr, hdr.len);
	uint8_t *text = dst + hdr.len;
	uint8_t *tag = text + texts[0].len + texts[1].len + texts[2].len;
	return crypto_gcm_seal(c->aes, iv, &hdr, 1, texts, 3, text, tag);
}

static int open_rtp(struct srtp_cipher *c, uint32_t ssrc, uint64_t index, uint8_t *pkt,
	size_t hdr_len, size_t len)
{
	uint8_t iv[CRYPTO_GCM_IV_LEN];
	make_iv(c, ssrc, index, iv);
	const struct span hdr = span_of(pkt, hdr_len);
	return crypto_gcm_open(c->aes, iv, &hdr, 1, pkt + hdr_len, len - hdr_len, pkt + len);
}

/* The associated data of SRTCP: its first 8 bytes and the index word. RFC 7714 9.2 */
static int seal_rtcp(struct srtp_cipher *c, uint32_t ssrc, uint32_t index_word, struct span rtcp,
	uint8_t *dst)
{
	uint8_t iv[CRYPTO_GCM_IV_LEN];
	uint8_t *index = dst + rtcp.len + CRYPTO_GCM_TAG_LEN;
	make_iv(c, ssrc, index_word & 0x7fffffff, iv);
	put_u32(index, index_word);
	memcpy(dst, rtcp.ptr, SRTP_RTCP_HEADER_LEN);
	const struct span aads[] = {
		span_of(rtcp.ptr, SRTP_RTCP_HEADER_LEN), span_of(index, SRTP_INDEX_LEN)};
	const struct span text = span_sub(rtcp, SRTP_RTCP_HEADER_LEN, rtcp.len);
	return crypto_gcm_seal(
		c->aes, iv, aads, 2, &text, 1, dst + SRTP_RTCP_HEADER_LEN, dst + rtcp.len);
}

static int open_rtcp(struct srtp_cipher *c, uint32_t ssrc, uint32_t index_word, uint8_t *pkt,
	size_t len)
{
	uint8_t iv[CRYPTO_GCM_IV_LEN];
	make_iv(c, ssrc, index_word & 0x7fffffff, iv);
	const struct span aads[] = {
		span_of(pkt, SRTP_RTCP_HEADER_LEN),
		span_of(pkt + len + CRYPTO_GCM_TAG_LEN, SRTP_INDEX_LEN)};
	return crypto_gcm_open(c->aes, iv, aads, 2, pkt + SRTP_RTCP_HEADER_LEN,
		len - SRTP_RTCP_HEADER_LEN, pkt + len);
}

const struct srtp_transform srtp_gcm = {
	.tag_len = CRYPTO_GCM_TAG_LEN,
	.index_at = CRYPTO_GCM_TAG_LEN,
	.seal_rtp = seal_rtp,
	.open_rtp = open_rtp,
	.seal_rtcp = seal_rtcp,
	.open_rtcp = open_rtcp,
};
