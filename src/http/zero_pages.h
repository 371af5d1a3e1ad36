/* Lets go of pages that hold nothing but zeros. */
#ifndef HTTP_ZERO_PAGES_H
#define HTTP_ZERO_PAGES_H

#include <stddef.h>

/* Gives pages of private anonymous memory (the heap, mmap) that lie whole within len bytes from
 * `from` and are all zeros back to the system: they read as zeros afterwards, as before, and take
 * room again when they are written. Nobody else may write there meanwhile. Returns how many were
 * all zeros. */
size_t zero_pages_drop(const void *from, size_t len);

#endif
