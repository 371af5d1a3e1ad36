/* For the tests of packet formats: bytes from hex text, every prefix of a packet in a block of
 * exactly its size (so that a sanitizer sees the first byte past it), and SHA-1's HMAC. */
#ifndef TESTS_WIRE_SUPPORT_H
#define TESTS_WIRE_SUPPORT_H

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Bytes that hex text spells; spaces and newlines are passed over. Gives a static block, the
 * next but seven call takes it again. */
struct span unhex(const char *hex);

/* Calls try with each proper prefix of s, shortest first, and then with s itself. */
void each_prefix(struct span s, void (*try)(struct span prefix));

/* Calls try with copies of s in which one byte has another value; every byte gets several. */
void each_flip(struct span s, void (*try)(struct span flipped));

void assert_bytes(struct span got, const char *hex);

void hmac_sha1(struct span key, struct span head, struct span body, uint8_t ret_hmac[20]);

/* A small generator with a seed, for tests by chance that repeat. */
uint32_t chance(uint32_t *seed);

#endif
