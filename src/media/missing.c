/* A sorted list, appended at its end; found ones are taken out of the middle, which moves a few
 * bytes, as lists are short unless the line is bad. */
#include "media/missing.h"

void missing_init(struct missing *m)
{
	m->count = 0;
	m->epoch = 0;
	m->deadline = USEC_NEVER;
}

static void forget_first(struct missing *m, unsigned n)
{
	memmove(m->packets, m->packets + n, (m->count - n) * sizeof(m->packets[0]));
	m->count -= n;
	if (m->count == 0)
		m->deadline = USEC_NEVER;
}

/* Have more packets behind number i of the list come than overtake one by accident? All that did
 * not come stand behind it in the list, `count` long. */
static bool overtaken(const struct missing *m, unsigned i, unsigned count, uint16_t top)
{
	return (uint16_t)(top - m->packets[i].seq) > MISSING_REORDER + (count - 1 - i);
}

int missing_gap(struct missing *m, uint16_t top, uint16_t seq, usec now)
{
	unsigned n = (uint16_t)(seq - top - 1);
	usec first;

	if (m->count + n > MISSING_MAX) {
		forget_first(m, m->count);
		return -ERR_FULL;
	}
	if (n == 0 && m->count == 0)
		return 0;
	if (m->count == 0)
		m->epoch = now;
	for (unsigned i = 0; i < n; i++) {
		m->packets[m->count++] = (struct missing_packet){
			.seq = (uint16_t)(top + 1 + i),
			.at_ms = (uint32_t)((now - m->epoch) / USEC_PER_MS),
		};
	}
	/* A newer packet has come: is one overtaken by enough of them by now? The candidates stand
	 * just behind those asked for already. */
	first = now + MISSING_WAIT;
	for (unsigned i = m->count; i > 0 && m->packets[i - 1].tries == 0; i--) {
		if (overtaken(m, i - 1, m->count, seq)) {
			first = now;
			break;
		}
	}
	if (m->packets[m->count - 1].tries == 0)
		m->deadline = usec_min(m->deadline, first);
	return 0;
}

/* Place of the first packet that is not before seq. */
static unsigned lower(const struct missing *m, uint16_t seq)
{
	unsigned lo = 0, hi = m->count;

	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;
		if (seq_before(m->packets[mid].seq, seq))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool missing_found(struct missing *m, uint16_t seq)
{
	unsigned i = lower(m, seq);

	if (i == m->count || m->packets[i].seq != seq)
		return false;
	memmove(m->packets + i, m->packets + i + 1, (m->count - i - 1) * sizeof(m->packets[0]));
	if (--m->count == 0)
		m->deadline = USEC_NEVER;
	return true;
}

void missing_forget_before(struct missing *m, uint16_t seq)
{
	forget_first(m, lower(m, seq));
}

unsigned missing_due(struct missing *m, usec rtt, uint16_t top, usec now, uint16_t *ret_seqs,
					 unsigned cap, bool *ret_lost)
{
	usec retry = rtt ? usec_max(rtt, MISSING_RTT_MIN) : MISSING_RTT;
	unsigned n = 0, kept = 0, count = m->count;

	*ret_lost = false;
	m->deadline = USEC_NEVER;
	for (unsigned i = 0; i < count; i++) {
		struct missing_packet *p = &m->packets[i];
		usec at = m->epoch + p->at_ms * USEC_PER_MS;
		usec due = at + retry;

		if (p->tries == 0)
			due = overtaken(m, i, count, top) ? at : at + MISSING_WAIT;
		if (due <= now && p->tries >= MISSING_TRIES) {
			*ret_lost = true;
			continue;
		}
		if (due <= now && n < cap) {
			ret_seqs[n++] = p->seq;
			p->tries++;
			p->at_ms = (uint32_t)((now - m->epoch) / USEC_PER_MS);
			due = now + retry;
		}
		m->deadline = usec_min(m->deadline, due);
		m->packets[kept++] = *p;
	}
	m->count = kept;
	return n;
}
