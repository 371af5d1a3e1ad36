/* What the files of negotiation share; nobody else includes it. negotiate.c asks negotiate_media.c
 * for each m-line in turn (which asks negotiate_codecs.c), then negotiate_answer.c for the text. */
#ifndef MEDIA_NEGOTIATE_PARTS_H
#define MEDIA_NEGOTIATE_PARTS_H

#include "media/negotiate.h"

enum {
	NEGOTIATE_TAKEN_MAX = 1024, /* SSRCs in use that ours are kept apart from */
	NEGOTIATE_ECHO_MAX = 64,    /* characters of a word that a refusal repeats */
};

/* One call of negotiate(). */
struct negotiate_job {
	/* borrowed */
	const struct negotiate_conf *conf;
	const struct negotiated *prev; /* or NULL */
	/* state */
	struct negotiated *n; /* owned until it is given away */
	struct sdp sdp;
	bool has_bundle;
	struct span bundle; /* the mids of the BUNDLE group */
	unsigned taken_count;
	uint32_t taken[NEGOTIATE_TAKEN_MAX];
};

/* Decides on one m-line and fills job->n->media[index]. Those before it are decided. */
void negotiate_media(struct negotiate_job *job, unsigned index);

/* Chooses the formats of an m-line whose role is set, and what goes with each of them: RTX, RED,
 * feedback. m->codec_count stays 0 when there is none in common. */
void negotiate_codecs(const struct negotiate_conf *conf, const struct sdp_media *media,
					  struct negotiated_media *m);

/* The URI of an extension, as it stands after the id. Static; NULL for NEGOTIATE_EXT_NONE. */
const char *negotiate_ext_uri(enum negotiate_ext ext);
/* NEGOTIATE_EXT_NONE: not one of ours. */
enum negotiate_ext negotiate_ext_by_uri(struct span uri);

/* Writes the description of job->n. What does not fit leaves w bad. */
void negotiate_answer(const struct negotiate_job *job, struct wr *w);

#endif
