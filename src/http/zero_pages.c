/* To whom the memory belongs does not matter: its content stays the same. */
#include "http/zero_pages.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool is_zero(const uint8_t *page, size_t len)
{
	return page[0] == 0 && memcmp(page, page + 1, len - 1) == 0;
}

size_t zero_pages_drop(const void *from, size_t len)
{
	const size_t page_len = (size_t)sysconf(_SC_PAGESIZE);
	const uintptr_t end = (uintptr_t)from + len;
	uintptr_t at = ((uintptr_t)from + page_len - 1) / page_len * page_len;
	size_t dropped = 0;
	for (; at + page_len <= end; at += page_len) {
		if (!is_zero((const uint8_t *)at, page_len))
			continue;
		/* Locked memory is refused, and stays. */
		(void)!madvise((void *)at, page_len, MADV_DONTNEED);
		dropped++;
	}
	return dropped;
}
