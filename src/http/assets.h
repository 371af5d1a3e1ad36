/* The embedded files of the browser client. The table is generated when the program is built
 * (sorted by path); tests bring their own. */
#ifndef HTTP_ASSETS_H
#define HTTP_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

struct asset {
	const char *path; /* "/index.html" */
	const char *type; /* Content-Type, with charset for text */
	const unsigned char *data;
	size_t len;
	const unsigned char *gz; /* the same compressed with gzip; NULL: not worth it */
	size_t gz_len;
	const char *etag; /* with its quotes */
	bool immutable;   /* the name holds a hash of the content: cache for ever */
};

extern const struct asset assets_table[];
extern const size_t assets_count;

/* The file of that exact path; NULL: none. */
const struct asset *assets_find(const char *path);

#endif
