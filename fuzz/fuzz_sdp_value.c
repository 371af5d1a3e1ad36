/* Attribute values: each line of the input goes to every value parser. */
#include "wire/sdp_value.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_inside(struct span s, struct span text)
{
	if (s.len && (s.ptr < text.ptr || s.ptr + s.len > text.ptr + text.len))
		abort();
}

static void formats(struct span value)
{
	struct sdp_rtpmap map;
	struct sdp_fmtp fmtp;
	struct sdp_rtcp_fb fb;
	struct sdp_extmap ext;
	struct span param;

	if (sdp_rtpmap_parse(value, &map) == 0)
		check_inside(map.name, value);
	if (sdp_fmtp_parse(value, &fmtp) == 0 && sdp_fmtp_param(fmtp.params, "apt", &param))
		check_inside(param, value);
	if (sdp_rtcp_fb_parse(value, &fb) == 0)
		check_inside(fb.param, value);
	if (sdp_extmap_parse(value, &ext) == 0) {
		check_inside(ext.uri, value);
		if (ext.id == 0)
			abort();
	}
}

static void layers(struct span value)
{
	struct sdp_rid rid;
	struct sdp_simulcast sim;
	struct span name;
	bool paused;

	if (sdp_rid_parse(value, &rid) == 0)
		check_inside(rid.id, value);
	if (sdp_simulcast_parse(value, &sim) < 0)
		return;
	while (sdp_simulcast_next(&sim.send, &name, &paused)) {
		check_inside(name, value);
		if (name.len == 0)
			abort();
	}
}

static void sources(struct span value)
{
	struct sdp_ssrc ssrc;
	struct sdp_ssrc_group group;
	struct sdp_msid msid;
	struct sdp_group bundle;

	if (sdp_ssrc_parse(value, &ssrc) == 0)
		check_inside(ssrc.value, value);
	if (sdp_ssrc_group_parse(value, &group) == 0 && group.count > SDP_GROUP_SSRCS_MAX)
		abort();
	if (sdp_msid_parse(value, &msid) == 0)
		check_inside(msid.track, value);
	if (sdp_group_parse(value, &bundle) == 0)
		check_inside(bundle.mids, value);
}

static void transport(struct span value)
{
	struct sdp_fingerprint fp;
	struct sdp_candidate c;
	enum sdp_setup setup;

	if (sdp_fingerprint_parse(value, &fp) == 0 && (fp.len < 32 || fp.len > SDP_FINGERPRINT_MAX))
		abort();
	if (sdp_candidate_parse(value, &c) == 0)
		check_inside(c.tcptype, value);
	if (sdp_setup_parse(value, &setup) == 0 && setup == SDP_SETUP_NONE)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span rest = span_of(data, len);

	while (rest.len) {
		struct span value = sdp_cut(&rest, '\n');
		formats(value);
		layers(value);
		sources(value);
		transport(value);
	}
	return 0;
}
