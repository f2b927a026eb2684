# Tests the demo's own pieces, without a swarm; the last line counts them: "julia: N passed, N failed".
using Test

for name in (
    "text", "order", "neighbours", "stamp", "learner", "sparkline", "picture", "record", "verdict", "options",
    "attendant", "screen",
)
    include(joinpath(@__DIR__, "..", "src", name * ".jl"))
end
using .Learner, .Neighbours, .Options, .Order, .Picture, .Record, .Screen, .Sparkline, .Stamp, .Text, .Verdict

include(joinpath(@__DIR__, "..", "..", "..", "julia", "Wingbeat", "test", "counted.jl"))
include("flocks.jl")

const FILES = ["order", "neighbours", "stamp", "learner", "screen", "verdict", "options"]

run_counted("demo", @__DIR__, FILES)
