/* Who has been right before: a table of fixed size that remembers the last of many keys, each as a
 * tag of 64 bits under a secret seed. A key that has been pushed out by another, or by a restart,
 * costs its owner a privilege and nothing else. */
#ifndef IDENTITY_KNOWN_H
#define IDENTITY_KNOWN_H

#include <stdbool.h>

struct known;

struct known *known_new(unsigned slots);
void known_free(struct known **known);

void known_add(struct known *known, const char *key);
bool known_has(const struct known *known, const char *key);

#endif
