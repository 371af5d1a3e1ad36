/* Which source stands in which slot of a receiver.
 *
 * Plain: no room, no media. A receiver has slots (from its answer) and a view (what it displays,
 * most important first); given which sources exist, slots_fill decides what stands where. A source
 * keeps its slot while it is wanted, so pictures don't jump. */
#ifndef MEETING_SLOTS_H
#define MEETING_SLOTS_H

#include "media/media.h"

enum {
	SLOTS_MAX = 40,       /* slots of a receiver that we fill; sound is filled by the media half */
	SLOTS_TILES_MAX = 64, /* tiles of a view */
	SLOTS_CAMERAS = 16,   /* pictures at a time, */
	SLOTS_CAMERAS_AUDIENCE = 3, /* and of the audience */
};

struct slot {
	char mid[MEDIA_MID_MAX];
	enum media_role role; /* MEDIA_ROLE_SLOT_CAMERA, _SCREEN, _SCREEN_AUDIO, _INTERPRETER */
	uint32_t source;      /* 0: empty */
	uint16_t height;      /* as shown, device pixels */
};

struct tile {
	uint32_t member;
	enum media_kind kind; /* MEDIA_CAMERA, MEDIA_SCREEN */
	uint16_t width, height;
};

struct slots {
	struct slot slot[SLOTS_MAX];
	int count;
	struct tile tile[SLOTS_TILES_MAX];
	int tile_count;
};

/* A source that there is, and how tall it should be. */
struct slots_wish {
	uint32_t source;
	uint16_t height;
};

/* What a receiver should get, most important first. */
struct slots_wishes {
	struct slots_wish camera[SLOTS_MAX];
	int camera_count;
	struct slots_wish interpreter, screen, screen_audio; /* source 0: none */
};

/* Takes the slots of an answer; what stood in a slot that is there again stays. */
void slots_set_lines(struct slots *slots, const struct media_line *lines, int count);

bool slots_has(const struct slots *slots, enum media_role role);
int slots_count(const struct slots *slots, enum media_role role);

/* Puts the wishes in the slots. Calls assign for each slot whose source or height changed.
 * Returns true when a source changed. */
bool slots_fill(struct slots *slots, const struct slots_wishes *wishes,
	void (*assign)(const struct slot *slot, void *arg), void *arg);

#endif
