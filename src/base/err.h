/* The error codes of the whole program.
 *
 * A function that can fail returns 0 or more when it is fine and one of these, negated, when it
 * is not: `return -ERR_PROTO;`. The codes say what the caller can do about it, not where it
 * happened; whoever decides what to do logs once, with its object's context. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define NODISCARD __attribute__((warn_unused_result))

enum err {
	ERR_PROTO = 1, /* malformed or against the protocol: drop it */
	ERR_AUTH,      /* authentication or integrity failed: drop it */
	ERR_REPLAY,    /* seen before, or too old to tell */
	ERR_AGAIN,     /* not now: try when more has come or there is room */
	ERR_FULL,      /* a named limit is reached */
	ERR_SPACE,     /* the caller's buffer is too small */
	ERR_NOMEM,     /* out of memory, or a pool is empty */
	ERR_NOTFOUND,  /* no such thing */
	ERR_EXISTS,    /* there is one already */
	ERR_DENIED,    /* known, understood, and not allowed */
	ERR_INVALID,   /* a value that makes no sense here */
	ERR_UNSUPP,    /* valid, but not spoken here */
	ERR_PHASE,     /* not in this state (OpenSSL has a type called ERR_STATE) */
	ERR_CLOSED,    /* the other end, or this object, is gone */
	ERR_IO,        /* the operating system said no; errno says why */
	ERR_CRYPTO,    /* a crypto library call failed that should not */
	ERR_COUNT
};

/* A short lower-case word for a code, given as returned (negative) or positive: "proto", "auth"…
 * Never NULL; static. */
const char *err_name(int err);

/* For our own mistakes only, on in release too: bytes from outside never reach one. Prints the
 * condition and aborts. */
#define BUG_IF(cond)                                                                               \
	do {                                                                                           \
		if (__builtin_expect(!!(cond), 0))                                                         \
			err_bug(#cond, __FILE__, __LINE__);                                                    \
	} while (0)
_Noreturn void err_bug(const char *cond, const char *file, int line);

#endif
