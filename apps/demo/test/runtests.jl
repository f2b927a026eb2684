# Tests the demo's own pieces, without a swarm; the last line counts them: "julia: N passed, N failed".
using Test

push!(LOAD_PATH, joinpath(@__DIR__, "..", "..", "common"))
using SwarmMetrics: Flock, centroid, cohesion

for name in (
    "text", "order", "stamp", "learner", "sparkline", "picture", "record", "verdict", "options",
    "attendant", "screen",
)
    include(joinpath(@__DIR__, "..", "src", name * ".jl"))
end
using .Learner, .Options, .Order, .Picture, .Record, .Screen, .Sparkline, .Stamp, .Text, .Verdict

include(joinpath(@__DIR__, "..", "..", "..", "julia", "Wingbeat", "test", "counted.jl"))
include("flocks.jl")

const FILES = ["order", "stamp", "learner", "screen", "verdict", "options"]

run_counted("demo", @__DIR__, FILES)
