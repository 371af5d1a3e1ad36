/* RFC 4571 framing: the first byte says how the rest is cut; any cutting must give the packets
 * that no cutting gives. */
#include "wire/frame4571.h"

#include "fuzz.h"

enum { CAP = 1500 };

struct sum {
	uint64_t hash;
	size_t count;
	int rc;
};

static struct sum feed(struct span stream, size_t step)
{
	static uint8_t buf[CAP];
	struct frame4571 f;
	struct sum sum = {0};
	frame4571_init(&f, buf, sizeof(buf));
	for (size_t at = 0; at < stream.len && sum.rc >= 0; at += step) {
		struct span piece = span_sub(stream, at, step);
		struct rd in = rd_init(piece);
		struct span pkt;
		while ((sum.rc = frame4571_recv(&f, &in, &pkt)) > 0) {
			MUST(pkt.len > 0 && pkt.len <= CAP);
			MUST(inside(stream, pkt) || inside(span_of(buf, sizeof(buf)), pkt));
			for (size_t i = 0; i < pkt.len; i++)
				sum.hash = sum.hash * 31 + pkt.ptr[i];
			sum.count++;
		}
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len < 2)
		return 0;
	struct span stream = span_of(data + 1, len - 1);
	struct sum whole = feed(stream, stream.len);
	struct sum cut = feed(stream, data[0] + 1u);
	MUST(whole.hash == cut.hash && whole.count == cut.count && whole.rc == cut.rc);
	return 0;
}
