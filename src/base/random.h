/* Randomness that can't be guessed, from the kernel. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Fills buf. Never fails: without a random source the program aborts. Any thread. */
void random_bytes(void *buf, size_t len);

uint32_t random_u32(void);
uint64_t random_u64(void);

enum {
	RANDOM_CODE_LEN = 26,  /* letters in a code of 128 bits and a little */
	RANDOM_TOKEN_LEN = 43, /* characters in a token of 256 bits */
};

/* A meeting's code: 26 signs out of 32 that are not mistaken for each other (a-z without i, l
 * and o; 0 and 2-9), so 130 bits, and the NUL. */
void random_code(char ret_code[RANDOM_CODE_LEN + 1]);

/* A bearer token: 256 bits as 43 characters of base64url, and the NUL. */
void random_token(char ret_token[RANDOM_TOKEN_LEN + 1]);

#endif
