/* Transport-wide feedback. The writer first makes a list of symbols and deltas, then packs it;
 * the reader checks the whole and then walks it a symbol at a time. */
#include "wire/twcc.h"

enum {
	SYM_LOST = 0,
	SYM_SMALL = 1, /* a delta of one byte, 0 to 63.75 ms */
	SYM_LARGE = 2, /* of two bytes with sign */
	SYM_RESERVED = 3,
	FIXED_LEN = 20, /* header, two SSRCs, and the eight bytes before the chunks */
	RUN_MAX = 0x1fff,
	ONE_BIT_SYMS = 14,
	TWO_BIT_SYMS = 7,
	TICKS_PER_REF = TWCC_REF_USEC / TWCC_TICK_USEC,
};

/* ── Writing ── */

struct report {
	uint16_t base_seq;
	int64_t ref; /* of 64 ms */
	int64_t ticks; /* of the latest arrival */
	size_t count; /* symbols */
	size_t delta_count;
	size_t delta_len; /* bytes of all deltas */
	uint8_t syms[TWCC_STATUS_MAX];
	int16_t deltas[TWCC_STATUS_MAX];
};

/* An upper bound: any chunk but the last says at least seven symbols. */
static size_t size_of(size_t count, size_t delta_len)
{
	size_t len = FIXED_LEN + (count + TWO_BIT_SYMS - 1) / TWO_BIT_SYMS * 2 + delta_len;
	return (len + 3) & ~(size_t)3;
}

/* Takes one arrival into the report. False: it belongs into the next one. */
static bool add_arrival(struct report *r, const struct twcc_arrival *a, size_t room)
{
	size_t index = (uint16_t)(a->seq - r->base_seq);
	if (index >= TWCC_STATUS_MAX)
		return false;
	int64_t ticks = a->at / TWCC_TICK_USEC;
	int64_t delta = ticks - r->ticks;
	if (delta < INT16_MIN || delta > INT16_MAX)
		return false;
	bool small = delta >= 0 && delta <= UINT8_MAX;
	if (size_of(index + 1, r->delta_len + (small ? 1 : 2)) > room)
		return false;
	memset(r->syms + r->count, SYM_LOST, index - r->count);
	r->syms[index] = small ? SYM_SMALL : SYM_LARGE;
	r->count = index + 1;
	r->deltas[r->delta_count++] = (int16_t)delta;
	r->delta_len += small ? 1 : 2;
	r->ticks = ticks;
	return true;
}

/* Writes the chunk that says most symbols in its two bytes; returns how many. */
static size_t write_chunk(struct wr *w, const uint8_t *syms, size_t left)
{
	size_t run = 1;
	while (run < left && run < RUN_MAX && syms[run] == syms[0])
		run++;
	size_t wide = left < ONE_BIT_SYMS ? left : ONE_BIT_SYMS;
	bool one_bit = true;
	for (size_t i = 0; i < wide; i++)
		one_bit = one_bit && syms[i] != SYM_LARGE;
	size_t n = one_bit ? wide : left < TWO_BIT_SYMS ? left : TWO_BIT_SYMS;
	if (run >= n) {
		wr_u16(w, (uint16_t)(syms[0] << 13 | run));
		return run;
	}
	unsigned chunk = one_bit ? 0x8000 : 0xc000;
	for (size_t i = 0; i < n; i++)
		chunk |= one_bit ? (unsigned)syms[i] << (13 - i) : (unsigned)syms[i] << (12 - 2 * i);
	wr_u16(w, (uint16_t)chunk);
	return n;
}

static void write_report(struct wr *w, const struct twcc_out *t, const struct report *r)
{
	size_t at = rtcp_write_begin(w, RTCP_RTPFB, RTCP_RTPFB_TWCC);
	wr_u32(w, t->sender);
	wr_u32(w, t->media);
	wr_u16(w, r->base_seq);
	wr_u16(w, (uint16_t)r->count);
	wr_u24(w, (uint32_t)r->ref & 0xffffff);
	wr_u8(w, t->count);
	for (size_t i = 0; i < r->count;)
		i += write_chunk(w, r->syms + i, r->count - i);
	for (size_t i = 0; i < r->delta_count; i++) {
		int16_t d = r->deltas[i];
		if (d >= 0 && d <= UINT8_MAX)
			wr_u8(w, (uint8_t)d);
		else
			wr_u16(w, (uint16_t)d);
	}
	rtcp_write_end(w, at);
}

int twcc_write(struct wr *w, struct twcc_out *t, const struct twcc_arrival *arrivals, size_t count)
{
	size_t i = 0;
	while (i < count && seq_before(arrivals[i].seq, t->next_seq))
		i++;
	if (i == count)
		return (int)count;

	struct report r;
	uint16_t ahead = (uint16_t)(arrivals[i].seq - t->next_seq);
	r.base_seq = ahead < TWCC_STATUS_MAX ? t->next_seq : arrivals[i].seq;
	r.ref = arrivals[i].at / TWCC_REF_USEC;
	r.ticks = r.ref * TICKS_PER_REF;
	r.count = 0;
	r.delta_count = 0;
	r.delta_len = 0;
	size_t room = wr_room(w);
	for (; i < count; i++) {
		uint16_t next = (uint16_t)(r.base_seq + r.count);
		if (r.count > 0 && seq_before(arrivals[i].seq, next))
			continue;
		if (!add_arrival(&r, &arrivals[i], room))
			break;
	}
	if (r.delta_count == 0)
		return -ERR_SPACE;
	write_report(w, t, &r);
	t->next_seq = (uint16_t)(r.base_seq + r.count);
	t->count++;
	return (int)i;
}

/* ── Reading ── */

/* How many symbols a chunk says. */
static unsigned chunk_syms(uint16_t chunk)
{
	if (!(chunk & 0x8000))
		return chunk & RUN_MAX;
	return chunk & 0x4000 ? TWO_BIT_SYMS : ONE_BIT_SYMS;
}

/* Symbol i of a chunk. */
static unsigned chunk_sym(uint16_t chunk, unsigned i)
{
	if (!(chunk & 0x8000))
		return chunk >> 13 & 3;
	if (chunk & 0x4000)
		return chunk >> (12 - 2 * i) & 3;
	return chunk >> (13 - i) & 1;
}

/* Bytes of deltas that the first n symbols of a chunk ask for; -1: a reserved symbol. */
static long chunk_delta_len(uint16_t chunk, unsigned n)
{
	if (!(chunk & 0x8000)) {
		unsigned sym = chunk_sym(chunk, 0);
		return sym == SYM_RESERVED ? -1 : (long)(sym * n); /* as LOST, SMALL, LARGE are 0, 1, 2 */
	}
	long len = 0;
	for (unsigned i = 0; i < n; i++) {
		unsigned sym = chunk_sym(chunk, i);
		if (sym == SYM_RESERVED)
			return -1;
		len += (long)sym;
	}
	return len;
}

int twcc_parse(const struct rtcp *p, struct twcc *ret_twcc)
{
	struct rtcp_fb fb;
	if (p->type != RTCP_RTPFB || p->count != RTCP_RTPFB_TWCC || rtcp_parse_fb(p, &fb) < 0)
		return -ERR_PROTO;
	struct rd r = rd_init(fb.fci);
	struct twcc t = {.sender = fb.sender, .media = fb.media};
	t.base_seq = rd_u16(&r);
	t.status_count = rd_u16(&r);
	uint32_t ref = rd_u24(&r);
	t.ref = (int32_t)ref - (ref & 0x800000 ? 0x1000000 : 0);
	t.count = rd_u8(&r);
	if (r.bad || t.status_count == 0)
		return -ERR_PROTO;

	t.chunks = r;
	size_t delta_len = 0;
	for (unsigned done = 0; done < t.status_count;) {
		uint16_t chunk = rd_u16(&r);
		unsigned n = chunk_syms(chunk);
		if (n > t.status_count - done)
			n = t.status_count - done;
		long len = chunk_delta_len(chunk, n);
		if (r.bad || n == 0 || len < 0)
			return -ERR_PROTO;
		delta_len += (size_t)len;
		done += n;
	}
	t.deltas = r;
	if (rd_left(&r) < delta_len)
		return -ERR_PROTO;
	t.left = t.status_count;
	t.seq = t.base_seq;
	*ret_twcc = t;
	return 0;
}

/* The receiver's clock, folded into 0 to TWCC_WRAP_USEC. */
static usec at_of(const struct twcc *t)
{
	usec at = ((usec)t->ref * TWCC_REF_USEC + t->ticks * TWCC_TICK_USEC) % TWCC_WRAP_USEC;
	return at < 0 ? at + TWCC_WRAP_USEC : at;
}

bool twcc_next(struct twcc *t, struct twcc_status *ret_status)
{
	if (t->left == 0)
		return false;
	if (t->chunk_left == 0) {
		t->chunk = rd_u16(&t->chunks);
		t->chunk_left = (uint16_t)chunk_syms(t->chunk);
	}
	unsigned sym = chunk_sym(t->chunk, chunk_syms(t->chunk) - t->chunk_left);
	t->chunk_left--;
	t->left--;
	struct twcc_status s = {.seq = t->seq++, .received = sym != SYM_LOST};
	if (s.received) {
		t->ticks += sym == SYM_SMALL ? rd_u8(&t->deltas) : (int16_t)rd_u16(&t->deltas);
		s.at = at_of(t);
	}
	*ret_status = s;
	return true;
}

usec twcc_at_diff(usec later, usec earlier)
{
	usec d = (later - earlier) % TWCC_WRAP_USEC;
	if (d < -TWCC_WRAP_USEC / 2)
		d += TWCC_WRAP_USEC;
	if (d >= TWCC_WRAP_USEC / 2)
		d -= TWCC_WRAP_USEC;
	return d;
}
