"""
    Demo

A swarm in C++, analysed, answered and steered by Julia while it runs. `live.jl` is the run; the other files know
nothing of Wingbeat.
"""
module Demo

using LinearAlgebra.BLAS: gemm!, set_num_threads
using Statistics: mean, std
using SwarmApps
using SwarmApps: parse_arguments
using SwarmMetrics: Flock, centroid, cohesion, nearest_neighbour, polarisation, rotation, state
using Wingbeat

const PROGRAM = Program(
    "scripts/demo",
    "",
    """
    Runs a swarm of 10,000 agents, simulated in C++ at 60 steps per second. Julia analyses every step as it happens,
    learns from it, answers with ten numbers per step, and steers the swarm half-way.
    """,
    [],
    [
        Option(:seconds, "S", 30.0, "length of the run without the start, 5 to 300 (default 30)", decimal(5, 300)),
        Option(
            :inject, "FAULT", "", "make the swarm misbehave: torn, deaf or frozen; the demo must notice and exit with 1",
            one_of("torn", "deaf", "frozen"),
        ),
        Option(:join, "use your own runtime directory, so that `wingbeat top` shows the demo"),
        Option(:plain, "print lines instead of a live screen"),
        Option(:json, "FILE", "", "write the measurements to FILE as well", anything),
    ],
)

foreach(name -> include(name * ".jl"), ("stamp", "learner", "record", "picture", "screen", "live"))

main(arguments) = run_program((_, options) -> run_demo(options, stdout), PROGRAM, arguments)

include("warmup.jl")

end
