/* The text of openapi.json, as the build has written it down. */
#ifndef APP_OPENAPI_H
#define APP_OPENAPI_H

#include <stddef.h>

extern const unsigned char openapi_json[];
extern const size_t openapi_json_len;

#endif
