/* Tags in a table, each at the place that it names itself. */
#include "identity/known.h"

#include "base/random.h"

#include <glib.h>
#include <string.h>

struct known {
	uint8_t seed[32];
	unsigned slots;
	uint64_t tag[]; /* 0: nobody */
};

struct known *known_new(unsigned slots)
{
	struct known *known = g_malloc0(sizeof *known + slots * sizeof(uint64_t));
	random_bytes(known->seed, sizeof known->seed);
	known->slots = slots;
	return known;
}

void known_free(struct known **known)
{
	g_free(*known);
	*known = NULL;
}

static uint64_t tag_of(const struct known *known, const char *key)
{
	g_autofree char *digest = g_compute_hmac_for_string(
		G_CHECKSUM_SHA256, known->seed, sizeof known->seed, key, -1);
	digest[16] = '\0';
	return g_ascii_strtoull(digest, NULL, 16) | 1;
}

void known_add(struct known *known, const char *key)
{
	uint64_t tag = tag_of(known, key);
	known->tag[(tag >> 1) % known->slots] = tag;
}

bool known_has(const struct known *known, const char *key)
{
	uint64_t tag = tag_of(known, key);
	return known->tag[(tag >> 1) % known->slots] == tag;
}
