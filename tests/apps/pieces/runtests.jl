# Tests the parts of the applications without a swarm. The last line counts: "julia: N passed, N failed".
#   runtests.jl [FILE...]     without .jl; default all
const ROOT = normpath(joinpath(@__DIR__, "..", "..", ".."))
pushfirst!(LOAD_PATH, joinpath(ROOT, "apps"))

using LinearAlgebra
using Random
using Test
import Demo, Learning
using SwarmApps
using SwarmMetrics: Flock, centroid, cohesion

include(joinpath(ROOT, "julia", "Wingbeat", "test", "counted.jl"))
include("flocks.jl")

const FILES = [
    "common", "demo_record", "demo_model", "demo_screen", "learning_controller", "learning_models", "learning_leaders",
    "learning_rules",
]

run_counted("apps", @__DIR__, isempty(ARGS) ? FILES : ARGS)
