/* DTLS handshakes over the simulated network, and what disturbs them. */
#include "media/dtls.h"

#include "media/dtls_rig.h"

/* ── Handshakes ── */

static void test_profiles(void **state)
{
	struct rig r;
	rig_init(&r, 1, ctx_a, ctx_b);
	assert_int_equal(dtls_state(r.server.dtls), DTLS_NEW);
	assert_true(dtls_deadline(r.server.dtls) == USEC_NEVER);
	assert_int_equal(dtls_export(r.server.dtls, &r.server.rx, &r.server.tx), -ERR_PHASE);
	assert_true(sim_run_until(r.sim, is_connected, &r, 2 * SEC));
	assert_true(sim_now(r.sim) < SEC + 200 * MS); /* two round trips: nothing was repeated */
	assert_same_keys(&r, SRTP_AEAD_AES_128_GCM);
	assert_true(r.largest <= LARGEST_DATAGRAM);
	assert_int_equal(sim_counts(r.sim)->sent, 4); /* a datagram a flight */
	assert_true(dtls_deadline(r.server.dtls) == USEC_NEVER);
	rig_done(&r);

	rig_init(&r, 1, ctx_a, ctx_cm);
	assert_true(sim_run_until(r.sim, is_connected, &r, 2 * SEC));
	assert_same_keys(&r, SRTP_AES128_CM_SHA1_80);
	rig_done(&r);

	const struct dtls_conf cm_first = {.profiles = {SRTP_AES128_CM_SHA1_80, SRTP_AEAD_AES_128_GCM}};
	struct dtls_ctx *ctx = NULL;
	assert_int_equal(dtls_ctx_new(&cm_first, &ctx), 0);
	rig_init(&r, 1, ctx, ctx_b);
	assert_true(sim_run_until(r.sim, is_connected, &r, 2 * SEC));
	assert_same_keys(&r, SRTP_AES128_CM_SHA1_80); /* the server's order decides */
	rig_done(&r);
	dtls_ctx_free(&ctx);
}

static void test_no_common_profile(void **state)
{
	struct rig r;
	rig_init(&r, 1, ctx_cm, ctx_gcm);
	assert_false(sim_run_until(r.sim, is_connected, &r, 60 * SEC));
	assert_int_equal(dtls_state(r.server.dtls), DTLS_FAILED);
	assert_false(r.server.has_keys || r.client.has_keys);
	rig_done(&r);
}

/* 20 % loss each way, reordered, doubled: always connected, both profiles, shed or not. */
static void test_lossy(void **state)
{
	const struct sim_line line = {.delay = 20 * MS, .jitter = 40 * MS, .loss_permille = 200,
		.dup_permille = 100, .reorder_permille = 100};
	const struct sim_line clean = {0};
	usec longest = 0;
	for (uint64_t seed = 0; seed < 100; seed++) {
		struct rig r;
		rig_init(&r, seed, ctx_a, seed % 2 ? ctx_cm : ctx_gcm);
		r.server.shed = r.client.shed = seed % 4 < 2;
		sim_set_lines(r.client.node, &line, &clean);
		sim_set_lines(r.server.node, &line, &clean);
		if (!sim_run_until(r.sim, is_connected, &r, 31 * SEC))
			fail_msg("seed %d: server %d, client %d", (int)seed, (int)dtls_state(r.server.dtls),
				(int)dtls_state(r.client.dtls));
		longest = usec_max(longest, sim_now(r.sim) - SEC);
		assert_same_keys(&r, seed % 2 ? SRTP_AES128_CM_SHA1_80 : SRTP_AEAD_AES_128_GCM);
		rig_done(&r);
	}
	assert_true(longest > 500 * MS && longest < 20 * SEC);
}

/* Nobody answers: repeated with growing distance, then given up. */
static bool drop_all(struct rig *r, bool from_server, struct span datagram)
{
	r->seen++;
	return true;
}

static void test_no_answer(void **state)
{
	struct rig r;
	rig_init(&r, 1, ctx_a, ctx_b);
	r.drop = drop_all;
	sim_run(r.sim, 61 * SEC);
	assert_int_equal(dtls_state(r.client.dtls), DTLS_FAILED);
	assert_true(r.seen >= 8 && r.seen <= 16);
	assert_true(dtls_deadline(r.client.dtls) == USEC_NEVER);
	rig_done(&r);
}

/* ── Who may connect ── */

/* Attack 5: a certificate that the SDP did not promise gives no keys, at either end. */
static void test_wrong_fingerprint(void **state)
{
	for (int at_server = 0; at_server < 2; at_server++) {
		struct rig r;
		rig_init(&r, 1, ctx_a, ctx_b);
		struct end *e = at_server ? &r.server : &r.client;
		struct dtls_fingerprint fp = *dtls_ctx_fingerprint(at_server ? ctx_b : ctx_a);
		fp.hash[31] ^= 1;
		dtls_free(&e->dtls);
		assert_int_equal(dtls_new(at_server ? ctx_a : ctx_b,
			at_server ? DTLS_SERVER : DTLS_CLIENT, &fp, &e->dtls), 0);
		assert_false(sim_run_until(r.sim, is_connected, &r, 60 * SEC));
		assert_int_equal(dtls_state(e->dtls), DTLS_FAILED);
		assert_int_equal(dtls_stats(e->dtls)->fingerprints, 1);
		assert_false(e->has_keys);
		assert_int_equal(dtls_export(e->dtls, &e->rx, &e->tx), -ERR_PHASE);
		/* The other end has no keys either when ours was the first to judge. */
		if (!at_server)
			assert_false(r.server.has_keys);
		rig_done(&r);
	}
}

static void test_fingerprint_text(void **state)
{
	struct dtls_fingerprint fp;
	const char *text = dtls_ctx_fingerprint_text(ctx_a);
	assert_int_equal(strlen(text), DTLS_FINGERPRINT_TEXT - 1);
	assert_int_equal(dtls_fingerprint_parse(span_str(text), &fp), 0);
	assert_memory_equal(&fp, dtls_ctx_fingerprint(ctx_a), sizeof fp);

	/* RFC 8122 5's shape, in any case, and every way to get it wrong. */
	char buf[256] = "SHA-512 ";
	for (int i = 0; i < 64; i++)
		memcpy(buf + 8 + 3 * i, i % 2 ? "aB:" : "0f:", 3);
	const size_t len = 8 + 3 * 64 - 1;
	assert_int_equal(dtls_fingerprint_parse(span_of(buf, len), &fp), 0);
	assert_int_equal(fp.len, 64);
	assert_int_equal(fp.hash[0], 0x0f);
	assert_int_equal(fp.hash[63], 0xab);
	for (size_t n = 0; n < len; n++)
		assert_true(dtls_fingerprint_parse(span_of(buf, n), &fp) < 0);
	assert_int_equal(dtls_fingerprint_parse(span_of(buf, len + 1), &fp), -ERR_PROTO);
	buf[9] = 'g';
	assert_int_equal(dtls_fingerprint_parse(span_of(buf, len), &fp), -ERR_PROTO);
	assert_int_equal(dtls_fingerprint_parse(span_str("sha-1 00:11"), &fp), -ERR_UNSUPP);
	assert_int_equal(dtls_fingerprint_parse(span_str("sha-256  00"), &fp), -ERR_PROTO);
	assert_int_equal(fp.len, 64);

	struct dtls *d = NULL;
	fp.len = 0;
	assert_int_equal(dtls_new(ctx_a, DTLS_SERVER, &fp, &d), -ERR_INVALID);
	dtls_free(&d);
}

/* ── Odd datagrams ── */

/* A fragment of the hello: `len` bytes of its body from `at`, in a record of number seq. */
static void write_fragment(uint8_t *dst, size_t *ret_len, struct span hello, uint64_t seq,
	size_t at, size_t len)
{
	struct wr w = wr_init(dst, OUT_MAX);
	const uint8_t *msg = hello.ptr + DTLS_RECORD_HEADER_LEN;
	wr_bytes(&w, span_of(hello.ptr, 5)); /* type, version, epoch */
	wr_uint(&w, seq, 6);
	wr_u16(&w, (uint16_t)(12 + len));
	wr_bytes(&w, span_of(msg, 6)); /* type, length, message number */
	wr_u24(&w, (uint32_t)at);
	wr_u24(&w, (uint32_t)len);
	wr_bytes(&w, span_of(msg + 12 + at, len));
	assert_false(w.bad);
	*ret_len = wr_len(&w);
}

static size_t cut_at;
static bool cut_swapped;

/* A hello in two datagrams, as browsers send it: the client's is replaced by two fragments. */
static bool drop_hello(struct rig *r, bool from_server, struct span d)
{
	if (from_server || r->seen++ > 0)
		return false;
	static uint8_t part[2][OUT_MAX];
	size_t len[2];
	const size_t whole = d.len - DTLS_RECORD_HEADER_LEN - 12;
	write_fragment(part[0], &len[0], d, 40, 0, cut_at);
	write_fragment(part[1], &len[1], d, 41, cut_at, whole - cut_at);
	for (size_t i = 0; i < 2; i++) {
		const size_t k = cut_swapped ? 1 - i : i;
		end_recv(&r->server, span_of(part[k], len[k]), &r->server.peer, sim_now(r->sim),
			sim_out(r->server.node));
	}
	return true;
}

static void test_fragmented_hello(void **state)
{
	static const size_t cuts[] = {1, 40, 100};
	for (size_t i = 0; i < 6; i++) {
		struct rig r;
		rig_init(&r, 1, ctx_a, ctx_b);
		r.drop = drop_hello;
		cut_at = cuts[i % 3];
		cut_swapped = i >= 3;
		assert_true(sim_run_until(r.sim, is_connected, &r, 30 * SEC));
		assert_true(sim_now(r.sim) < SEC + 200 * MS); /* no repeat was needed */
		assert_same_keys(&r, SRTP_AEAD_AES_128_GCM);
		rig_done(&r);
	}
}

/* Attack 6: fragments that disagree about the length of their message. Attack 1: a broken hello
 * from a spoofed source. No alert, no teardown: the real one connects afterwards. */
static bool spoil_hello(struct rig *r, bool from_server, struct span d)
{
	if (from_server || r->seen++ > 0)
		return false;
	for (int kind = 0; kind < 3; kind++) {
		uint8_t bad[OUT_MAX], part[OUT_MAX];
		size_t len = d.len;
		memcpy(bad, d.ptr, d.len);
		if (kind == 0) { /* no cipher suite that exists */
			const size_t at = DTLS_RECORD_HEADER_LEN + 12 + 34 + 2;
			const size_t suites = get_u16(bad + at);
			memset(bad + at + 2, 0xee, suites);
		} else if (kind == 1) {
			memset(bad + DTLS_RECORD_HEADER_LEN + 12, 0xff, d.len - DTLS_RECORD_HEADER_LEN - 12);
		} else { /* first a fragment that says 16 MB */
			bad[DTLS_RECORD_HEADER_LEN + 1] = 0xff;
			write_fragment(part, &len, span_of(bad, d.len), 9, 0, 50);
			memcpy(bad, part, len);
		}
		end_recv(&r->server, span_of(bad, len), &r->server.peer, sim_now(r->sim),
			sim_out(r->server.node));
	}
	return false;
}

static bool no_alert(struct rig *r, bool from_server, struct span d)
{
	if (from_server)
		assert_int_not_equal(d.ptr[0], DTLS_ALERT);
	return spoil_hello(r, from_server, d);
}

static void test_broken_hello(void **state)
{
	struct rig r;
	rig_init(&r, 1, ctx_a, ctx_b);
	r.drop = no_alert;
	assert_true(sim_run_until(r.sim, is_connected, &r, 30 * SEC));
	assert_int_equal(dtls_stats(r.server.dtls)->restarts, 3);
	assert_same_keys(&r, SRTP_AEAD_AES_128_GCM);
	rig_done(&r);
}

/* A fatal alert that anyone could have written, between the flights of a handshake. */
static bool forge_alert(struct rig *r, bool from_server, struct span d)
{
	static const uint8_t alert[] = {DTLS_ALERT, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 50, 0, 2, 2, 40};
	if (from_server)
		r->seen++;
	else if (r->seen == 1) /* the client has had the server's hello */
		end_recv(&r->server, span_of(alert, sizeof alert), &r->server.peer, sim_now(r->sim),
			sim_out(r->server.node));
	return false;
}

static void test_forged_alert(void **state)
{
	struct rig r;
	rig_init(&r, 1, ctx_a, ctx_b);
	r.drop = forge_alert;
	assert_true(sim_run_until(r.sim, is_connected, &r, 30 * SEC));
	assert_int_equal(dtls_stats(r.server.dtls)->restarts, 0);
	assert_int_equal(dtls_stats(r.server.dtls)->epoch0, 1);
	rig_done(&r);
}

/* Garbage, truncations and flips of real datagrams: never a crash, never keys; a server that is
 * broken over and over gives up. */
static bool mangle(struct rig *r, bool from_server, struct span d)
{
	uint8_t *copy;
	if (from_server)
		return false;
	for (size_t len = 0; len < d.len; len += 7) {
		copy = malloc(len ? len : 1);
		memcpy(copy, d.ptr, len);
		end_recv(&r->server, span_of(copy, len), &r->server.peer, sim_now(r->sim),
			sim_out(r->server.node));
		free(copy);
	}
	copy = malloc(d.len);
	for (int i = 0; i < 200; i++) {
		memcpy(copy, d.ptr, d.len);
		for (int k = 0; k < 4; k++)
			copy[13 + sim_random(r->sim, d.len - 13)] ^= (uint8_t)(1 << sim_random(r->sim, 8));
		end_recv(&r->server, span_of(copy, d.len), &r->server.peer, sim_now(r->sim),
			sim_out(r->server.node));
	}
	free(copy);
	return false;
}

static void test_mangled(void **state)
{
	for (uint64_t seed = 0; seed < 10; seed++) {
		struct rig r;
		rig_init(&r, seed, ctx_a, ctx_b);
		r.drop = mangle;
		sim_run(r.sim, 5 * SEC);
		assert_true(dtls_stats(r.server.dtls)->restarts <= DTLS_MAX_RESTARTS);
		rig_done(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_no_common_profile),
		cmocka_unit_test(test_lossy),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_wrong_fingerprint),
		cmocka_unit_test(test_fingerprint_text),
		cmocka_unit_test(test_fragmented_hello),
		cmocka_unit_test(test_broken_hello),
		cmocka_unit_test(test_forged_alert),
		cmocka_unit_test(test_mangled),
	};
	return cmocka_run_group_tests(tests, make_ctxs, free_ctxs);
}
