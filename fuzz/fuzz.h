/* For the fuzz targets: what must hold, or the input is a finding. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "base/bytes.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define MUST(cond)                                                                                 \
	do {                                                                                           \
		if (!(cond))                                                                               \
			abort();                                                                               \
	} while (0)

/* Is s inside of whole? */
static inline bool inside(struct span whole, struct span s)
{
	return s.len == 0 || (s.ptr >= whole.ptr && s.ptr + s.len <= whole.ptr + whole.len);
}

#endif
