/* Answers the offer on standard input: negotiate_cli [ROLE ...] <offer >answer. The roles go to
 * the m-lines in their order; without any they are derived as for WHIP and WHEP. The answer names
 * a place where nobody listens: it is for showing to browsers what they accept. */
#include "media/negotiate.h"

#include <stdio.h>
#include <stdlib.h>

static struct span read_all(void)
{
	uint8_t *buf = malloc(SDP_TEXT_MAX + 1);

	if (!buf)
		abort();
	return span_of(buf, fread(buf, 1, SDP_TEXT_MAX + 1, stdin));
}

/* Pairs each m-line's mid with the argument in its place. Returns how many. */
static unsigned pair_roles(struct span offer, char **names, unsigned count,
                           char (*mids)[NEGOTIATE_MID_MAX + 1], struct negotiate_role_of *roles)
{
	struct sdp sdp;
	struct span mid;
	unsigned n = 0;

	if (sdp_parse(offer, &sdp) < 0)
		return 0;
	for (unsigned i = 0; i < sdp.media_count && i < count; i++) {
		if (!sdp_attr_find(sdp.media[i].body, "mid", &mid) || mid.len > NEGOTIATE_MID_MAX)
			continue;
		memcpy(mids[n], mid.ptr, mid.len);
		roles[n].mid = mids[n];
		roles[n].role = negotiate_role_by_name(span_str(names[i]));
		n++;
	}
	return n;
}

int main(int argc, char **argv)
{
	static char mids[SDP_MEDIA_MAX][NEGOTIATE_MID_MAX + 1];
	static struct negotiate_role_of roles[SDP_MEDIA_MAX];
	static uint8_t text[NEGOTIATE_ANSWER_MAX];
	struct negotiate_candidate candidates[] = {{.priority = 2130706431},
	                                           {.priority = 1671430143, .tcp = true}};
	struct span offer = read_all();
	struct wr answer = wr_init(text, sizeof text);
	struct negotiated *n = NULL;
	struct negotiate_conf conf;

	negotiate_conf_init(&conf);
	conf.ufrag = "tingtest";
	conf.pwd = "0123456789abcdefghijklmn";
	conf.fingerprint = "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"
					   "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";
	for (unsigned i = 0; i < 2; i++) {
		if (addr_parse("127.0.0.1:9", 9, &candidates[i].addr) < 0)
			return 1;
	}
	conf.candidates = candidates;
	conf.candidate_count = 2;
	if (argc > 1) {
		conf.role_count = pair_roles(offer, argv + 1, (unsigned)argc - 1, mids, roles);
		conf.roles = roles;
	}
	int r = negotiate(&conf, offer, NULL, &answer, &n);
	free((void *)offer.ptr);
	if (r < 0) {
		fprintf(stderr, "%s\n", err_name(r));
		return 1;
	}
	for (unsigned i = 0; i < n->media_count; i++) {
		if (n->media[i].refused)
			fprintf(stderr, "m-line %u: %s\n", i, negotiate_refusal_name(n->media[i].refused));
	}
	negotiated_free(&n);
	fwrite(text, 1, wr_len(&answer), stdout);
	return 0;
}
