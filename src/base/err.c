/* Names of error codes, and the end of the road for our own mistakes. */
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const names[ERR_COUNT] = {
	[0] = "ok",
	[ERR_PROTO] = "proto",
	[ERR_AUTH] = "auth",
	[ERR_REPLAY] = "replay",
	[ERR_AGAIN] = "again",
	[ERR_FULL] = "full",
	[ERR_SPACE] = "space",
	[ERR_NOMEM] = "nomem",
	[ERR_NOTFOUND] = "notfound",
	[ERR_EXISTS] = "exists",
	[ERR_DENIED] = "denied",
	[ERR_INVALID] = "invalid",
	[ERR_UNSUPP] = "unsupp",
	[ERR_PHASE] = "phase",
	[ERR_CLOSED] = "closed",
	[ERR_IO] = "io",
	[ERR_CRYPTO] = "crypto",
};

const char *err_name(int err)
{
	if (err < 0)
		err = -err;
	return err >= 0 && err < ERR_COUNT ? names[err] : "unknown";
}

void err_bug(const char *cond, const char *file, int line)
{
	fprintf(stderr, "ting: bug: %s at %s:%d\n", cond, file, line);
	abort();
}
