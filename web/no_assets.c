/* An empty table of embedded files: for unit tests, and for builds without Node. */
#include "http/assets.h"

const struct asset assets_table[1];
const size_t assets_count = 0;
