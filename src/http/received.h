/* How much a peer has sent. */
#ifndef HTTP_RECEIVED_H
#define HTTP_RECEIVED_H

#include <stdint.h>

/* Bytes that have come on a TCP connection since it began, TLS and all; UINT64_MAX when the system
 * does not say. */
uint64_t received_bytes(int fd);

#endif
