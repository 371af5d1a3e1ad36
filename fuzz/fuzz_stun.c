/* STUN: parse; every span inside; what is known written anew and read back the same. */
#include "wire/stun.h"

#include "fuzz.h"

static void write_again(const struct stun *msg)
{
	uint8_t buf[2048];
	uint8_t hmac[STUN_HMAC_LEN] = {0};
	struct stun again;
	struct wr w = wr_init(buf, sizeof(buf));
	stun_write_begin(&w, msg->cls, msg->method, msg->txid);
	stun_write_attr(&w, STUN_ATTR_USERNAME, msg->username);
	if (msg->has_priority)
		stun_write_attr_u32(&w, STUN_ATTR_PRIORITY, msg->priority);
	if (!addr_is_none(&msg->mapped))
		stun_write_xor_addr(&w, STUN_ATTR_XOR_MAPPED_ADDRESS, &msg->mapped);
	MUST(stun_write_integrity_begin(&w).len > 0);
	stun_write_integrity(&w, hmac);
	stun_write_fingerprint(&w);
	MUST(stun_parse(wr_span(&w), &again) == 0);
	MUST(again.cls == msg->cls && again.method == msg->method && again.has_fingerprint);
	MUST(span_eq(again.username, msg->username) && again.priority == msg->priority);
	MUST(addr_eq(&again.mapped, &msg->mapped));

	w = wr_init(buf, sizeof(buf));
	stun_write_error(&w, msg, STUN_UNKNOWN_ATTRIBUTE);
	MUST(stun_parse(wr_span(&w), &again) == 0 && again.error_code == 420);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span pkt = span_of(data, len);
	struct stun msg;
	struct span value, to, from;
	struct addr a;
	bool found = stun_find(pkt, STUN_ATTR_XOR_PEER_ADDRESS, &value);
	if (found && stun_parse_xor_addr(pkt, value, &a) == 0)
		MUST(a.family == 4 || a.family == 6);
	if (stun_parse(pkt, &msg) < 0)
		return 0;
	MUST(stun_is(pkt));
	MUST(inside(pkt, msg.username) && inside(pkt, msg.realm) && inside(pkt, msg.nonce));
	MUST(inside(pkt, msg.integrity) && inside(pkt, msg.reason));
	MUST(msg.username.len <= STUN_USERNAME_MAX);
	if (stun_split_username(msg.username, &to, &from) == 0)
		MUST(to.len + 1 + from.len == msg.username.len);
	if (msg.has_integrity) {
		struct stun_mac mac;
		stun_integrity_input(&msg, pkt, &mac);
		MUST(inside(pkt, mac.body));
	}
	write_again(&msg);
	return 0;
}
