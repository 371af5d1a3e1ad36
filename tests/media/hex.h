/* Bytes of test vectors, written as they stand in the RFCs: hex digits, with spaces anywhere. */
#ifndef TESTS_MEDIA_HEX_H
#define TESTS_MEDIA_HEX_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Returns how many bytes were written; more than cap is a bug of the test. */
static inline size_t hex(const char *text, uint8_t *dst, size_t cap)
{
	size_t digits = 0;
	for (; *text; text++) {
		const char c = *text;
		int v = c >= '0' && c <= '9' ? c - '0'
			: c >= 'a' && c <= 'f'   ? c - 'a' + 10
			: c >= 'A' && c <= 'F'   ? c - 'A' + 10
									 : -1;
		if (v < 0)
			continue;
		BUG_IF(digits / 2 >= cap);
		dst[digits / 2] = (uint8_t)(digits % 2 ? dst[digits / 2] << 4 | v : v);
		digits++;
	}
	BUG_IF(digits % 2);
	return digits / 2;
}

#endif
