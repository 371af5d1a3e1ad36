/* The security headers that every answer carries. */
#ifndef HTTP_HEADERS_H
#define HTTP_HEADERS_H

#include <stddef.h>

struct headers_field {
	const char *name;
	const char *value;
};

/* All but Content-Security-Policy and Strict-Transport-Security, which depend on the answer and on
 * the settings. */
extern const struct headers_field headers_security[];
extern const size_t headers_security_count;

/* The policy of pages and all else: own origin only, no unsafe-anything, Trusted Types. Not every
 * browser takes 'self' to cover wss, so our own host is named. host: checked; gives (g_free). */
char *headers_csp(const char *host);

/* The same for a worker's script that compiles WebAssembly: with 'wasm-unsafe-eval', which allows
 * that and nothing else. A worker's policy is that of its own script. */
extern const char headers_csp_wasm[];

#endif
