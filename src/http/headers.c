/* One policy, written once. */
#include "http/headers.h"

#include <glib.h>

#define CSP(script, connect)                                                                       \
	"default-src 'none'; script-src 'self'" script                                                 \
	"; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "                            \
	"media-src 'self' blob: mediastream:; connect-src 'self'" connect "; worker-src 'self'; "      \
	"manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "           \
	"require-trusted-types-for 'script'; trusted-types ting"

const char headers_csp_wasm[] = CSP(" 'wasm-unsafe-eval'", "");

char *headers_csp(const char *host)
{
	return host[0] ? g_strdup_printf(CSP("", " wss://%s"), host) : g_strdup(CSP("", ""));
}

const struct headers_field headers_security[] = {
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self), "
						   "fullscreen=(self), picture-in-picture=(self), screen-wake-lock=(self), "
						   "speaker-selection=(self), geolocation=(), usb=(), payment=()"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"X-Frame-Options", "DENY"},
};
const size_t headers_security_count = sizeof headers_security / sizeof headers_security[0];
