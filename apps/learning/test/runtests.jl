# Tests the examples' own pieces, without a swarm; the last line counts them: "julia: N passed, N failed".
const ROOT = normpath(joinpath(@__DIR__, "..", "..", ".."))
push!(LOAD_PATH, joinpath(ROOT, "apps", "common"))

using LinearAlgebra
using Random
using Statistics
using SwarmMetrics
using Test
using Wingbeat

include(joinpath(ROOT, "apps", "demo", "src", "learner.jl"))
for name in ("pair_response", "zone_forms", "rule_observer", "controller", "path_coder", "principal", "alarm", "pilot", "leader_search")
    include(joinpath(@__DIR__, "..", "src", name * ".jl"))
end

include(joinpath(ROOT, "julia", "Wingbeat", "test", "counted.jl"))

const FILES = ["rules", "controller", "code", "leaders", "studies"]

run_counted("learning", @__DIR__, isempty(ARGS) ? FILES : ARGS)
