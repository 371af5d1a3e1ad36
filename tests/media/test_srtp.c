/* SRTP against the vectors of RFC 3711 and RFC 7714 and libsrtp's published reference packets,
 * then everything a hostile or lossy network does to it. */
#include "media/srtp.h"

#include "media/hex.h"
#include "media/srtp_cipher.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define PAYLOAD "abababababababababababababababab"

static const struct span no_text = {0};

static struct srtp_keys make_keys(enum srtp_profile profile, const char *key, const char *salt)
{
	struct srtp_keys k = {.profile = profile};
	hex(key, k.key, sizeof k.key);
	hex(salt, k.salt, sizeof k.salt);
	return k;
}

static struct srtp_keys some_keys(enum srtp_profile profile)
{
	return make_keys(profile, "000102030405060708090a0b0c0d0e0f", "a0a1a2a3a4a5a6a7a8a9aaab");
}

static struct srtp_rx *new_rx(enum srtp_profile profile)
{
	struct srtp_rx *rx = NULL;
	struct srtp_keys k = some_keys(profile);
	assert_int_equal(srtp_rx_new(&k, &rx), 0);
	return rx;
}

static struct srtp_tx *new_tx(enum srtp_profile profile)
{
	struct srtp_tx *tx = NULL;
	struct srtp_keys k = some_keys(profile);
	assert_int_equal(srtp_tx_new(&k, &tx), 0);
	return tx;
}

static const enum srtp_profile both[] = {SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80};

/* Seals a packet of 12 + len bytes; returns its length. */
static size_t seal(struct srtp_tx *tx, struct srtp_stream *s, uint32_t ssrc, uint16_t seq,
	size_t len, uint8_t *dst)
{
	uint8_t hdr[12] = {0x80, 96};
	uint8_t body[1400];
	size_t ret = 0;
	put_u16(hdr + 2, seq);
	put_u32(hdr + 8, ssrc);
	memset(body, (uint8_t)seq, sizeof body);
	const struct srtp_piece piece = {.b = span_of(body, len)};
	assert_int_equal(srtp_seal_rtp(tx, s, span_of(hdr, 12), &piece, dst, 1500, &ret), 0);
	return ret;
}

/* ── Vectors ── */

/* RFC 3711 B.3 */
static void test_key_derivation(void **state)
{
	uint8_t want[20];
	struct srtp_session s;
	struct srtp_keys k = make_keys(SRTP_AES128_CM_SHA1_80, "E1F97A0D3E018BE0D64FA32C06DE4139",
		"0EC675AD498AFEEBB6960B3AABE6");
	assert_int_equal(srtp_derive(&k, false, &s), 0);
	hex("C61E7A93744F39EE10734AFE3FF7A087", want, 16);
	assert_memory_equal(s.key, want, 16);
	hex("30CBBC08863D8C85D49DB34A9AE1", want, 14);
	assert_memory_equal(s.salt, want, 14);
	hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4", want, 20);
	assert_memory_equal(s.auth, want, 20);
}

/* RFC 3711 B.2: zeros give the key stream; its first three and last three blocks. */
static void test_cm_keystream(void **state)
{
	enum { LEN = 0xff02 * 16 };
	struct srtp_session s = {0};
	struct srtp_cipher c;
	uint8_t want[48];
	const uint8_t hdr[12] = {0};
	uint8_t *zeros = calloc(1, LEN), *out = malloc(LEN + 32);
	hex("2B7E151628AED2A6ABF7158809CF4F3C", s.key, 16);
	hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD", s.salt, 14);
	assert_int_equal(srtp_cipher_init(&c, SRTP_AES128_CM_SHA1_80, &s, true), 0);
	const struct span texts[3] = {span_of(zeros, 5), span_of(zeros, LEN - 5), no_text};
	assert_int_equal(c.transform->seal_rtp(&c, 0, 0, span_of(hdr, 12), texts, out), 0);
	hex("E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB"
		"41E95B3BB0A2E8DD477901E4FCA894C0", want, 48);
	assert_memory_equal(out + 12, want, 48);
	hex("EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE"
		"6A2CC3787889374FBEB4C81B17BA6C44", want, 48);
	assert_memory_equal(out + 12 + LEN - 48, want, 48);
	srtp_cipher_done(&c);
	free(zeros);
	free(out);
}

/* RFC 7714 16.1 and 17.1: they begin at session keys. */
static void test_gcm_vectors(void **state)
{
	struct srtp_session s = {0};
	struct srtp_cipher c;
	uint8_t plain[64], want[96], out[96];
	hex("000102030405060708090a0b0c0d0e0f", s.key, 16);
	hex("517569642070726f2071756f", s.salt, 12);

	size_t len = hex("8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976"
					 "69736120 696e2070 61727465 73207472 6573", plain, sizeof plain);
	size_t want_len = hex("8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5"
						  "0d294e6f 42a5f47a 51c7d19b 36de3adf 8833 899d7f27 beb16a91 52cf765e"
						  "e4390cce", want, sizeof want);
	assert_int_equal(srtp_cipher_init(&c, SRTP_AEAD_AES_128_GCM, &s, true), 0);
	const struct span texts[3] = {span_of(plain + 12, 3), span_of(plain + 15, len - 15), no_text};
	assert_int_equal(
		c.transform->seal_rtp(&c, 0x5501a0b2, 0xf17b, span_of(plain, 12), texts, out), 0);
	assert_int_equal(len + 16, want_len);
	assert_memory_equal(out, want, want_len);

	len = hex("81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61"
			  "deadbeef deadbeef deadbeef deadbeef deadbeef", plain, sizeof plain);
	want_len = hex("81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d"
				   "c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872"
				   "45d9eade 800005d4", want, sizeof want);
	assert_int_equal(
		c.transform->seal_rtcp(&c, 0x4d617273, 0x800005d4, span_of(plain, len), out), 0);
	assert_int_equal(len + 20, want_len);
	assert_memory_equal(out, want, want_len);
	srtp_cipher_done(&c);

	assert_int_equal(srtp_cipher_init(&c, SRTP_AEAD_AES_128_GCM, &s, false), 0);
	assert_int_equal(c.transform->open_rtcp(&c, 0x4d617273, 0x800005d4, out, len), 0);
	assert_memory_equal(out, plain, len);
	srtp_cipher_done(&c);
}

/* libsrtp's reference packets: master keys in, both profiles, RTP and RTCP, both directions. */
static void check_reference(enum srtp_profile profile, const char *key, const char *salt,
	const char *rtp_want, const char *rtcp_want)
{
	uint8_t plain[64], want[96], out[96];
	struct srtp_rx *rx = NULL;
	struct srtp_tx *tx = NULL;
	struct srtp_stream s = {0};
	struct srtp_keys k = make_keys(profile, key, salt);
	assert_int_equal(srtp_rx_new(&k, &rx), 0);
	assert_int_equal(srtp_tx_new(&k, &tx), 0);

	size_t ret = 0, len = hex("800f1234 decafbad cafebabe" PAYLOAD, plain, sizeof plain);
	size_t want_len = hex(rtp_want, want, sizeof want);
	struct srtp_piece piece = {.a = span_of(plain + 12, 1), .b = span_of(plain + 13, len - 13)};
	assert_int_equal(srtp_seal_rtp(tx, &s, span_of(plain, 12), &piece, out, want_len, &ret), 0);
	assert_int_equal(ret, want_len);
	assert_memory_equal(out, want, want_len);
	assert_int_equal(srtp_open_rtp(rx, out, &ret), 0);
	assert_int_equal(ret, len);
	assert_memory_equal(out, plain, len);

	len = hex("81c8000b cafebabe" PAYLOAD, plain, sizeof plain);
	want_len = hex(rtcp_want, want, sizeof want);
	assert_int_equal(srtp_seal_rtcp(tx, span_of(plain, len), out, want_len, &ret), 0);
	assert_int_equal(ret, want_len);
	assert_memory_equal(out, want, want_len);
	assert_int_equal(srtp_open_rtcp(rx, out, &ret), 0);
	assert_int_equal(ret, len);
	assert_memory_equal(out, plain, len);
	assert_int_equal(srtp_rx_streams(rx), 2);
	srtp_rx_free(&rx);
	srtp_tx_free(&tx);
}

static void test_reference_packets(void **state)
{
	check_reference(SRTP_AES128_CM_SHA1_80, "e1f97a0d3e018be0d64fa32c06de4139",
		"0ec675ad498afeebb6960b3aabe6",
		"800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb",
		"81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798");
	check_reference(SRTP_AEAD_AES_128_GCM, "000102030405060708090a0b0c0d0e0f",
		"a0a1a2a3a4a5a6a7a8a9aaab",
		"800f1234decafbadcafebabec5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392",
		"81c8000bcafebabec98b8b5df0392a55852b6c21ac8e7025c52c6fbea2b3b446ea31123ba88ce61e80000001");
}

/* ── Shapes ── */

/* Pieces, padding, extension and CSRCs come back as one packet. */
static void test_pieces_and_padding(void **state)
{
	for (size_t p = 0; p < 2; p++) {
		struct srtp_rx *rx = new_rx(both[p]);
		struct srtp_tx *tx = new_tx(both[p]);
		struct srtp_stream s = {0};
		uint8_t out[128], want[64];
		uint8_t hdr[28] = {0xb1, 96, 0, 7}; /* P, X, one CSRC */
		put_u32(hdr + 8, 77);
		put_u16(hdr + 16, 0xbede);
		put_u16(hdr + 18, 2);
		const struct srtp_piece piece = {.a = span_str("ab"), .b = span_str("cdef"), .pad = 3};
		size_t ret = 0;
		assert_int_equal(srtp_seal_rtp(tx, &s, span_of(hdr, 28), &piece, out, sizeof out, &ret), 0);
		assert_int_equal(srtp_open_rtp(rx, out, &ret), 0);
		memcpy(want, hdr, 28);
		memcpy(want + 28, "abcdef\0\0\3", 9);
		assert_int_equal(ret, 37);
		assert_memory_equal(out, want, 37);
		srtp_rx_free(&rx);
		srtp_tx_free(&tx);
	}
}

/* Attack 10: no length of packet, and no lie in its header, reads or writes outside of it. */
static void test_short_packets(void **state)
{
	for (size_t p = 0; p < 2; p++) {
		struct srtp_rx *rx = new_rx(both[p]);
		for (size_t len = 0; len <= 64; len++) {
			for (int first = 0; first < 256; first++) {
				uint8_t *pkt = malloc(len ? len : 1); /* exact, for the sanitizer */
				memset(pkt, 0xff, len);
				if (len)
					pkt[0] = (uint8_t)first;
				size_t n = len;
				assert_true(srtp_open_rtp(rx, pkt, &n) < 0);
				memset(pkt, 0xff, len);
				if (len)
					pkt[0] = (uint8_t)first;
				assert_true(srtp_open_rtcp(rx, pkt, &n) < 0);
				assert_int_equal(n, len);
				free(pkt);
			}
		}
		assert_int_equal(srtp_rx_streams(rx), 0);
		srtp_rx_free(&rx);
	}
}

static void test_seal_errors(void **state)
{
	for (size_t p = 0; p < 2; p++) {
		struct srtp_tx *tx = new_tx(both[p]);
		struct srtp_stream s = {0};
		uint8_t out[64], hdr[12] = {0x80, 96, 0, 1};
		const struct srtp_piece piece = {.b = span_str("x")};
		size_t ret = 4711;
		assert_int_equal(
			srtp_seal_rtp(tx, &s, span_of(hdr, 11), &piece, out, 64, &ret), -ERR_INVALID);
		assert_int_equal(
			srtp_seal_rtp(tx, &s, span_of(hdr, 12), &piece, out, 22, &ret), -ERR_SPACE);
		assert_int_equal(srtp_seal_rtp(tx, &s, span_of(hdr, 12), &piece, out, 3, &ret), -ERR_SPACE);
		assert_int_equal(srtp_seal_rtcp(tx, span_of(hdr, 7), out, 64, &ret), -ERR_INVALID);
		assert_int_equal(srtp_seal_rtcp(tx, span_of(hdr, 12), out, 25, &ret), -ERR_SPACE);
		assert_int_equal(srtp_seal_rtcp(tx, span_of(hdr, 12), out, 0, &ret), -ERR_SPACE);
		assert_int_equal(ret, 4711);
		assert_int_equal(srtp_seal_rtp(tx, &s, span_of(hdr, 12), &piece, out, 64, &ret), 0);
		hdr[8] = 1; /* another SSRC than the stream's */
		hdr[3] = 2;
		assert_int_equal(
			srtp_seal_rtp(tx, &s, span_of(hdr, 12), &piece, out, 64, &ret), -ERR_INVALID);
		srtp_tx_free(&tx);
	}
	struct srtp_keys k = {.profile = SRTP_NONE};
	struct srtp_rx *rx = NULL;
	assert_int_equal(srtp_rx_new(&k, &rx), -ERR_UNSUPP);
	assert_null(rx);
	srtp_rx_free(&rx);
}

/* ── Indices ── */

/* Attack 11: around the wrap with reordering, and far beyond it. */
static void test_rollover(void **state)
{
	static const uint16_t order[] = {65533, 65535, 1, 65534, 0, 3, 2};
	enum { N = sizeof order / sizeof *order };
	for (size_t p = 0; p < 2; p++) {
		struct srtp_rx *rx = new_rx(both[p]);
		struct srtp_tx *tx = new_tx(both[p]);
		struct srtp_stream s = {0};
		uint8_t pkt[10][64];
		size_t len[10];
		/* Sent in order: 65530 … 65535, 0 … 3. */
		for (size_t i = 0; i < 10; i++)
			len[i] = seal(tx, &s, 9, (uint16_t)(65530 + i), 10, pkt[i]);
		assert_int_equal(srtp_open_rtp(rx, pkt[0], &len[0]), 0);
		for (size_t i = 0; i < N; i++) {
			size_t at = (uint16_t)(order[i] - 65530);
			assert_int_equal(srtp_open_rtp(rx, pkt[at], &len[at]), 0);
			assert_int_equal(get_u16(pkt[at] + 2), order[i]);
		}
		/* Three more rounds of 65536, of which only one packet in a thousand arrives. */
		for (uint32_t i = 1; i <= 3 * 65536; i++) {
			uint8_t one[64];
			size_t n = seal(tx, &s, 9, (uint16_t)(3 + i), 10, one);
			if (i % 1000 == 0)
				assert_int_equal(srtp_open_rtp(rx, one, &n), 0);
		}
		assert_int_equal(s.top >> 16, 4);
		srtp_rx_free(&rx);
		srtp_tx_free(&tx);
	}
}

/* A first round in which more than half the numbers are lost must not be taken for the past. */
static void test_jump_in_first_round(void **state)
{
	struct srtp_rx *rx = new_rx(SRTP_AEAD_AES_128_GCM);
	struct srtp_tx *tx = new_tx(SRTP_AEAD_AES_128_GCM);
	struct srtp_stream s = {0};
	uint8_t pkt[64];
	size_t len = seal(tx, &s, 9, 100, 10, pkt);
	assert_int_equal(srtp_open_rtp(rx, pkt, &len), 0);
	for (uint32_t seq = 101; seq <= 50000; seq++)
		len = seal(tx, &s, 9, (uint16_t)seq, 10, pkt);
	assert_int_equal(srtp_open_rtp(rx, pkt, &len), 0);
	srtp_rx_free(&rx);
	srtp_tx_free(&tx);
}

static void test_replay(void **state)
{
	enum { N = SRTP_WINDOW + 2 };
	static uint8_t pkt[N][64], copy[64];
	static size_t len[N];
	for (size_t p = 0; p < 2; p++) {
		struct srtp_rx *rx = new_rx(both[p]);
		struct srtp_tx *tx = new_tx(both[p]);
		struct srtp_stream s = {0};
		size_t n;
		for (size_t i = 0; i < N; i++)
			len[i] = seal(tx, &s, 5, (uint16_t)(60000 + i), 10, pkt[i]);
		/* The newest first, twice. */
		memcpy(copy, pkt[N - 1], 64);
		n = len[N - 1];
		assert_int_equal(srtp_open_rtp(rx, copy, &n), 0);
		memcpy(copy, pkt[N - 1], 64);
		n = len[N - 1];
		assert_int_equal(srtp_open_rtp(rx, copy, &n), -ERR_REPLAY);
		/* The oldest that the window still covers, and the one before it. */
		memcpy(copy, pkt[N - SRTP_WINDOW], 64);
		n = len[N - SRTP_WINDOW];
		assert_int_equal(srtp_open_rtp(rx, copy, &n), 0);
		memcpy(copy, pkt[N - SRTP_WINDOW], 64);
		n = len[N - SRTP_WINDOW];
		assert_int_equal(srtp_open_rtp(rx, copy, &n), -ERR_REPLAY);
		memcpy(copy, pkt[N - SRTP_WINDOW - 1], 64);
		n = len[N - SRTP_WINDOW - 1];
		assert_int_equal(srtp_open_rtp(rx, copy, &n), -ERR_REPLAY);
		/* All between, in order, once. */
		for (size_t i = N - SRTP_WINDOW + 1; i < N - 1; i++) {
			n = len[i];
			assert_int_equal(srtp_open_rtp(rx, pkt[i], &n), 0);
		}
		/* A jump of more than a window forgets nothing that matters. */
		for (size_t i = 0; i < 5000; i++)
			n = seal(tx, &s, 5, (uint16_t)(60000 + N + i), 10, copy);
		memcpy(pkt[0], copy, 64);
		assert_int_equal(srtp_open_rtp(rx, copy, &n), 0);
		n = len[0];
		assert_int_equal(srtp_open_rtp(rx, pkt[0], &n), -ERR_REPLAY);
		srtp_rx_free(&rx);
		srtp_tx_free(&tx);
	}
}

/* What slides out of the window must not shadow what comes in a window later. */
static void test_window_slides(void **state)
{
	struct srtp_rx *rx = new_rx(SRTP_AEAD_AES_128_GCM);
	struct srtp_tx *tx = new_tx(SRTP_AEAD_AES_128_GCM);
	struct srtp_stream s = {0};
	static uint8_t pkt[2000][64];
	static size_t len[2000];
	for (size_t i = 0; i < 2000; i++)
		len[i] = seal(tx, &s, 5, (uint16_t)i, 10, pkt[i]);
	for (size_t i = 0; i < SRTP_WINDOW; i++)
		assert_int_equal(srtp_open_rtp(rx, pkt[i], &len[i]), 0);
	assert_int_equal(srtp_open_rtp(rx, pkt[1999], &len[1999]), 0);
	for (size_t i = SRTP_WINDOW; i < 1999; i++)
		assert_int_equal(srtp_open_rtp(rx, pkt[i], &len[i]), 0);
	srtp_rx_free(&rx);
	srtp_tx_free(&tx);
}

static void test_replay_rtcp(void **state)
{
	for (size_t p = 0; p < 2; p++) {
		struct srtp_rx *rx = new_rx(both[p]);
		struct srtp_tx *tx = new_tx(both[p]);
		uint8_t rr[8] = {0x80, 201, 0, 1, 0, 0, 0, 1}, pkt[3][64], copy[64];
		size_t len[3], n;
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(srtp_seal_rtcp(tx, span_of(rr, 8), pkt[i], 64, &len[i]), 0);
		n = len[2];
		memcpy(copy, pkt[2], n);
		assert_int_equal(srtp_open_rtcp(rx, copy, &n), 0);
		n = len[0];
		memcpy(copy, pkt[0], n);
		assert_int_equal(srtp_open_rtcp(rx, copy, &n), 0);
		n = len[0];
		memcpy(copy, pkt[0], n);
		assert_int_equal(srtp_open_rtcp(rx, copy, &n), -ERR_REPLAY);
		/* The E bit taken away: not let through as plain text. */
		size_t word = both[p] == SRTP_AEAD_AES_128_GCM ? len[1] - 4 : len[1] - 14;
		pkt[1][word] &= 0x7f;
		n = len[1];
		assert_int_equal(srtp_open_rtcp(rx, pkt[1], &n), -ERR_DENIED);
		srtp_rx_free(&rx);
		srtp_tx_free(&tx);
	}
}

/* Nothing is sealed twice under one index: late but unused is fine, once. */
static void test_seal_never_repeats(void **state)
{
	static const struct {
		uint16_t seq;
		int want;
	} steps[] = {
		{10, 0}, {12, 0}, {11, 0}, {11, -ERR_REPLAY}, {12, -ERR_REPLAY}, {10, -ERR_REPLAY},
		{2000, 0}, {976, -ERR_REPLAY}, {977, 0}, {977, -ERR_REPLAY}, {1999, 0},
	};
	struct srtp_tx *tx = new_tx(SRTP_AEAD_AES_128_GCM);
	struct srtp_stream s = {0};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		uint8_t hdr[12] = {0x80, 96}, out[64];
		size_t ret;
		put_u16(hdr + 2, steps[i].seq);
		const struct srtp_piece piece = {.b = span_str("x")};
		int got = srtp_seal_rtp(tx, &s, span_of(hdr, 12), &piece, out, sizeof out, &ret);
		assert_int_equal(got, steps[i].want);
	}
	s.top = (1ULL << 48) - 1; /* RFC 3711 9.2: the keys are used up */
	uint8_t hdr[12] = {0x80, 96}, out[64];
	size_t ret;
	const struct srtp_piece piece = {.b = span_str("x")};
	assert_int_equal(
		srtp_seal_rtp(tx, &s, span_of(hdr, 12), &piece, out, sizeof out, &ret), -ERR_FULL);
	srtp_tx_free(&tx);
}

/* ── Hostile ── */

/* Attack 8: bad tags leave nothing behind, and the stream under attack goes on. */
static void test_bad_tags(void **state)
{
	for (size_t p = 0; p < 2; p++) {
		struct srtp_rx *rx = new_rx(both[p]);
		struct srtp_tx *tx = new_tx(both[p]);
		struct srtp_stream s = {0};
		uint8_t good[128], bad[128];
		size_t len = seal(tx, &s, 3, 1, 50, good), n = len;
		assert_int_equal(srtp_open_rtp(rx, good, &n), 0);
		uint32_t seed = 1;
		for (uint32_t i = 0; i < 100000; i++) {
			len = n = 12 + 50 + (both[p] == SRTP_AEAD_AES_128_GCM ? 16 : 10);
			for (size_t k = 0; k < len; k++) {
				seed = seed * 1664525 + 1013904223;
				bad[k] = (uint8_t)(seed >> 24);
			}
			bad[0] = 0x80;
			put_u32(bad + 8, i % 2 ? 3 : i); /* the victim's SSRC, and a spray */
			if (i % 2)
				put_u16(bad + 2, (uint16_t)(2 + i % 30000)); /* never a replay */
			assert_int_equal(srtp_open_rtp(rx, bad, &n), -ERR_AUTH);
		}
		assert_int_equal(srtp_rx_streams(rx), 1);
		n = seal(tx, &s, 3, 2, 50, good);
		assert_int_equal(srtp_open_rtp(rx, good, &n), 0);
		srtp_rx_free(&rx);
		srtp_tx_free(&tx);
	}
}

/* One bit wrong anywhere in the packet, header and tag included, is noticed. */
static void test_every_bit(void **state)
{
	for (size_t p = 0; p < 2; p++) {
		struct srtp_rx *rx = new_rx(both[p]);
		struct srtp_tx *tx = new_tx(both[p]);
		struct srtp_stream s = {0};
		uint8_t pkt[64], copy[64], rtcp[64], sr[12] = {0x80, 200, 0, 2, 0, 0, 0, 9};
		size_t len = seal(tx, &s, 3, 300, 9, pkt), rtcp_len = 0;
		assert_int_equal(srtp_seal_rtcp(tx, span_of(sr, 12), rtcp, 64, &rtcp_len), 0);
		for (size_t bit = 0; bit < len * 8; bit++) {
			size_t n = len;
			memcpy(copy, pkt, len);
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_true(srtp_open_rtp(rx, copy, &n) < 0);
		}
		for (size_t bit = 0; bit < rtcp_len * 8; bit++) {
			size_t n = rtcp_len;
			memcpy(copy, rtcp, rtcp_len);
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_true(srtp_open_rtcp(rx, copy, &n) < 0);
		}
		assert_int_equal(srtp_rx_streams(rx), 0);
		assert_int_equal(srtp_open_rtp(rx, pkt, &len), 0);
		assert_int_equal(srtp_open_rtcp(rx, rtcp, &rtcp_len), 0);
		srtp_rx_free(&rx);
		srtp_tx_free(&tx);
	}
}

/* Attack 15: an authenticated client sprays SSRCs; those that were there before go on. */
static void test_stream_limit(void **state)
{
	struct srtp_rx *rx = new_rx(SRTP_AES128_CM_SHA1_80);
	struct srtp_tx *tx = new_tx(SRTP_AES128_CM_SHA1_80);
	struct srtp_stream streams[SRTP_MAX_STREAMS + 1] = {0};
	uint8_t pkt[64];
	size_t n;
	for (uint32_t i = 0; i <= SRTP_MAX_STREAMS; i++) {
		n = seal(tx, &streams[i], 1000 + i, 1, 5, pkt);
		assert_int_equal(srtp_open_rtp(rx, pkt, &n), i < SRTP_MAX_STREAMS ? 0 : -ERR_FULL);
	}
	assert_int_equal(srtp_rx_streams(rx), SRTP_MAX_STREAMS);
	n = seal(tx, &streams[0], 1000, 2, 5, pkt);
	assert_int_equal(srtp_open_rtp(rx, pkt, &n), 0);
	srtp_rx_free(&rx);
	srtp_tx_free(&tx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key_derivation),
		cmocka_unit_test(test_cm_keystream),
		cmocka_unit_test(test_gcm_vectors),
		cmocka_unit_test(test_reference_packets),
		cmocka_unit_test(test_pieces_and_padding),
		cmocka_unit_test(test_short_packets),
		cmocka_unit_test(test_seal_errors),
		cmocka_unit_test(test_rollover),
		cmocka_unit_test(test_jump_in_first_round),
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_window_slides),
		cmocka_unit_test(test_replay_rtcp),
		cmocka_unit_test(test_seal_never_repeats),
		cmocka_unit_test(test_bad_tags),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_stream_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
