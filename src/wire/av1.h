/* AV1 in RTP: the aggregation header of a payload, and the dependency descriptor, the header
 * extension that says of any codec's frame which layer it is and on which frames it depends
 * (RTP Payload Format For AV1, version 1.0, section 4.4 and appendix A.4).
 *
 * The descriptor names a template of a structure that came with the last keyframe, so the reader
 * keeps that structure for each stream: `struct av1_structure`, plain data, zeroed to begin with.
 * Everything is bounded by the limits of the format or by names here. No heap. Any thread, one
 * structure in one at a time. */
#ifndef WIRE_AV1_H
#define WIRE_AV1_H

#include "base/bytes.h"
#include "base/err.h"

enum {
	AV1_TEMPLATES_MAX = 64,
	AV1_TARGETS_MAX = 32,
	AV1_CHAINS_MAX = 32,
	AV1_SPATIAL_MAX = 4,
	AV1_TEMPORAL_MAX = 8,
	AV1_FDIFFS_MAX = 8, /* references of one frame; AV1 has 7, the format no limit */
};

/* ── The payload ── */

struct av1 {
	bool continued;    /* Z: begins with the rest of an OBU */
	bool unfinished;   /* Y: ends within an OBU */
	uint8_t obu_count; /* W: 1 to 3, or 0: each OBU has its length */
	bool sequence;     /* N: first packet of a coded video sequence: a keyframe begins */
	struct span data;  /* never empty */
};

/* 0; -ERR_PROTO: empty, or N together with Z. */
NODISCARD int av1_parse(struct span payload, struct av1 *ret_av1);

/* ── The dependency descriptor ── */

/* What a frame means to a decode target. */
enum av1_dti {
	AV1_DTI_NONE = 0,        /* not needed */
	AV1_DTI_DISCARDABLE = 1, /* needed, no later frame of the target depends on it */
	AV1_DTI_SWITCH = 2,      /* from here on the target decodes */
	AV1_DTI_REQUIRED = 3,
};

/* What a frame depends on and is needed for: a template's, or the frame's own. */
struct av1_frame_deps {
	uint8_t sid;
	uint8_t tid;
	uint8_t fdiff_count;
	uint16_t fdiffs[AV1_FDIFFS_MAX];      /* how many frame numbers back, 1 to 4096 */
	uint8_t dtis[AV1_TARGETS_MAX];        /* enum av1_dti, by decode target */
	uint8_t chain_fdiffs[AV1_CHAINS_MAX]; /* back to the last frame of each chain; 0: none */
};

struct av1_structure {
	uint8_t template_offset; /* number of the first template, 0 to 63 */
	uint8_t template_count;  /* 0: none has come yet */
	uint8_t target_count;
	uint8_t chain_count;
	uint8_t spatial_max; /* highest layer in it */
	uint8_t temporal_max;
	uint8_t target_chain[AV1_TARGETS_MAX]; /* the chain that protects a target */
	uint8_t target_sid[AV1_TARGETS_MAX];   /* the highest layers that a target shows */
	uint8_t target_tid[AV1_TARGETS_MAX];
	bool has_size;
	uint32_t width[AV1_SPATIAL_MAX]; /* by spatial layer, 1 to 65536 */
	uint32_t height[AV1_SPATIAL_MAX];
	struct av1_frame_deps templates[AV1_TEMPLATES_MAX];
};

struct av1_dd {
	bool start; /* first packet of the frame */
	bool end;   /* last packet of the frame */
	uint8_t template_id;
	uint16_t frame; /* number of the frame, wraps at 16 bits */

	bool has_structure;    /* one came with it: a keyframe */
	bool has_active;       /* active_targets came with it, or all became active */
	uint32_t active_targets; /* bit i: decode target i is being sent; 0 when not has_active */

	struct av1_frame_deps deps;
	uint32_t width; /* of the frame; 0 when unknown */
	uint32_t height;
	bool keyframe; /* the first frame of a keyframe picture: structure, and depends on none */
};

/* Reads a descriptor.
 * structure  of this stream; replaced when the descriptor brings a new one, else untouched
 * 0; -ERR_PROTO malformed, or names a template that the structure hasn't; -ERR_PHASE: no structure
 * has come yet; -ERR_FULL: more references than AV1_FDIFFS_MAX */
NODISCARD int av1_dd_parse(struct span data, struct av1_structure *structure,
						   struct av1_dd *ret_dd);

#endif
