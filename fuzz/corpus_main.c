/* Runs one fuzz target over every file of the directories named as arguments: the plain
 * build's stand-in for libFuzzer. An empty or missing directory is an error. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Reads one file into a block of exactly its size, so that ASan sees the first byte past it. */
static int run_file(const char *dir, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "rb");
	if (!f) {
		perror(path);
		return -1;
	}
	uint8_t *buf = malloc(INPUT_MAX);
	if (!buf)
		abort();
	size_t len = fread(buf, 1, INPUT_MAX, f);
	fclose(f);
	uint8_t *exact = realloc(buf, len ? len : 1);
	if (!exact)
		abort();
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned count = 0;

	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);
		if (!dir) {
			perror(argv[i]);
			return 1;
		}
		for (struct dirent *e; (e = readdir(dir)) != NULL;) {
			if (e->d_name[0] == '.')
				continue;
			if (run_file(argv[i], e->d_name) < 0)
				return 1;
			count++;
		}
		closedir(dir);
	}
	printf("%u inputs\n", count);
	return count ? 0 : 1;
}
