/* Plain HTTP on the HTTPS port: somebody typed http://. Answered by a redirect, and closed. */
#ifndef HTTP_PLAIN_H
#define HTTP_PLAIN_H

#include "base/bytes.h"

enum { PLAIN_REQUEST_MAX = 4096, PLAIN_ANSWER_MAX = PLAIN_REQUEST_MAX + 512 };

/* Is the header of the request whole? */
bool plain_is_whole(struct span request);

/* Writes the answer to a request: 301 to the same address with https for GET and HEAD, else 400.
 * request: what has come of it. w: PLAIN_ANSWER_MAX bytes of room are enough. */
void plain_answer(struct span request, struct wr *w);

#endif
