/* Filling slots: who keeps, who goes, who comes. Read slots_fill. */
#include "meeting/slots.h"

#include <string.h>

static bool is_ours(enum media_role role)
{
	return role == MEDIA_ROLE_SLOT_CAMERA || role == MEDIA_ROLE_SLOT_SCREEN ||
		   role == MEDIA_ROLE_SLOT_SCREEN_AUDIO || role == MEDIA_ROLE_SLOT_INTERPRETER;
}

static const struct slot *find(const struct slots *slots, const char *mid)
{
	for (int i = 0; i < slots->count; i++)
		if (strcmp(slots->slot[i].mid, mid) == 0)
			return &slots->slot[i];
	return NULL;
}

void slots_set_lines(struct slots *slots, const struct media_line *lines, int count)
{
	struct slot next[SLOTS_MAX];
	int n = 0;
	for (int i = 0; i < count && n < SLOTS_MAX; i++) {
		if (!is_ours(lines[i].role))
			continue;
		const struct slot *before = find(slots, lines[i].mid);
		next[n] = (struct slot){.role = lines[i].role};
		memcpy(next[n].mid, lines[i].mid, sizeof next[n].mid);
		if (before && before->role == next[n].role)
			next[n] = *before;
		n++;
	}
	memcpy(slots->slot, next, sizeof next[0] * (size_t)n);
	slots->count = n;
}

int slots_count(const struct slots *slots, enum media_role role)
{
	int n = 0;
	for (int i = 0; i < slots->count; i++)
		n += slots->slot[i].role == role;
	return n;
}

bool slots_has(const struct slots *slots, enum media_role role)
{
	return slots_count(slots, role) > 0;
}

struct filling {
	void (*assign)(const struct slot *slot, void *arg);
	void *arg;
	bool changed; /* a source */
};

static void put(struct filling *f, struct slot *slot, struct slots_wish wish)
{
	if (slot->source == wish.source && slot->height == wish.height)
		return;
	f->changed = f->changed || slot->source != wish.source;
	slot->source = wish.source;
	slot->height = wish.height;
	f->assign(slot, f->arg);
}

static void put_single(
	struct slots *slots, struct filling *f, enum media_role role, struct slots_wish wish)
{
	for (int i = 0; i < slots->count; i++) {
		if (slots->slot[i].role != role)
			continue;
		put(f, &slots->slot[i], wish);
		wish = (struct slots_wish){0}; /* further slots of a kind that needs one stay empty */
	}
}

static struct slot *slot_of(struct slots *slots, enum media_role role, uint32_t source)
{
	for (int i = 0; i < slots->count; i++)
		if (slots->slot[i].role == role && slots->slot[i].source == source)
			return &slots->slot[i];
	return NULL;
}

static bool is_wished(const struct slots_wish *wishes, int count, uint32_t source)
{
	for (int i = 0; i < count; i++)
		if (wishes[i].source == source)
			return true;
	return false;
}

static void put_cameras(struct slots *slots, struct filling *f, const struct slots_wishes *wishes)
{
	int room = slots_count(slots, MEDIA_ROLE_SLOT_CAMERA);
	int count = wishes->camera_count < room ? wishes->camera_count : room;
	/* First those go that nobody wants, so that there is room for those who come. */
	for (int i = 0; i < slots->count; i++) {
		struct slot *slot = &slots->slot[i];
		if (slot->role == MEDIA_ROLE_SLOT_CAMERA && slot->source &&
			!is_wished(wishes->camera, count, slot->source))
			put(f, slot, (struct slots_wish){0});
	}
	for (int i = 0; i < count; i++) {
		struct slot *slot = slot_of(slots, MEDIA_ROLE_SLOT_CAMERA, wishes->camera[i].source);
		if (!slot)
			slot = slot_of(slots, MEDIA_ROLE_SLOT_CAMERA, 0);
		if (slot)
			put(f, slot, wishes->camera[i]);
	}
}

bool slots_fill(struct slots *slots, const struct slots_wishes *wishes,
	void (*assign)(const struct slot *slot, void *arg), void *arg)
{
	struct filling f = {.assign = assign, .arg = arg};
	put_cameras(slots, &f, wishes);
	put_single(slots, &f, MEDIA_ROLE_SLOT_INTERPRETER, wishes->interpreter);
	put_single(slots, &f, MEDIA_ROLE_SLOT_SCREEN, wishes->screen);
	put_single(slots, &f, MEDIA_ROLE_SLOT_SCREEN_AUDIO, wishes->screen_audio);
	return f.changed;
}
