/* Opus packets. */
#include "wire/opus.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span packet = span_of(data, len);
	int samples = opus_samples(packet);
	MUST(samples < 0 || (samples >= 120 && samples <= OPUS_SAMPLES_MAX));
	MUST(!opus_is_dtx(packet) || (samples > 0 && len <= 2));
	(void)opus_is_stereo(packet);
	return 0;
}
