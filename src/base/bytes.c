/* The few cursor operations that are too large to inline. */
#include "base/bytes.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

bool span_eq_secret(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	volatile uint8_t diff = 0;
	for (size_t i = 0; i < a.len; i++)
		diff |= a.ptr[i] ^ b.ptr[i];
	return diff == 0;
}

void wr_fmt(struct wr *w, const char *fmt, ...)
{
	if (w->bad)
		return;
	size_t room = wr_room(w);
	va_list ap;
	va_start(ap, fmt);
	/* vsnprintf wants room for its NUL: measure first, write when it fits with it, else through
	 * a copy, so that a text may fill the buffer to the last byte. */
	int n = vsnprintf((char *)w->ptr, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n > room) {
		w->bad = true;
		return;
	}
	if ((size_t)n == room) {
		char copy[512];
		if ((size_t)n >= sizeof copy) {
			w->bad = true;
			return;
		}
		va_start(ap, fmt);
		vsnprintf(copy, sizeof copy, fmt, ap);
		va_end(ap);
		memcpy(w->ptr, copy, (size_t)n);
	}
	w->ptr += n;
}

void wr_patch_u16(struct wr *w, size_t at, uint16_t v)
{
	if (w->bad)
		return;
	BUG_IF(at + 2 > wr_len(w));
	put_u16(w->start + at, v);
}
