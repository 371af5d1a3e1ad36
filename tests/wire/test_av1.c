/* AV1: the aggregation header; and the dependency descriptor by packets captured from Chromium
 * sending L3T3, whose structure is known from the scalability mode's definition. */
#include "wire/av1.h"

#include "wire/support.h"

static const char first[] =
	"c1017280081485214eafffaaaa863cf0430c10c302afc0aaa0063c00430010c002a000a80006000040001d954926"
	"e082b04a0941b820ac1282503157f974000ca864330e222222eca8655304224230eca877530077004200ef008601"
	"df010d";

static struct av1_structure structure;

static int parse(const char *hex, struct av1_dd *ret_dd)
{
	return av1_dd_parse(unhex(hex), &structure, ret_dd);
}

static void test_aggregation(void **state)
{
	struct av1 a;
	assert_int_equal(av1_parse(unhex("18 0a"), &a), 0);
	assert_true(a.sequence && !a.continued && !a.unfinished);
	assert_int_equal(a.obu_count, 1);
	assert_bytes(a.data, "0a");
	assert_int_equal(av1_parse(unhex("e0 0a"), &a), 0);
	assert_true(a.continued && a.unfinished && !a.sequence);
	assert_int_equal(a.obu_count, 2);
	assert_int_equal(av1_parse(unhex("88 0a"), &a), -ERR_PROTO);
	assert_int_equal(av1_parse(unhex("18"), &a), -ERR_PROTO);
	assert_int_equal(av1_parse(unhex(""), &a), -ERR_PROTO);
}

static void assert_deps(const struct av1_frame_deps *d, int sid, int tid, const char *dtis,
						int fdiff0, int fdiff1, const int chains[3])
{
	assert_int_equal(d->sid, sid);
	assert_int_equal(d->tid, tid);
	for (int i = 0; i < 9; i++)
		assert_int_equal("-DSR"[d->dtis[i]], dtis[i]);
	assert_int_equal(d->fdiff_count, (fdiff0 > 0) + (fdiff1 > 0));
	assert_int_equal(d->fdiffs[0], fdiff0);
	assert_int_equal(d->fdiffs[1], fdiff1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(d->chain_fdiffs[i], chains[i]);
}

static void test_structure(void **state)
{
	static const struct {
		int sid;
		int tid;
		const char *dtis;
		int fdiffs[2];
		int chains[3];
	} l3t3[] = {
		{0, 0, "SSSRRRRRR", {12}, {12, 11, 10}},   {0, 0, "SSSSSSSSS", {0}, {0, 0, 0}},
		{0, 1, "-DS-RR-RR", {6}, {6, 5, 4}},       {0, 2, "--D--R--R", {3}, {3, 2, 1}},
		{0, 2, "--D--R--R", {3}, {9, 8, 7}},       {1, 0, "---SSSRRR", {12, 1}, {1, 1, 1}},
		{1, 0, "---SSSSSS", {1}, {1, 1, 1}},       {1, 1, "----DS-RR", {6, 1}, {7, 6, 5}},
		{1, 2, "-----D--R", {3, 1}, {4, 3, 2}},    {1, 2, "-----D--R", {3, 1}, {10, 9, 8}},
		{2, 0, "------SSS", {12, 1}, {2, 1, 1}},   {2, 0, "------SSS", {1}, {2, 1, 1}},
		{2, 1, "-------DS", {6, 1}, {8, 7, 6}},    {2, 2, "--------D", {3, 1}, {5, 4, 3}},
		{2, 2, "--------D", {3, 1}, {11, 10, 9}},
	};
	struct av1_dd dd;
	memset(&structure, 0, sizeof(structure));
	assert_int_equal(parse("860173", &dd), -ERR_PHASE);
	assert_int_equal(parse(first, &dd), 0);
	assert_true(dd.start && dd.end && dd.has_structure && dd.keyframe && dd.has_active);
	assert_int_equal(dd.frame, 0x0172);
	assert_int_equal(dd.template_id, 1);
	assert_int_equal(dd.active_targets, 0x1ff);
	assert_int_equal(dd.width, 120);
	assert_int_equal(dd.height, 67);
	assert_deps(&dd.deps, 0, 0, "SSSSSSSSS", 0, 0, l3t3[1].chains);

	assert_int_equal(structure.template_offset, 0);
	assert_int_equal(structure.template_count, 15);
	assert_int_equal(structure.target_count, 9);
	assert_int_equal(structure.chain_count, 3);
	assert_int_equal(structure.spatial_max, 2);
	assert_int_equal(structure.temporal_max, 2);
	for (int i = 0; i < 9; i++) {
		assert_int_equal(structure.target_chain[i], i / 3);
		assert_int_equal(structure.target_sid[i], i / 3);
		assert_int_equal(structure.target_tid[i], i % 3);
	}
	for (int i = 0; i < 15; i++)
		assert_deps(&structure.templates[i], l3t3[i].sid, l3t3[i].tid, l3t3[i].dtis,
					l3t3[i].fdiffs[0], l3t3[i].fdiffs[1], l3t3[i].chains);
	assert_true(structure.has_size);
	assert_int_equal(structure.width[1], 240);
	assert_int_equal(structure.height[1], 135);
	assert_int_equal(structure.width[2], 480);
	assert_int_equal(structure.height[2], 270);
}

static void test_frames(void **state)
{
	struct av1_dd dd;
	memset(&structure, 0, sizeof(structure));
	assert_int_equal(parse(first, &dd), 0);
	/* three bytes: the template says all */
	assert_int_equal(parse("8b0174", &dd), 0);
	assert_true(dd.start && !dd.end && !dd.has_structure && !dd.has_active && !dd.keyframe);
	assert_int_equal(dd.frame, 0x0174);
	assert_int_equal(dd.deps.sid, 2);
	assert_int_equal(dd.deps.tid, 0);
	assert_int_equal(dd.width, 480);
	/* five: the sender has switched off the top layer */
	assert_int_equal(parse("48017640fc", &dd), 0);
	assert_true(!dd.start && dd.end && dd.has_active && !dd.has_structure);
	assert_int_equal(dd.active_targets, 0x03f);
	assert_int_equal(dd.deps.sid, 1);
	assert_int_equal(dd.deps.tid, 2);
	/* a template there is not */
	assert_int_equal(parse("8f0174", &dd), -ERR_PROTO);
	assert_int_equal(parse("8e0174", &dd), 0);
	assert_int_equal(parse("8e01", &dd), -ERR_PROTO);
	assert_int_equal(parse("", &dd), -ERR_PROTO);
}

/* Bits spelled by hand, for what Chromium did not send. */
static struct span spell(const char *bits)
{
	static uint8_t buf[256];
	size_t n = 0;
	memset(buf, 0, sizeof(buf));
	for (; *bits; bits++) {
		if (*bits == ' ')
			continue;
		buf[n / 8] |= (uint8_t)((*bits - '0') << (7 - n % 8));
		n++;
	}
	return span_of(buf, (n + 7) / 8);
}

#define MANDATORY(template) "1 1 " template " 0000000000000101 "
/* No structure before it, so: flags, offset 63, two targets, templates T0 and T1 */
#define SMALL \
	"111111 00001 01 11 "     /* offset 63, 2 targets, next temporal, no more */ \
	"10 10  00 01 "           /* SS, -D */ \
	"0  1 0000 0 "            /* T0 on none, T1 on one back */ \
	"10 "                     /* chains: ns(3) = 1 */ \
	"0000 0001 "              /* fdiffs of chain 0 (ns(1) takes no bits) */ \
	"0 "                      /* no sizes */

static void test_custom(void **state)
{
	struct av1_dd dd;
	memset(&structure, 0, sizeof(structure));
	/* structure; template 63 is the first */
	struct span data = spell(MANDATORY("111111") "1 0 0 0 0 " SMALL);
	assert_int_equal(av1_dd_parse(data, &structure, &dd), 0);
	assert_true(dd.keyframe);
	assert_int_equal(structure.template_count, 2);
	assert_int_equal(structure.chain_count, 1);
	assert_int_equal(dd.active_targets, 3);
	assert_int_equal(dd.width, 0);

	/* the second wraps to number 0 */
	assert_int_equal(av1_dd_parse(spell(MANDATORY("000000")), &structure, &dd), 0);
	assert_int_equal(dd.deps.tid, 1);
	assert_int_equal(dd.deps.fdiffs[0], 1);
	assert_int_equal(dd.deps.chain_fdiffs[0], 1);

	/* all custom: targets RD; references of 4, 8 and 12 bits; a chain of 8 */
	data = spell(MANDATORY("000000") "0 1 1 1 1 " "01 " "11 01 "
				 "01 0010  10 00001111  11 111111111111  00 " "11111111");
	assert_int_equal(av1_dd_parse(data, &structure, &dd), 0);
	assert_int_equal(dd.active_targets, 1);
	assert_int_equal(dd.deps.dtis[0], AV1_DTI_REQUIRED);
	assert_int_equal(dd.deps.dtis[1], AV1_DTI_DISCARDABLE);
	assert_int_equal(dd.deps.fdiff_count, 3);
	assert_int_equal(dd.deps.fdiffs[0], 3);
	assert_int_equal(dd.deps.fdiffs[1], 16);
	assert_int_equal(dd.deps.fdiffs[2], 4096);
	assert_int_equal(dd.deps.chain_fdiffs[0], 255);

	/* structure with a mask of its own */
	data = spell(MANDATORY("111111") "1 1 0 0 0 " SMALL "10");
	assert_int_equal(av1_dd_parse(data, &structure, &dd), 0);
	assert_int_equal(dd.active_targets, 2);
}

/* A refused structure leaves the old one. */
static void test_refused(void **state)
{
	struct av1_dd dd;
	static struct av1_structure before;
	memset(&structure, 0, sizeof(structure));
	assert_int_equal(parse(first, &dd), 0);
	before = structure;

	/* nine references */
	struct span data = spell(MANDATORY("000000") "1 0 0 0 0 " "000000 00000 11 10 "
							 "10000 10000 10000 10000 10000 10000 10000 10000 10000 0 "
							 "0 0000000");
	assert_int_equal(av1_dd_parse(data, &structure, &dd), -ERR_FULL);
	data = spell(MANDATORY("000000") "0 0 0 1 0 " "010000 010000 010000 010000 010000 "
				 "010000 010000 010000 010000 00");
	assert_int_equal(av1_dd_parse(data, &structure, &dd), -ERR_FULL);
	/* a fifth spatial layer, a ninth temporal one, a 65th template */
	data = spell(MANDATORY("000000") "1 0 0 0 0 " "000000 00000 10 10 10 10 11" "0000000000000000"
				 "0000000000000000");
	assert_int_equal(av1_dd_parse(data, &structure, &dd), -ERR_PROTO);
	data = spell(MANDATORY("000000") "1 0 0 0 0 " "000000 00000 01 01 01 01 01 01 01 01 11"
				 "0000000000000000" "0000000000000000" "0000000000000000");
	assert_int_equal(av1_dd_parse(data, &structure, &dd), -ERR_PROTO);
	uint8_t zeros[200] = {0xc0, 0, 1, 0x80};
	assert_int_equal(av1_dd_parse(span_of(zeros, sizeof(zeros)), &structure, &dd), -ERR_PROTO);
	/* a good structure, and a frame of a template it has not */
	data = spell(MANDATORY("000010") "1 0 0 0 0 " SMALL);
	assert_int_equal(av1_dd_parse(data, &structure, &dd), -ERR_PROTO);
	assert_memory_equal(&before, &structure, sizeof(before));
}

static void refuse(struct span data)
{
	static struct av1_structure s;
	struct av1_dd dd;
	memset(&s, 0, sizeof(s));
	int rc = av1_dd_parse(data, &s, &dd);
	if (data.len < unhex(first).len)
		assert_true(rc < 0 && s.template_count == 0);
}

static void look(struct span data)
{
	struct av1_dd dd;
	if (av1_dd_parse(data, &structure, &dd) == 0)
		assert_true(dd.deps.sid <= structure.spatial_max);
	assert_true(structure.template_count <= AV1_TEMPLATES_MAX);
}

static void test_cut(void **state)
{
	each_prefix(unhex(first), refuse);
	memset(&structure, 0, sizeof(structure));
	look(unhex(first));
	each_flip(unhex(first), look);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aggregation), cmocka_unit_test(test_structure),
		cmocka_unit_test(test_frames),      cmocka_unit_test(test_custom),
		cmocka_unit_test(test_refused),     cmocka_unit_test(test_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
