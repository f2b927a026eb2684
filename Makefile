# The tasks of the project. The build itself is CMake's: see CMakePresets.json.

BUILD ?= release
PREFIX ?= /usr/local
DEMO_SECONDS ?= 30
SECONDS ?= 20
JOBS ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2)

.DEFAULT_GOAL := help
.PHONY: help core demo reproduce learn test build bench bench-micro bench-peers bench-report format lint install model suite storm fuzz check-all check-bare cross addon addon-check clean deps

help:
	@echo "make demo           run the swarm, analyse it live and steer it; DEMO_SECONDS=30"
	@echo "make build          build the library, the command and the examples in build/release; BUILD=dev|asan|ubsan|tsan|portable"
	@echo "make install        install them under PREFIX=$(PREFIX)"
	@echo "make core           build and install the library alone; needs a compiler and CMake, no root: PREFIX=\$$HOME/.local"
	@echo "make test           build and run the tests"
	@echo "make learn          learn the rules of a swarm from its frames; results in build/learning; two minutes"
	@echo "make reproduce      measure published figures again on the live swarm; results in build/reproduce; a few minutes"
	@echo "make bench          measure Wingbeat beside a bare copy in shared memory"
	@echo "make bench-micro    time begin, publish, take and the other operations"
	@echo "make bench-peers    measure beside iceoryx2, zenoh, sockets and others, write docs/benchmarks.md; 40 minutes on a quiet machine"
	@echo "make bench-report   write docs/benchmarks.md from bench/results"
	@echo "make format         format the sources"
	@echo "make lint           check formatting, scripts, the core with clang-tidy, and the include rules"
	@echo "make suite          run every test with one label, long ones included; LABEL=model, see CONTRIBUTING.md"
	@echo "make model          check the models of the frame protocol"
	@echo "make storm          kill and stop processes at random; SECONDS=20"
	@echo "make fuzz           fuzz everything that is read from shared memory or files; SECONDS=20 for each target"
	@echo "make check-bare     run make demo, make core and make test on a minimal Debian 12; needs root and debootstrap"
	@echo "make check-all      run every check, sanitizers and other builds included; most of an hour"
	@echo "make cross          build for macOS and ARM64, run what an emulator can run"
	@echo "make addon          pack the openFrameworks addon as build/ofxWingbeat.zip"
	@echo "make addon-check    run every test of the addon, and compile the package as C++17, 20 and 23"
	@echo "make clean          remove build/"

# The scripts need bash, which not every system has from the start.
BOOTSTRAP = command -v bash >/dev/null || { echo "bash is missing: install it (Alpine: apk add bash), or: make core PREFIX=$$HOME/.local" >&2; \
	exit 1; }; scripts/bootstrap

deps:
	@$(BOOTSTRAP)

# $(call build,TARGETS,OPTIONS OF CMAKE): builds these alone. Tests and benchmarks are configured only where they are asked for; they
# stay so, and `product` leaves them as they are.
define build
	@cmake --preset $(BUILD) $(if $(WINGBEAT_OSC),-DWINGBEAT_OSC=$(WINGBEAT_OSC)) $(2)
	@cmake --build --preset $(BUILD) --parallel $(JOBS) --target $(1)
endef
TESTS = -DWINGBEAT_BUILD_TESTS=ON

build: deps
	$(call build,product)

demo:
	@$(BOOTSTRAP) --demo
	$(call build,wingbeat_cli)
	@exec scripts/demo --seconds $(DEMO_SECONDS)

reproduce:
	@$(BOOTSTRAP) --demo
	$(call build,wingbeat_cli)
	@scripts/reproduce vicsek-order
	@scripts/reproduce couzin-states
	@scripts/reproduce couzin-memory

learn:
	@$(BOOTSTRAP) --demo
	$(call build,wingbeat_cli)
	@scripts/learn infer-rules --short
	@scripts/learn closed-loop --short
	@scripts/learn window-to-code --short
	@scripts/learn who-leads --short

test:
	@$(BOOTSTRAP) --test
	$(call build,all,$(TESTS))
	@exec scripts/test build/$(BUILD)

bench: deps
	$(call build,wingbeat_cli)
	@exec build/$(BUILD)/bin/wingbeat bench

bench-micro:
	@$(BOOTSTRAP) --bench
	$(call build,micro,-DWINGBEAT_BUILD_BENCH=ON)
	@exec build/$(BUILD)/bin/bench/micro

bench-peers:
	@$(BOOTSTRAP) --bench
	@cmake --preset bench
	@cmake --build --preset bench --parallel $(JOBS)
	@bench/peers/run.py --settle 180
	@bench/publish/run.py
	@bench/julia/run.py
	@bench/peers/report.py

bench-report:
	@bench/peers/report.py

format:
	@$(BOOTSTRAP) --lint
	@scripts/format

lint:
	@$(BOOTSTRAP) --lint
	@scripts/lint

# Every test with one label, long ones included: make suite LABEL=sanitizers
suite:
	@$(BOOTSTRAP) --long
	$(call build,all long_$(LABEL),$(TESTS))
	@exec scripts/test build/$(BUILD) --label $(LABEL)

model:
	@$(MAKE) --no-print-directory suite LABEL=model

storm:
	@$(BOOTSTRAP) --test
	$(call build,storm,$(TESTS))
	@exec build/$(BUILD)/bin/storm --seconds $(SECONDS)

fuzz:
	@$(BOOTSTRAP) --long
	@tests/fuzz/run.py --seconds $(SECONDS) --work build/fuzz $(TARGET)

check-bare:
	@exec scripts/check_bare

check-all:
	@exec scripts/check_all

cross:
	@JOBS=$(JOBS) scripts/cross

addon:
	@scripts/pack_addon

addon-check:
	@$(MAKE) --no-print-directory suite LABEL=openframeworks

core:
	@JOBS="$(JOBS)" scripts/core "$(abspath $(PREFIX))"

# `sudo make install` only copies as root: what is not built yet is built as the user that called sudo.
AS_USER = $(if $(SUDO_USER),sudo -u $(SUDO_USER))
install:
	@test -e build/$(BUILD)/build.ninja || $(AS_USER) $(MAKE) build
	@$(AS_USER) cmake --build build/$(BUILD) --parallel $(JOBS) --target product
	@cmake --install build/$(BUILD) --prefix "$(abspath $(PREFIX))"

clean:
	@rm -rf build
