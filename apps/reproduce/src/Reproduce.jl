"""
    Reproduce

Published figures, measured again on a live swarm. Each figure is a function of the options that returns `Results`.
"""
module Reproduce

using Statistics: mean
using SwarmApps
using SwarmMetrics
using Wingbeat

foreach(name -> include(name * ".jl"), ("measure", "vicsek_order", "couzin_states", "couzin_memory"))

const FIGURES = Dict("vicsek-order" => vicsek_order, "couzin-states" => couzin_states, "couzin-memory" => couzin_memory)

const PROGRAM = Program(
    "scripts/reproduce",
    "figure",
    """
    Measures a published figure again: a swarm runs in C++ and publishes every step; Julia measures the live frames and
    steers the swarm. Writes FIGURE.csv and FIGURE.svg, and compares the result with known values.
    """,
    [
        "vicsek-order" => "polarisation against noise (Vicsek et al. 1995, figure 2)",
        "couzin-states" => "swarm, torus and parallel group (Couzin et al. 2002)",
        "couzin-memory" => "two states of the same group with the same parameters, by its history (Couzin et al. 2002)",
    ],
    [
        Option(:agents, "N", 100, "number of agents (default 100)", whole(2)),
        Option(:density, "D", 4.0, "vicsek-order: agents per unit of area (default 4)", decimal(1e-6)),
        Option(
            :noise, "LIST", collect(0.5:0.5:5), "vicsek-order: the noises, separated by commas (default 0.5,1,...,5)",
            decimals(0),
        ),
        Option(:seeds, "N", 0, "number of runs to average over (default 5; couzin-memory 3)", whole(1)),
        Option(:burn_in, "N", -1, "steps before measuring (default: as published)", whole(0)),
        Option(:steps, "N", 0, "steps to measure (default: as published)", whole(10)),
        Option(:short, "a tenth of the steps and 2 seeds: for a first look"),
        Option(:out, "FOLDER", "build/reproduce", "folder of the files (default build/reproduce)", anything),
        Option(:json, "print one JSON object at the end"),
    ],
)

# A figure's own values, unless the user gives others.
seeds_of(o, usual) = o.seeds > 0 ? o.seeds : o.short ? min(2, usual) : usual
steps_of(o, usual) = o.steps > 0 ? o.steps : o.short ? cld(usual, 10) : usual
burn_in_of(o, usual) = o.burn_in >= 0 ? o.burn_in : o.short ? cld(usual, 10) : usual

function main(arguments)
    return run_program(PROGRAM, arguments) do name, options
        command_path() # before any work
        println(stderr, name, ": Julia starts the swarm and compiles the analysis, for some seconds")
        conclude(FIGURES[name](options), options.out; json=options.json)
    end
end

end
