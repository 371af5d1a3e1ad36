/* STUN: the messages of RFC 5769, and what liars send. */
#include "wire/stun.h"

#include "wire/support.h"

/* RFC 5769 2: the password of 2.1 to 2.3, and the key of 2.4, which is the MD5 of
 * user:realm:password as RFC 8489 9.2.2 makes it. */
static const char password[] = "VOkJxbRl1RmTxUk/WvJxBt";
static const char long_term_key[] = "e8ca7ad59d5eb0518e312911d2dab2a9";

static const char request[] =
	"00010058 2112a442 b7e7a701bc34d686fa87dfae"
	"80220010 5354554e207465737420636c69656e74"
	"00240004 6e0001ff"
	"80290008 932ff9b151263b36"
	"00060009 6576746a3a68367659202020"
	"00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
	"80280004 e57a3bcf";
static const char response4[] =
	"0101003c 2112a442 b7e7a701bc34d686fa87dfae"
	"8022000b 7465737420766563746f7220"
	"00200008 0001a147e112a643"
	"00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7"
	"80280004 c07d4c96";
static const char response6[] =
	"01010048 2112a442 b7e7a701bc34d686fa87dfae"
	"8022000b 7465737420766563746f7220"
	"00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
	"00080014 a382954e4be67bf11784c97c8292c275bfe3ed41"
	"80280004 c8fb0b4c";
static const char long_term[] =
	"00010060 2112a442 78ad3433c6ad72c029da412e"
	"00060012 e3839ee38388e383aae38383e382afe382b90000"
	"0015001c 662f2f3439396b393534643 64f4c33346f4c394653547679363473 41"
	"0014000b 6578616d706c652e6f726700"
	"00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666";

static void assert_integrity(struct span pkt, const struct stun *msg, struct span key)
{
	struct stun_mac mac;
	uint8_t hmac[20];
	assert_true(msg->has_integrity);
	stun_integrity_input(msg, pkt, &mac);
	hmac_sha1(key, span_of(mac.head, sizeof(mac.head)), mac.body, hmac);
	assert_true(span_eq(msg->integrity, span_of(hmac, sizeof(hmac))));
}

/* RFC 2202 3, cases 1 and 2: the tests' own HMAC is right. */
static void test_hmac(void **state)
{
	uint8_t hmac[20];
	hmac_sha1(unhex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), span_str("Hi"),
			  span_str(" There"), hmac);
	assert_bytes(span_of(hmac, 20), "b617318655057264e28bc0b6fb378c8ef146be00");
	hmac_sha1(span_str("Jefe"), span_str("what do ya want for nothing?"), span_str(""), hmac);
	assert_bytes(span_of(hmac, 20), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

/* RFC 5769 2.1 */
static void test_request(void **state)
{
	struct span pkt = unhex(request);
	struct stun msg;
	assert_true(stun_is(pkt));
	assert_int_equal(stun_parse(pkt, &msg), 0);
	assert_int_equal(msg.cls, STUN_REQUEST);
	assert_int_equal(msg.method, STUN_BINDING);
	assert_bytes(span_of(msg.txid, STUN_TXID_LEN), "b7e7a701bc34d686fa87dfae");
	assert_true(span_is(msg.username, "evtj:h6vY"));
	assert_true(msg.has_priority);
	assert_int_equal(msg.priority, 0x6e0001ff);
	assert_true(msg.ice_controlled);
	assert_false(msg.ice_controlling);
	assert_true(msg.tiebreaker == 0x932ff9b151263b36);
	assert_false(msg.use_candidate);
	assert_true(msg.has_fingerprint);
	assert_int_equal(msg.unknown_count, 0);
	assert_true(addr_is_none(&msg.mapped));
	assert_integrity(pkt, &msg, span_str(password));

	struct span to, from;
	assert_int_equal(stun_split_username(msg.username, &to, &from), 0);
	assert_true(span_is(to, "evtj"));
	assert_true(span_is(from, "h6vY"));
	assert_int_equal(stun_split_username(span_str("evtj"), &to, &from), -ERR_PROTO);
	assert_int_equal(stun_split_username(span_str(""), &to, &from), -ERR_PROTO);

	struct span software;
	assert_true(stun_find(pkt, STUN_ATTR_SOFTWARE, &software));
	assert_true(span_is(software, "STUN test client"));
	assert_false(stun_find(pkt, STUN_ATTR_REALM, &software));
	assert_false(stun_find(pkt, STUN_ATTR_FINGERPRINT, &software)); /* behind the integrity */
}

static void assert_address(struct span pkt, const struct addr *a, const char *text)
{
	struct addr want;
	assert_int_equal(addr_parse(text, 0, &want), 0);
	assert_true(addr_eq(a, &want));
	struct span value;
	struct addr again;
	assert_true(stun_find(pkt, STUN_ATTR_XOR_MAPPED_ADDRESS, &value));
	assert_int_equal(stun_parse_xor_addr(pkt, value, &again), 0);
	assert_true(addr_eq(&again, &want));
}

/* RFC 5769 2.2, 2.3 */
static void test_responses(void **state)
{
	struct span pkt = unhex(response4);
	struct stun msg;
	assert_int_equal(stun_parse(pkt, &msg), 0);
	assert_int_equal(msg.cls, STUN_SUCCESS);
	assert_true(msg.has_fingerprint);
	assert_address(pkt, &msg.mapped, "192.0.2.1:32853");
	assert_integrity(pkt, &msg, span_str(password));

	pkt = unhex(response6);
	assert_int_equal(stun_parse(pkt, &msg), 0);
	assert_true(msg.has_fingerprint);
	assert_address(pkt, &msg.mapped, "[2001:db8:1234:5678:11:2233:4455:6677]:32853");
	assert_integrity(pkt, &msg, span_str(password));
}

/* RFC 5769 2.4, read, and written byte for byte */
static void test_long_term(void **state)
{
	struct span pkt = unhex(long_term);
	struct stun msg;
	assert_int_equal(stun_parse(pkt, &msg), 0);
	assert_false(msg.has_fingerprint);
	assert_true(span_is(msg.username, "\xe3\x83\x9e\xe3\x83\x88\xe3\x83\xaa\xe3\x83\x83"
									  "\xe3\x82\xaf\xe3\x82\xb9"));
	assert_true(span_is(msg.realm, "example.org"));
	assert_true(span_is(msg.nonce, "f//499k954d6OL34oL9FSTvy64sA"));
	assert_integrity(pkt, &msg, unhex(long_term_key));

	uint8_t buf[256];
	uint8_t hmac[20];
	struct wr w = wr_init(buf, sizeof(buf));
	stun_write_begin(&w, STUN_REQUEST, STUN_BINDING, msg.txid);
	stun_write_attr(&w, STUN_ATTR_USERNAME, msg.username);
	stun_write_attr(&w, STUN_ATTR_NONCE, msg.nonce);
	stun_write_attr(&w, STUN_ATTR_REALM, msg.realm);
	hmac_sha1(unhex(long_term_key), stun_write_integrity_begin(&w), span_of(NULL, 0), hmac);
	stun_write_integrity(&w, hmac);
	assert_true(span_eq(wr_span(&w), pkt));
}

/* A whole answer: the bytes of RFC 5769 2.2 but for SOFTWARE, judged by reading it again. */
static void test_write_success(void **state)
{
	uint8_t buf[128];
	uint8_t hmac[20];
	struct stun req, msg;
	struct addr from;
	assert_int_equal(stun_parse(unhex(request), &req), 0);
	assert_int_equal(addr_parse("192.0.2.1:32853", 0, &from), 0);
	struct wr w = wr_init(buf, sizeof(buf));
	stun_write_success(&w, req.txid, &from);
	assert_bytes(wr_span(&w), "0101000c 2112a442 b7e7a701bc34d686fa87dfae"
							  "00200008 0001a147e112a643");
	hmac_sha1(span_str(password), stun_write_integrity_begin(&w), span_of(NULL, 0), hmac);
	stun_write_integrity(&w, hmac);
	stun_write_fingerprint(&w);
	struct span pkt = wr_span(&w);
	assert_int_equal(pkt.len, 20 + 12 + 24 + 8);
	assert_int_equal(stun_parse(pkt, &msg), 0);
	assert_true(msg.has_fingerprint);
	assert_address(pkt, &msg.mapped, "192.0.2.1:32853");
	assert_integrity(pkt, &msg, span_str(password));
}

/* The fingerprint of RFC 5769 2.2 comes out when everything before it is written the same. */
static void test_write_fingerprint(void **state)
{
	uint8_t buf[128];
	struct span pkt = unhex(response4);
	memcpy(buf, pkt.ptr, pkt.len - 8);
	struct wr w = wr_init(buf, sizeof(buf));
	w.ptr += pkt.len - 8;
	stun_write_fingerprint(&w);
	assert_true(span_eq(wr_span(&w), pkt));
}

static void test_write_error(void **state)
{
	/* 0x7001 to 0x7009: nine that nobody knows, one more than are listed */
	uint8_t buf[256];
	struct stun req, msg;
	struct wr w = wr_init(buf, sizeof(buf));
	stun_write_begin(&w, STUN_REQUEST, STUN_BINDING, (const uint8_t *)"twelve bytes");
	for (uint16_t i = 1; i <= 9; i++)
		stun_write_attr(&w, (uint16_t)(0x7000 + i), span_str("x"));
	stun_write_attr(&w, 0xc057, span_str("optional"));
	assert_int_equal(stun_parse(wr_span(&w), &req), 0);
	assert_int_equal(req.unknown_count, 9);
	assert_int_equal(req.unknown[0], 0x7001);
	assert_int_equal(req.unknown[7], 0x7008);

	uint8_t answer[128];
	w = wr_init(answer, sizeof(answer));
	stun_write_error(&w, &req, STUN_UNKNOWN_ATTRIBUTE);
	assert_int_equal(stun_parse(wr_span(&w), &msg), 0);
	assert_int_equal(msg.cls, STUN_ERROR);
	assert_int_equal(msg.error_code, 420);
	assert_true(span_is(msg.reason, "Unknown Attribute"));
	struct span list;
	assert_true(stun_find(wr_span(&w), STUN_ATTR_UNKNOWN_ATTRIBUTES, &list));
	assert_bytes(list, "7001700270037004 7005700670077008");

	static const enum stun_code codes[] = {STUN_BAD_REQUEST, STUN_UNAUTHENTICATED,
										   STUN_ROLE_CONFLICT, STUN_SERVER_ERROR};
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		w = wr_init(answer, sizeof(answer));
		stun_write_error(&w, &req, codes[i]);
		assert_int_equal(stun_parse(wr_span(&w), &msg), 0);
		assert_int_equal(msg.error_code, codes[i]);
		assert_true(msg.reason.len > 0);
	}
}

static void test_write_check(void **state)
{
	uint8_t buf[256];
	struct stun msg;
	struct stun_check check = {
		.txid = "twelve bytes",
		.username = "theirs:ours",
		.priority = 0x6e7f1eff,
		.tiebreaker = 0x0123456789abcdef,
		.controlling = true,
		.use_candidate = true,
	};
	struct wr w = wr_init(buf, sizeof(buf));
	stun_write_check(&w, &check);
	assert_int_equal(stun_parse(wr_span(&w), &msg), 0);
	assert_true(span_is(msg.username, "theirs:ours"));
	assert_true(msg.use_candidate && msg.ice_controlling && !msg.ice_controlled);
	assert_true(msg.tiebreaker == check.tiebreaker);
	assert_int_equal(msg.priority, check.priority);

	/* Too little room at every size: bad, and nothing past the end. */
	size_t len = wr_len(&w);
	for (size_t cap = 0; cap < len; cap++) {
		w = wr_init(buf, cap);
		stun_write_check(&w, &check);
		stun_write_fingerprint(&w);
		assert_true(w.bad);
	}
}

/* RFC 8489 5: class and method are interleaved. */
static void test_types(void **state)
{
	static const struct {
		enum stun_class cls;
		uint16_t method;
		uint16_t type;
	} cases[] = {
		{STUN_REQUEST, STUN_BINDING, 0x0001},     {STUN_SUCCESS, STUN_BINDING, 0x0101},
		{STUN_ERROR, STUN_BINDING, 0x0111},       {STUN_INDICATION, STUN_BINDING, 0x0011},
		{STUN_ERROR, STUN_ALLOCATE, 0x0113},      {STUN_INDICATION, STUN_SEND, 0x0016},
		{STUN_SUCCESS, STUN_CHANNEL_BIND, 0x0109}, {STUN_REQUEST, 0x0ff, 0x02ef},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t buf[20];
		struct stun msg;
		struct wr w = wr_init(buf, sizeof(buf));
		stun_write_begin(&w, cases[i].cls, cases[i].method, (const uint8_t *)"twelve bytes");
		assert_int_equal(get_u16(buf), cases[i].type);
		assert_int_equal(stun_parse(wr_span(&w), &msg), 0);
		assert_int_equal(msg.cls, cases[i].cls);
		assert_int_equal(msg.method, cases[i].method);
	}
}

/* Messages made by hand that must be refused, and a few at the edge that must not. */
static void test_malformed(void **state)
{
#define HEAD(len) "0001" len "2112a442 000102030405060708090a0b "
	static const struct {
		const char *hex;
		int rc;
	} cases[] = {
		{HEAD("0000"), 0},
		{HEAD("0004"), -ERR_PROTO},                             /* says more than there is */
		{HEAD("0000") "00250000", -ERR_PROTO},                  /* and less */
		{HEAD("0003") "002500", -ERR_PROTO},                    /* not of four bytes */
		{HEAD("0004") "00250000", 0},                           /* USE-CANDIDATE */
		{HEAD("0008") "00250001 00000000", -ERR_PROTO},         /* with a value */
		{HEAD("0008") "00240004 00000001", 0},                  /* PRIORITY */
		{HEAD("0008") "00240003 00000000", -ERR_PROTO},         /* too short */
		{HEAD("0008") "00240005 00000000", -ERR_PROTO},         /* past the end */
		{HEAD("0008") "0006ffff 00000000", -ERR_PROTO},
		{HEAD("0008") "80220003 41424300", 0},
		{HEAD("0008") "80220003 414243ff", 0},                  /* padding is not looked at */
		{HEAD("000c") "802a0008 0000000000000001", 0},
		{HEAD("0018") "802a0008 0000000000000001 80290008 0000000000000002", -ERR_PROTO},
		{HEAD("0008") "00080004 00000000", -ERR_PROTO},         /* a short integrity */
		{HEAD("0008") "80280004 00000000", -ERR_PROTO},         /* a wrong fingerprint */
		{HEAD("000c") "00200008 0003000000000000", -ERR_PROTO}, /* no such family */
		{HEAD("000c") "00200008 0002000000000000", -ERR_PROTO}, /* IPv6 in 8 bytes */
		{HEAD("0008") "00090004 00000401", 0},                  /* 401 */
		{HEAD("0008") "00090004 00000201", -ERR_PROTO},         /* 201 is no error */
		{HEAD("0008") "00090004 00000464", -ERR_PROTO},         /* 4 hundred and 100 */
		{HEAD("0008") "00090003 00000400", -ERR_PROTO},
		{"0001 0000 2112a443 000102030405060708090a0b", -ERR_PROTO}, /* another cookie */
		{"4001 0000 2112a442 000102030405060708090a0b", -ERR_PROTO}, /* channel data */
	};
#undef HEAD
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct stun msg;
		struct span pkt = unhex(cases[i].hex);
		if (stun_parse(pkt, &msg) != cases[i].rc)
			fail_msg("case %zu: %s", i, cases[i].hex);
	}
}

/* What follows MESSAGE-INTEGRITY is not believed (attack case 12), a second one of a kind not
 * either, and a fingerprint that is not the last is refused. */
static void test_trailing(void **state)
{
	uint8_t buf[256];
	struct stun msg;
	struct wr w = wr_init(buf, sizeof(buf));
	stun_write_begin(&w, STUN_REQUEST, STUN_BINDING, (const uint8_t *)"twelve bytes");
	stun_write_attr(&w, STUN_ATTR_USERNAME, span_str("first"));
	stun_write_attr(&w, STUN_ATTR_USERNAME, span_str("second"));
	stun_write_attr_u32(&w, STUN_ATTR_PRIORITY, 1);
	stun_write_attr_u32(&w, STUN_ATTR_PRIORITY, 2);
	stun_write_integrity(&w, (const uint8_t *)"twenty bytes of hmac");
	stun_write_attr(&w, STUN_ATTR_USE_CANDIDATE, span_of(NULL, 0));
	stun_write_attr(&w, STUN_ATTR_REALM, span_str("forged"));
	stun_write_attr(&w, 0x7001, span_str("unknown"));
	assert_int_equal(stun_parse(wr_span(&w), &msg), 0);
	assert_true(span_is(msg.username, "first"));
	assert_int_equal(msg.priority, 1);
	assert_false(msg.use_candidate);
	assert_int_equal(msg.realm.len, 0);
	assert_int_equal(msg.unknown_count, 0);
	struct stun_mac mac;
	stun_integrity_input(&msg, wr_span(&w), &mac);
	assert_int_equal(STUN_HEADER_LEN + mac.body.len, msg.integrity_at);
	assert_int_equal(get_u16(mac.head + 2), msg.integrity_at - 20 + 24);

	stun_write_fingerprint(&w);
	assert_int_equal(stun_parse(wr_span(&w), &msg), 0);
	assert_true(msg.has_fingerprint);
	stun_write_attr(&w, STUN_ATTR_SOFTWARE, span_str("late"));
	assert_int_equal(stun_parse(wr_span(&w), &msg), -ERR_PROTO);
}

static void test_limits(void **state)
{
	static uint8_t buf[2048];
	static char name[STUN_USERNAME_MAX + 2];
	struct stun msg;
	memset(name, 'u', sizeof(name) - 1);
	struct wr w = wr_init(buf, sizeof(buf));
	stun_write_begin(&w, STUN_REQUEST, STUN_BINDING, (const uint8_t *)"twelve bytes");
	stun_write_attr(&w, STUN_ATTR_USERNAME, span_of(name, STUN_USERNAME_MAX));
	assert_int_equal(stun_parse(wr_span(&w), &msg), 0);
	w = wr_init(buf, sizeof(buf));
	stun_write_begin(&w, STUN_REQUEST, STUN_BINDING, (const uint8_t *)"twelve bytes");
	stun_write_attr(&w, STUN_ATTR_USERNAME, span_of(name, STUN_USERNAME_MAX + 1));
	assert_int_equal(stun_parse(wr_span(&w), &msg), -ERR_PROTO);

	w = wr_init(buf, sizeof(buf));
	stun_write_begin(&w, STUN_REQUEST, STUN_BINDING, (const uint8_t *)"twelve bytes");
	for (int i = 0; i < STUN_ATTRS_MAX; i++)
		stun_write_attr(&w, 0x7001, span_of(NULL, 0));
	assert_int_equal(stun_parse(wr_span(&w), &msg), 0);
	assert_int_equal(msg.unknown_count, STUN_ATTRS_MAX);
	stun_write_attr(&w, 0x7001, span_of(NULL, 0));
	assert_int_equal(stun_parse(wr_span(&w), &msg), -ERR_PROTO);
}

static void refuse(struct span pkt)
{
	struct stun msg;
	struct span value;
	if (pkt.len < unhex(request).len)
		assert_int_equal(stun_parse(pkt, &msg), -ERR_PROTO);
	(void)stun_find(pkt, STUN_ATTR_REALM, &value);
}

/* One bit wrong anywhere, and the fingerprint tells. */
static void refuse_flip(struct span pkt)
{
	struct stun msg;
	if (stun_parse(pkt, &msg) == 0)
		assert_false(msg.has_fingerprint);
}

static void test_cut(void **state)
{
	each_prefix(unhex(request), refuse);
	each_flip(unhex(request), refuse_flip);
	each_flip(unhex(response6), refuse_flip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hmac),          cmocka_unit_test(test_request),
		cmocka_unit_test(test_responses),     cmocka_unit_test(test_long_term),
		cmocka_unit_test(test_write_success), cmocka_unit_test(test_write_fingerprint),
		cmocka_unit_test(test_write_error),   cmocka_unit_test(test_write_check),
		cmocka_unit_test(test_types),         cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_trailing),      cmocka_unit_test(test_limits),
		cmocka_unit_test(test_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
