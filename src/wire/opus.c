/* How long an Opus packet sounds: the table of contents byte and, in one of its forms, a count. */
#include "wire/opus.h"

/* RFC 6716 3.1, table 2: samples of one frame at 48 kHz. */
static int frame_samples(uint8_t config)
{
	if (config >= 16) /* CELT: 2.5, 5, 10, 20 ms */
		return 120 << (config & 3);
	if (config >= 12) /* hybrid: 10, 20 ms */
		return 480 << (config & 1);
	return (config & 3) == 3 ? 2880 : 480 << (config & 3); /* SILK: 10, 20, 40, 60 ms */
}

int opus_samples(struct span packet)
{
	if (packet.len == 0)
		return -ERR_PROTO;
	uint8_t toc = packet.ptr[0];
	int frames = (toc & 3) == 0 ? 1 : 2;
	if ((toc & 3) == 3) {
		if (packet.len < 2)
			return -ERR_PROTO;
		frames = packet.ptr[1] & 0x3f;
	}
	int samples = frames * frame_samples(toc >> 3);
	return samples > 0 && samples <= OPUS_SAMPLES_MAX ? samples : -ERR_PROTO;
}

bool opus_is_dtx(struct span packet)
{
	return packet.len <= 2 && opus_samples(packet) > 0;
}

bool opus_is_stereo(struct span packet)
{
	return packet.len > 0 && packet.ptr[0] >> 2 & 1;
}
