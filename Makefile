# Thin: meson builds, tools/ checks. `make run` and `make test` need nothing but a Debian
# with make and git; both install what is missing.

PREFIX ?= /usr/local
T ?= 60
SUITE ?= bookworm
ARGS ?=
J ?= $(shell nproc)

# One directory a kind of build.
RELEASE = build/release
SAN = build/san
TSAN = build/tsan
FUZZ = build/fuzz

ASAN_OPTIONS ?= detect_stack_use_after_return=1:strict_string_checks=1:abort_on_error=1
UBSAN_OPTIONS ?= print_stacktrace=1:halt_on_error=1
TSAN_OPTIONS ?= halt_on_error=1:second_deadlock_stack=1
export ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS

.NOTPARALLEL:
.PHONY: all run test unit lint san tsan fuzz bench install fresh clean \
	deps test-deps web-deps tests-web-deps

all: web-deps $(RELEASE)/build.ninja
	@ninja -j$(J) -C $(RELEASE) --quiet ting
	@ln -sfn release/ting build/ting

run: deps
	@$(MAKE) --no-print-directory all
	@mkdir -p var && chmod 700 var
	@exec build/ting serve --demo --data var $(ARGS)

# Everything that can be checked; the last line counts it.
test: test-deps
	@$(MAKE) --no-print-directory web-deps tests-web-deps
	@tools/test all

# The unit tests alone.
unit:
	@tools/install-deps run.txt unit.txt
	@$(MAKE) --no-print-directory web-deps
	@tools/test unit

lint: test-deps tests-web-deps web-deps
	@tools/lint

san: $(SAN)/build.ninja
	@tools/test san

tsan: $(TSAN)/build.ninja
	@tools/test tsan

fuzz: $(FUZZ)/build.ninja
	@ninja -j$(J) -C $(FUZZ) --quiet fuzzers
	@tools/fuzz $(FUZZ) $(T)

bench: test-deps
	@$(MAKE) --no-print-directory all tests-web-deps
	@tools/bench

install: all
	@DESTDIR="$(DESTDIR)" tools/install "$(PREFIX)"

fresh:
	@tools/install-deps fresh.txt
	@tools/fresh $(SUITE)

clean:
	rm -rf build

deps:
	@tools/install-deps run.txt

test-deps:
	@tools/install-deps run.txt unit.txt test.txt

web-deps:
	@tools/npm-ci web

tests-web-deps:
	@tools/npm-ci tests

# Settings are here, so a change of this file sets the directories up anew.
$(RELEASE)/build.ninja: Makefile
	rm -rf $(RELEASE)
	meson setup $(RELEASE) --buildtype=debugoptimized -Dweb=enabled

# Under a sanitizer gcc warns of what can't be; the release build has -Werror.
$(SAN)/build.ninja: Makefile
	rm -rf $(SAN)
	meson setup $(SAN) --buildtype=debugoptimized -Doptimization=1 -Dweb=enabled -Dwerror=false \
		-Db_sanitize=address,undefined -Db_lundef=false

$(TSAN)/build.ninja: Makefile
	rm -rf $(TSAN)
	meson setup $(TSAN) --buildtype=debugoptimized -Doptimization=1 -Dweb=enabled -Dwerror=false \
		-Db_sanitize=thread -Db_lundef=false

$(FUZZ)/build.ninja: Makefile
	rm -rf $(FUZZ)
	CC=clang meson setup $(FUZZ) --buildtype=debugoptimized -Dfuzz=true -Dwerror=false \
		-Dweb=disabled -Db_sanitize=address,undefined -Db_lundef=false
