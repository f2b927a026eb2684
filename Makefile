# The tasks of the project. The build itself is CMake's: see CMakePresets.json.

BUILD ?= release
PREFIX ?= /usr/local
DEMO_SECONDS ?= 30
SECONDS ?= 20
JOBS ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)

.DEFAULT_GOAL := help
.PHONY: help demo reproduce learn test build bench bench-micro bench-peers bench-report format lint install model storm fuzz check-all cross addon addon-check clean deps

help:
	@echo "make demo      live swarm, live analysis, steering; DEMO_SECONDS=30"
	@echo "make reproduce published figures, measured again live: build/reproduce; a few minutes"
	@echo "make learn     learning from a live swarm and steering it, against known truths: build/learning; two minutes"
	@echo "make test      build and run every test"
	@echo "make build     build/release; BUILD=dev|asan|ubsan|tsan|portable for another"
	@echo "make bench     measure against a bare floor"
	@echo "make bench-micro   time begin, publish, take ...; make test counts their instructions"
	@echo "make bench-peers   measure beside iceoryx2, zenoh, sockets ..., make docs/benchmarks.md; 40 minutes, a quiet machine"
	@echo "make bench-report  make docs/benchmarks.md of bench/results"
	@echo "make format    format the sources"
	@echo "make lint      check formatting, scripts and the include rules"
	@echo "make model     check the frame protocol's models"
	@echo "make storm     kill and stop everybody at random; SECONDS=20"
	@echo "make fuzz      fuzz what is read from shared memory or files; SECONDS=20 each"
	@echo "make check-all every check there is, sanitizers and other builds included; most of an hour"
	@echo "make cross     build for macOS and ARM64, run what an emulator can"
	@echo "make addon     pack the openFrameworks addon: build/ofxWingbeat.zip"
	@echo "make addon-check   every test of it, and the package compiled as C++17, 20 and 23"
	@echo "make install   install under PREFIX=$(PREFIX)"
	@echo "make clean     remove build/"

deps:
	@scripts/bootstrap

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
	@scripts/bootstrap --demo
	$(call build,wingbeat_cli)
	@exec scripts/demo --seconds $(DEMO_SECONDS)

REPRODUCE = scripts/julia --startup-file=no apps/reproduce/reproduce.jl

reproduce:
	@scripts/bootstrap --demo
	$(call build,wingbeat_cli)
	@$(REPRODUCE) vicsek-order
	@$(REPRODUCE) couzin-states
	@$(REPRODUCE) couzin-memory

LEARN = scripts/julia --startup-file=no apps/learning/learn.jl

learn:
	@scripts/bootstrap --demo
	$(call build,wingbeat_cli)
	@$(LEARN) infer-rules --short
	@$(LEARN) closed-loop --short
	@$(LEARN) window-to-code --short
	@$(LEARN) who-leads --short

test:
	@scripts/bootstrap --test
	$(call build,all,$(TESTS))
	@exec scripts/test build/$(BUILD)

bench: deps
	$(call build,wingbeat_cli)
	@exec build/$(BUILD)/bin/wingbeat bench

bench-micro:
	@scripts/bootstrap --bench
	$(call build,micro,-DWINGBEAT_BUILD_BENCH=ON)
	@exec build/$(BUILD)/bin/bench/micro

bench-peers:
	@scripts/bootstrap --bench
	@cmake --preset bench
	@cmake --build --preset bench --parallel $(JOBS)
	@bench/peers/run.py --settle 180
	@bench/publish/run.py
	@bench/julia/run.py
	@bench/peers/report.py

bench-report:
	@bench/peers/report.py

format:
	@scripts/bootstrap --lint
	@scripts/format

lint:
	@scripts/bootstrap --lint
	@scripts/lint

model:
	@scripts/bootstrap --test
	$(call build,tests/model/all,$(TESTS))
	@ctest --test-dir build/$(BUILD) --label-regex '^model$$' --no-tests=error --output-on-failure

storm:
	@scripts/bootstrap --test
	$(call build,storm,$(TESTS))
	@exec build/$(BUILD)/bin/storm --seconds $(SECONDS)

fuzz:
	@scripts/bootstrap --test
	@tests/fuzz/run.py --seconds $(SECONDS) --work build/fuzz $(TARGET)

check-all:
	@exec scripts/check_all

cross:
	@JOBS=$(JOBS) scripts/cross

addon:
	@scripts/pack_addon

addon-check:
	@scripts/bootstrap --test
	$(call build,product tests/openframeworks/all,$(TESTS))
	@ctest --test-dir build/$(BUILD) --label-regex '^openframeworks$$' --no-tests=error --output-on-failure

# Separate from building, so that only the copying needs root's rights.
install:
	@test -d build/$(BUILD) || $(MAKE) build
	@cmake --install build/$(BUILD) --prefix "$(abspath $(PREFIX))"

clean:
	@rm -rf build
