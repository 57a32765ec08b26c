# make help
BUILD := build
JOBS ?= $(shell nproc)
CMAKE := cmake -S . -G Ninja
NINJA := ninja -j $(JOBS)
ARGS ?=

.PHONY: help demo build test test-slow bench lint conformance test-asan test-tsan fuzz clean setup configure
help:
	@echo "make demo        install what is missing, build, trade on the embedded venue; ARGS=\"--port 3001\""
	@echo "make build       everything, in $(BUILD)/; the program is $(BUILD)/underround"
	@echo "make test        build and run every test; ends with 'N passed, N failed'"
	@echo "make test-slow   a live engine killed 200 times (KILLS=n) and compared with the venue; about ten minutes"
	@echo "make bench       every benchmark; JSON in $(BUILD)/bench/"
	@echo "make lint        format, clang-tidy, include arrows, stems, style"
	@echo "make conformance the venue's own client against the simulator; Node >= 20.10; ARGS=\"--host URL\""
	@echo "make test-asan   the tests under address and undefined-behaviour sanitizers, in build-asan/"
	@echo "make test-tsan   the tests under the thread sanitizer, in build-tsan/"
	@echo "make fuzz        every fuzz target for FUZZ_SECONDS (20) each, in build-fuzz/"
	@echo "make clean       remove everything built"

setup:
	@tools/setup

# Once configured, ninja itself runs cmake again when something changed.
configure: setup
	@mkdir -p $(BUILD)
	@test -f $(BUILD)/build.ninja || { echo "configuring $(BUILD)/ ..."; \
	  $(CMAKE) -B $(BUILD) -DCMAKE_BUILD_TYPE=Release >$(BUILD)/configure.log 2>&1; } || { cat $(BUILD)/configure.log >&2; exit 1; }

demo: configure
	@$(NINJA) -C $(BUILD) underround
	@exec $(BUILD)/underround demo $(ARGS)

build: configure
	@$(NINJA) -C $(BUILD)

test: build
	@tools/run_tests $(BUILD)

KILLS ?= 200
test-slow: configure
	@$(NINJA) -C $(BUILD) underround
	@tools/run_kill_tests $(BUILD) --kills $(KILLS) $(ARGS)

bench: configure
	@$(NINJA) -C $(BUILD) benchmarks
	@tools/run_benchmarks $(BUILD)

conformance: configure
	@$(NINJA) -C $(BUILD) underround
	@tools/run_conformance $(ARGS)

lint:
	@tools/setup lint
	@tools/lint

test-asan test-tsan: test-%: setup
	@$(CMAKE) -B build-$* -DCMAKE_BUILD_TYPE=Release \
	  -DUNDERROUND_SANITIZE=$(if $(filter asan,$*),address,thread) >/dev/null
	@$(NINJA) -C build-$*
	@tools/run_tests build-$*

fuzz:
	@tools/setup fuzz
	@$(CMAKE) -B build-fuzz -DCMAKE_BUILD_TYPE=Release -DUNDERROUND_FUZZ=ON \
	  -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 >/dev/null
	@$(NINJA) -C build-fuzz
	@tools/run_fuzzers build-fuzz

clean:
	@rm -rf build build-asan build-tsan build-fuzz build-lint dashboard/dist
