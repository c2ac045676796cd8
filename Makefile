# The everyday commands. CMake builds; this only saves typing.
#
#   make demo              a migration from dry run to done, on a throw-away server
#   make test              build and run all tests (PRESET=asan: with the sanitizers)
#   make install           into PREFIX (default /usr/local), below DESTDIR when set
#   make format lint clean
#
# demo, test and install first install the Debian packages that are missing.

PRESET ?= debug
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)

C_FILES = $(shell git ls-files --cached --others --exclude-standard -- '*.c' '*.h')

.PHONY: demo test install format lint clean

demo:
	@.ci/install-packages build server
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS)
	@ZDM="$(CURDIR)/build/release/zdm" build/release/zdm sandbox --setup plans/demo/users.sql -- plans/demo/rename_email.sh

test:
	@.ci/install-packages build server test
	@cmake --preset $(PRESET)
	@cmake --build --preset $(PRESET) -j $(JOBS)
	@ctest --preset $(PRESET) -j $(JOBS) --no-label-summary

install:
	@.ci/install-packages build
	@cmake --preset release
	@cmake --build --preset release -j $(JOBS)
	@cmake --install build/release --prefix "$(PREFIX)"

format:
	@clang-format -i $(C_FILES)

lint:
	@.ci/install-packages lint
	@luacheck --quiet .
	@clang-format --dry-run -Werror $(C_FILES)

clean:
	@rm -rf build
