/* AV1's aggregation header, and the dependency descriptor. The functions below read the syntax
 * of the specification's appendix A.4.1 in its order; start at av1_dd_parse. A bit reader with a
 * sticky flag carries all of it. */
#include "wire/av1.h"

enum {
	MANDATORY_LEN = 3,
	LAYER_SAME = 0,
	LAYER_NEXT_TEMPORAL = 1,
	LAYER_NEXT_SPATIAL = 2,
	LAYER_NO_MORE = 3,
};

int av1_parse(struct span payload, struct av1 *ret_av1)
{
	if (payload.len < 2)
		return -ERR_PROTO;
	uint8_t b = payload.ptr[0];
	struct av1 a = {
		.continued = b >> 7,
		.unfinished = b >> 6 & 1,
		.obu_count = b >> 4 & 3,
		.sequence = b >> 3 & 1,
		.data = span_sub(payload, 1, payload.len),
	};
	if (a.sequence && a.continued)
		return -ERR_PROTO;
	*ret_av1 = a;
	return 0;
}

/* ── Bits ── */

struct bits {
	const uint8_t *ptr;
	size_t at; /* bits read */
	size_t end;
	bool bad;
};

/* f(n) of the specification. */
static uint32_t bits_take(struct bits *b, unsigned n)
{
	if (b->bad || n > b->end - b->at) {
		b->bad = true;
		return 0;
	}
	uint32_t v = 0;
	for (; n > 0; n--, b->at++)
		v = v << 1 | (b->ptr[b->at >> 3] >> (7 - (b->at & 7)) & 1);
	return v;
}

static bool bits_flag(struct bits *b)
{
	return bits_take(b, 1);
}

/* ns(n): a number below n, in as few bits as its value allows. */
static uint32_t bits_below(struct bits *b, uint32_t n)
{
	unsigned width = 0;
	for (uint32_t x = n; x > 0; x >>= 1)
		width++;
	uint32_t short_ones = (1u << width) - n;
	uint32_t v = bits_take(b, width - 1);
	if (v < short_ones)
		return v;
	return (v << 1) - short_ones + bits_take(b, 1);
}

/* ── The structure ── */

static int parse_layers(struct bits *b, struct av1_structure *s)
{
	uint8_t sid = 0;
	uint8_t tid = 0;
	uint32_t next;
	do {
		if (b->bad || s->template_count == AV1_TEMPLATES_MAX || sid >= AV1_SPATIAL_MAX ||
			tid >= AV1_TEMPORAL_MAX)
			return -ERR_PROTO;
		struct av1_frame_deps *t = &s->templates[s->template_count++];
		t->sid = sid;
		t->tid = tid;
		if (tid > s->temporal_max)
			s->temporal_max = tid;
		s->spatial_max = sid;
		next = bits_take(b, 2);
		if (next == LAYER_NEXT_TEMPORAL) {
			tid++;
		} else if (next == LAYER_NEXT_SPATIAL) {
			tid = 0;
			sid++;
		}
	} while (next != LAYER_NO_MORE);
	return 0;
}

static void parse_dtis(struct bits *b, const struct av1_structure *s, struct av1_frame_deps *d)
{
	for (int i = 0; i < s->target_count; i++)
		d->dtis[i] = (uint8_t)bits_take(b, 2);
}

static int parse_template_fdiffs(struct bits *b, struct av1_frame_deps *d)
{
	while (bits_flag(b)) {
		if (d->fdiff_count == AV1_FDIFFS_MAX)
			return -ERR_FULL;
		d->fdiffs[d->fdiff_count++] = (uint16_t)(bits_take(b, 4) + 1);
	}
	return 0;
}

static void parse_chains(struct bits *b, struct av1_structure *s)
{
	s->chain_count = (uint8_t)bits_below(b, s->target_count + 1u);
	if (s->chain_count == 0)
		return;
	for (int i = 0; i < s->target_count; i++)
		s->target_chain[i] = (uint8_t)bits_below(b, s->chain_count);
	for (int t = 0; t < s->template_count; t++)
		for (int c = 0; c < s->chain_count; c++)
			s->templates[t].chain_fdiffs[c] = (uint8_t)bits_take(b, 4);
}

/* Not in the bits: what a target shows follows from the templates that it needs. */
static void find_target_layers(struct av1_structure *s)
{
	for (int i = 0; i < s->target_count; i++) {
		for (int t = 0; t < s->template_count; t++) {
			const struct av1_frame_deps *d = &s->templates[t];
			if (d->dtis[i] == AV1_DTI_NONE)
				continue;
			if (d->sid > s->target_sid[i])
				s->target_sid[i] = d->sid;
			if (d->tid > s->target_tid[i])
				s->target_tid[i] = d->tid;
		}
	}
}

static int parse_structure(struct bits *b, struct av1_structure *s)
{
	s->template_offset = (uint8_t)bits_take(b, 6);
	s->target_count = (uint8_t)(bits_take(b, 5) + 1);
	int rc = parse_layers(b, s);
	if (rc < 0)
		return rc;
	for (int t = 0; t < s->template_count; t++)
		parse_dtis(b, s, &s->templates[t]);
	for (int t = 0; t < s->template_count && rc == 0; t++)
		rc = parse_template_fdiffs(b, &s->templates[t]);
	if (rc < 0)
		return rc;
	parse_chains(b, s);
	find_target_layers(s);
	s->has_size = bits_flag(b);
	for (int i = 0; s->has_size && i <= s->spatial_max; i++) {
		s->width[i] = bits_take(b, 16) + 1;
		s->height[i] = bits_take(b, 16) + 1;
	}
	return b->bad ? -ERR_PROTO : 0;
}

/* ── The frame ── */

/* Which parts of the frame differ from its template. */
struct custom {
	bool dtis;
	bool fdiffs;
	bool chains;
};

static int parse_frame_fdiffs(struct bits *b, struct av1_frame_deps *d)
{
	d->fdiff_count = 0;
	memset(d->fdiffs, 0, sizeof(d->fdiffs));
	for (unsigned size; (size = bits_take(b, 2)) > 0;) {
		if (d->fdiff_count == AV1_FDIFFS_MAX)
			return -ERR_FULL;
		d->fdiffs[d->fdiff_count++] = (uint16_t)(bits_take(b, 4 * size) + 1);
	}
	return 0;
}

static int parse_frame(struct bits *b, const struct av1_structure *s, const struct custom *custom,
					   struct av1_dd *dd)
{
	if (s->template_count == 0)
		return -ERR_PHASE;
	unsigned index = (dd->template_id + 64u - s->template_offset) % 64;
	if (index >= s->template_count)
		return -ERR_PROTO;
	dd->deps = s->templates[index];
	if (custom->dtis)
		parse_dtis(b, s, &dd->deps);
	if (custom->fdiffs) {
		int rc = parse_frame_fdiffs(b, &dd->deps);
		if (rc < 0)
			return rc;
	}
	for (int c = 0; custom->chains && c < s->chain_count; c++)
		dd->deps.chain_fdiffs[c] = (uint8_t)bits_take(b, 8);
	if (s->has_size) {
		dd->width = s->width[dd->deps.sid];
		dd->height = s->height[dd->deps.sid];
	}
	return b->bad ? -ERR_PROTO : 0;
}

int av1_dd_parse(struct span data, struct av1_structure *structure, struct av1_dd *ret_dd)
{
	struct bits b = {.ptr = data.ptr, .end = data.len * 8};
	struct av1_structure fresh; /* filled only when one comes */
	const struct av1_structure *s = structure;
	struct custom custom = {0};
	struct av1_dd dd = {0};
	dd.start = bits_flag(&b);
	dd.end = bits_flag(&b);
	dd.template_id = (uint8_t)bits_take(&b, 6);
	dd.frame = (uint16_t)bits_take(&b, 16);
	if (data.len > MANDATORY_LEN) {
		dd.has_structure = bits_flag(&b);
		dd.has_active = bits_flag(&b);
		custom.dtis = bits_flag(&b);
		custom.fdiffs = bits_flag(&b);
		custom.chains = bits_flag(&b);
	}
	if (dd.has_structure) {
		fresh = (struct av1_structure){0};
		int rc = parse_structure(&b, &fresh);
		if (rc < 0)
			return rc;
		s = &fresh;
	}
	if (b.bad)
		return -ERR_PROTO;
	if (dd.has_active)
		dd.active_targets = bits_take(&b, s->target_count);
	else if (dd.has_structure)
		dd.active_targets = (uint32_t)((UINT64_C(1) << s->target_count) - 1);
	dd.has_active = dd.has_active || dd.has_structure;
	int rc = parse_frame(&b, s, &custom, &dd);
	if (rc < 0)
		return rc;
	dd.keyframe = dd.has_structure && dd.start && dd.deps.fdiff_count == 0;
	if (dd.has_structure)
		*structure = fresh;
	*ret_dd = dd;
	return 0;
}
