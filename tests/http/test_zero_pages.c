/* Pages of zeros go, everything else stays, and what is read is the same. */
#include "http/zero_pages.h"

#include "cm.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGES = 8 };

static bool is_there(uint8_t *page, size_t len)
{
	unsigned char in = 0;
	assert_int_equal(mincore(page, len, &in), 0);
	return in & 1;
}

static void test_drops(void **state)
{
	const size_t len = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *at = mmap(NULL, PAGES * len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0);
	assert_ptr_not_equal(at, MAP_FAILED);
	memset(at, 1, PAGES * len);
	memset(at, 0, PAGES * len);
	at[3 * len] = 1;           /* at a page's beginning */
	at[5 * len - 1] = 2;       /* at its end */
	for (int i = 0; i < PAGES; i++)
		assert_true(is_there(at + (size_t)i * len, len));
	/* neither the first nor the last page lies whole within */
	assert_int_equal(zero_pages_drop(at + 1, PAGES * len - 2), 4);
	const bool stays[PAGES] = {true, false, false, true, true, false, false, true};
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(is_there(at + (size_t)i * len, len), stays[i]);
	for (size_t i = 0; i < PAGES * len; i++)
		assert_int_equal(at[i], i == 3 * len ? 1 : i == 5 * len - 1 ? 2 : 0);
	at[len] = 7; /* and can be written again */
	assert_int_equal(at[len], 7);
	/* less than a page, and nothing */
	assert_int_equal(zero_pages_drop(at + 1, len - 1), 0);
	assert_int_equal(zero_pages_drop(at, 0), 0);
	assert_int_equal(munmap(at, PAGES * len), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drops),
	};
	return cmocka_run_group_tests_name("http/zero_pages", tests, NULL, NULL);
}
