/* Transport-wide feedback: parse and walk; what came is written anew and must read the same. */
#include "wire/twcc.h"

#include "fuzz.h"

enum { ARRIVALS_MAX = 4096 };

/* Writes the arrivals and walks what was written beside them. */
static void write_again(uint16_t base, const struct twcc_arrival *a, size_t count)
{
	static uint8_t buf[65536];
	struct twcc_out out = {.sender = 1, .media = 2, .next_seq = base};
	struct wr w = wr_init(buf, sizeof(buf));
	size_t done = 0;
	while (done < count) {
		int n = twcc_write(&w, &out, a + done, count - done);
		MUST(n > 0);
		done += (size_t)n;
		if (wr_room(&w) < 8192)
			break;
	}
	struct rd in = rd_init(wr_span(&w));
	struct rtcp p;
	size_t i = 0;
	while (rtcp_next(&in, &p) > 0) {
		struct twcc t;
		struct twcc_status s;
		MUST(twcc_parse(&p, &t) == 0);
		while (twcc_next(&t, &s)) {
			if (!s.received)
				continue;
			MUST(i < done && s.seq == a[i].seq && s.at == a[i].at % TWCC_WRAP_USEC);
			i++;
		}
	}
	MUST(i == done);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct twcc_arrival a[ARRIVALS_MAX];
	struct rd in = rd_init(span_of(data, len));
	struct rtcp p;
	while (rtcp_next(&in, &p) > 0) {
		struct twcc t;
		struct twcc_status s;
		if (twcc_parse(&p, &t) < 0)
			continue;
		size_t steps = 0;
		size_t count = 0;
		while (twcc_next(&t, &s)) {
			MUST(s.seq == (uint16_t)(t.base_seq + steps));
			MUST(!s.received || (s.at >= 0 && s.at < TWCC_WRAP_USEC));
			if (s.received && count < ARRIVALS_MAX)
				a[count++] = (struct twcc_arrival){s.seq, s.at};
			steps++;
		}
		MUST(steps == t.status_count && !t.chunks.bad && !t.deltas.bad);
		if (count > 0 && t.status_count < 0x8000)
			write_again(t.base_seq, a, count);
	}
	return 0;
}
