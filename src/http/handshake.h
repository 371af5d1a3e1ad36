/* The opening handshake of a WebSocket (RFC 6455 4.2): may this request become one? */
#ifndef HTTP_HANDSHAKE_H
#define HTTP_HANDSHAKE_H

#include "http/request.h"

enum { HANDSHAKE_ACCEPT_LEN = 28 };

/* NULL: yes. Else the problem to answer with. protocol: must be among those offered; NULL: any.
 * A cookie alone never opens a WebSocket: Origin must be this server's own (CWE-1385). */
const struct problem *handshake_check(const struct request *req, const char *protocol);

/* Sec-WebSocket-Accept for a key that has been checked. */
void handshake_accept(const char *key, char ret_accept[HANDSHAKE_ACCEPT_LEN + 1]);

#endif
