"""
    Learning

Examples of learning from a live swarm and of steering it, each compared with known values. Each example is a function
of the options that returns `Results`.
"""
module Learning

using LinearAlgebra
using Random
using Statistics
using SwarmApps
using SwarmMetrics
using Wingbeat

const PIECES = (
    "pair_response", "zone_forms", "rule_observer", "infer_rules", "controller", "closed_loop", "path_models", "alarm",
    "window_to_code",
    "leaders", "who_leads",
)
foreach(name -> include(name * ".jl"), PIECES)

const EXAMPLES = Dict(
    "infer-rules" => infer_rules, "closed-loop" => closed_loop, "window-to-code" => window_to_code,
    "who-leads" => who_leads,
)

const PROGRAM = Program(
    "scripts/learn",
    "example",
    """
    Learns from a swarm that runs in C++, while it runs, and compares the result with known values. Shows the result as
    it improves, and writes EXAMPLE.csv and EXAMPLE.svg.
    """,
    [
        "infer-rules" => "infer the swarm's rules from its frames alone, and follow a change of them",
        "closed-loop" => "hold a swarm at a wanted polarisation by steering its noise, free-running and in lock-step",
        "window-to-code" => "compress 60 frames of motion to ten numbers, and detect a change of regime",
        "who-leads" => "find the agents that lead, which a pilot steers, from the motion of all agents",
    ],
    [
        Option(:seconds, "S", 0.0, "duration of the learning, from 4 (default: as the example needs)", decimal(4)),
        Option(:agents, "N", 0, "number of agents (default: as the example needs)", whole(2)),
        Option(:seed, "N", 1, "seed of the swarm (default 1)", whole(0)),
        Option(:short, "shorter, with fewer agents, without checks of speed: for a first look, or a busy machine"),
        Option(:out, "FOLDER", joinpath("build", "learning"), "folder of the files (default build/learning)", anything),
        Option(:json, "print one JSON object at the end"),
    ],
)

# On a terminal the result moves; in a log it is shown now and then.
example_progress() = Progress(; interval=stderr isa Base.TTY ? 0.1 : 2.0)

# An example's own values, unless the user gives others.
seconds_of(o, usual, short) = o.seconds > 0 ? o.seconds : o.short ? short : usual

function agents_of(o, usual, short, least)
    o.agents == 0 && return o.short ? short : usual
    o.agents >= least || throw(UsageError("this example needs at least $least agents, not --agents $(o.agents)"))
    return o.agents
end

function main(arguments)
    return run_program(PROGRAM, arguments) do name, options
        command_path() # before any work
        BLAS.set_num_threads(1) # the other core is the swarm's
        println(stderr, name, ": Julia starts the swarm and compiles the analysis, for about 10 s")
        conclude(EXAMPLES[name](options), options.out; json=options.json)
    end
end

end
