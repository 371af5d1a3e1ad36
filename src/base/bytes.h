/* Spans of bytes and cursors over them. Byte order lives here and nowhere else.
 *
 * A cursor has a sticky `bad` flag: after the first read past the end every read gives 0 and
 * every write does nothing, so a parser reads a run of fields and asks once. Nothing allocates,
 * nothing is copied unless the name says so; all of it is safe from any thread. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed bytes that are only read. ptr may be NULL when len is 0. */
struct span {
	const uint8_t *ptr;
	size_t len;
};

static inline struct span span_of(const void *ptr, size_t len)
{
	return (struct span){.ptr = ptr, .len = len};
}

/* The bytes of a NUL-terminated string, without the NUL. */
static inline struct span span_str(const char *s)
{
	return span_of(s, s ? strlen(s) : 0);
}

static inline bool span_eq(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool span_is(struct span a, const char *s)
{
	return span_eq(a, span_str(s));
}

/* The part from `at`, at most `len` long; empty when `at` lies behind the end. */
static inline struct span span_sub(struct span s, size_t at, size_t len)
{
	if (at > s.len)
		return span_of(NULL, 0);
	return span_of(s.ptr + at, len < s.len - at ? len : s.len - at);
}

/* Compares in time that depends on the length only: for integrity tags and tokens. */
bool span_eq_secret(struct span a, struct span b);

/* ── Reading ── */
struct rd {
	const uint8_t *ptr; /* next byte */
	const uint8_t *end; /* behind the last */
	bool bad;           /* something was read past the end */
};

static inline struct rd rd_init(struct span s)
{
	return (struct rd){.ptr = s.ptr, .end = s.ptr ? s.ptr + s.len : s.ptr, .bad = false};
}

static inline size_t rd_left(const struct rd *r)
{
	return r->bad ? 0 : (size_t)(r->end - r->ptr);
}

/* Takes n bytes: a span into the input, or an empty one and bad. */
static inline struct span rd_take(struct rd *r, size_t n)
{
	if (r->bad || n > (size_t)(r->end - r->ptr)) {
		r->bad = true;
		return span_of(NULL, 0);
	}
	struct span s = span_of(r->ptr, n);
	r->ptr += n;
	return s;
}

static inline void rd_skip(struct rd *r, size_t n)
{
	(void)rd_take(r, n);
}

static inline struct span rd_rest(struct rd *r)
{
	return rd_take(r, rd_left(r));
}

static inline uint64_t rd_uint(struct rd *r, size_t n)
{
	struct span s = rd_take(r, n);
	uint64_t v = 0;
	for (size_t i = 0; i < s.len; i++)
		v = v << 8 | s.ptr[i];
	return v;
}

static inline uint8_t rd_u8(struct rd *r)
{
	return (uint8_t)rd_uint(r, 1);
}

static inline uint16_t rd_u16(struct rd *r)
{
	return (uint16_t)rd_uint(r, 2);
}

static inline uint32_t rd_u24(struct rd *r)
{
	return (uint32_t)rd_uint(r, 3);
}

static inline uint32_t rd_u32(struct rd *r)
{
	return (uint32_t)rd_uint(r, 4);
}

static inline uint64_t rd_u64(struct rd *r)
{
	return rd_uint(r, 8);
}

/* ── Writing ── */
struct wr {
	uint8_t *start;
	uint8_t *ptr; /* where the next byte goes */
	uint8_t *end; /* behind the last byte of room */
	bool bad;     /* something did not fit; nothing is written any more */
};

static inline struct wr wr_init(void *buf, size_t cap)
{
	return (struct wr){.start = buf, .ptr = buf, .end = (uint8_t *)buf + cap, .bad = false};
}

static inline size_t wr_len(const struct wr *w)
{
	return (size_t)(w->ptr - w->start);
}

static inline size_t wr_room(const struct wr *w)
{
	return w->bad ? 0 : (size_t)(w->end - w->ptr);
}

/* What has been written so far; empty when bad. */
static inline struct span wr_span(const struct wr *w)
{
	return w->bad ? span_of(NULL, 0) : span_of(w->start, wr_len(w));
}

/* Reserves n bytes and gives where they begin, or NULL and bad. */
static inline uint8_t *wr_take(struct wr *w, size_t n)
{
	if (w->bad || n > (size_t)(w->end - w->ptr)) {
		w->bad = true;
		return NULL;
	}
	uint8_t *p = w->ptr;
	w->ptr += n;
	return p;
}

static inline void wr_uint(struct wr *w, uint64_t v, size_t n)
{
	uint8_t *p = wr_take(w, n);
	if (!p)
		return;
	for (size_t i = n; i > 0; i--) {
		p[i - 1] = (uint8_t)v;
		v >>= 8;
	}
}

static inline void wr_u8(struct wr *w, uint8_t v)
{
	wr_uint(w, v, 1);
}

static inline void wr_u16(struct wr *w, uint16_t v)
{
	wr_uint(w, v, 2);
}

static inline void wr_u24(struct wr *w, uint32_t v)
{
	wr_uint(w, v, 3);
}

static inline void wr_u32(struct wr *w, uint32_t v)
{
	wr_uint(w, v, 4);
}

static inline void wr_u64(struct wr *w, uint64_t v)
{
	wr_uint(w, v, 8);
}

static inline void wr_bytes(struct wr *w, struct span s)
{
	uint8_t *p = wr_take(w, s.len);
	if (p && s.len)
		memcpy(p, s.ptr, s.len);
}

static inline void wr_str(struct wr *w, const char *s)
{
	wr_bytes(w, span_str(s));
}

/* Formatted text, without a NUL; bad when it does not fit. */
void wr_fmt(struct wr *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Writes a 16-bit value at an earlier place, for lengths known only afterwards.
 * at  offset from the start; at + 2 must lie in what has been written */
void wr_patch_u16(struct wr *w, size_t at, uint16_t v);

/* ── Fixed places ── */
static inline uint16_t get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void put_u16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void put_u32(uint8_t *p, uint32_t v)
{
	put_u16(p, (uint16_t)(v >> 16));
	put_u16(p + 2, (uint16_t)v);
}

/* RFC 1982 serial arithmetic on RTP sequence numbers: is a before b? */
static inline bool seq_before(uint16_t a, uint16_t b)
{
	return (int16_t)(a - b) < 0;
}

#endif
