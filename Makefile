# The everyday commands. CMake builds; this only saves typing.
#
#   make demo              a migration from dry run to done, on a throw-away server
#   make test              build and run all tests (PRESET=asan: with the sanitizers; LEAVE_OUT=REGEX: but these)
#   make matrix            the end-to-end tests on PostgreSQL 14, 16, 17 and 18, after make test
#   make truth-matrix      the truth tests on PostgreSQL 14 to 18, after make test
#   make grammar-matrix    build and test with the grammars of PostgreSQL 16, 17 and 18
#   make fuzz              the classifier on nonsense, for FUZZ_SECONDS (needs clang)
#   make bench             how fast it is: docs/performance.md, docs/internals/benchmarks.md (SQUAWK: what to
#                          compare with)
#   make install           into PREFIX (default /usr/local), below DESTDIR when set
#   make format lint clean
#
# demo, test and install first install the Debian packages that are missing.

PRESET ?= debug
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 600
JOBS ?= $(shell nproc)
# Tests mostly wait for a server.
TEST_JOBS ?= $(shell expr 2 \* $(JOBS))

C_FILES = $(shell git ls-files --cached --others --exclude-standard -- '*.c' '*.h')

# On a terminal the build shows how far it is, elsewhere only what went wrong.
define build
@echo "Building zdm ($(1))"
@cmake --preset $(1) >/dev/null
@quiet=--quiet; if [ -t 1 ] && [ "$${TERM:-dumb}" != dumb ]; then quiet=; fi; \
  cmake --build --preset $(1) -j $(JOBS) -- $$quiet
endef

.PHONY: demo test matrix truth-matrix grammar-matrix fuzz bench install format lint clean

demo:
	@.ci/install-packages build server
	$(call build,release)
	@ZDM="$(CURDIR)/build/release/zdm" build/release/zdm sandbox \
	  --setup plans/demo/users.sql -- plans/demo/rename_email.sh

test:
	@.ci/install-packages build server test
	$(call build,$(PRESET))
	@ctest --preset $(PRESET) -j $(TEST_JOBS) --no-label-summary $(if $(LEAVE_OUT),-E "$(LEAVE_OUT)")

matrix:
	@.ci/matrix

truth-matrix:
	@.ci/truth-matrix

grammar-matrix:
	@.ci/install-packages build test
	@.ci/grammar-matrix

fuzz:
	@.ci/install-packages build fuzz
	$(call build,fuzz)
	@.ci/fuzz $(FUZZ_SECONDS)

bench:
	@.ci/install-packages build server
	$(call build,release)
	@for bench in startup check catalog backfill; do \
	  echo "== tests/bench/$$bench.sh" && tests/bench/$$bench.sh build/release/zdm || exit; done

install:
	@.ci/install-packages build
	$(call build,release)
	@cmake --install build/release --prefix "$(PREFIX)"

format:
	@.ci/install-packages lint
	@clang-format -i $(C_FILES)

lint:
	@.ci/install-packages lint
	@luacheck --quiet --no-color .
	@clang-format --dry-run -Werror $(C_FILES)

clean:
	@rm -rf build
