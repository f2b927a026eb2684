# Runs all tests; the last line counts them: "julia: N passed, N failed".
using Logging
using REPL # Julia's help, which @doc asks, is part of it
using Test
using Wingbeat

include("counted.jl")
include("support.jl")
include("names.jl")

const FILES = [
    "library", "layout", "schema", "arrays", "frames", "lifetime", "waiting", "allocation", "window", "writer", "requests",
    "restarts", "modes", "streams", "locked_array", "show", "vectors", "readme",
]

run_counted("Wingbeat", @__DIR__, isempty(ARGS) ? FILES : ARGS)
