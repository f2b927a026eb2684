# Published figures, measured again through the live path: see README.md, and --help.
const ROOT = normpath(joinpath(@__DIR__, "..", "..", ".."))
push!(LOAD_PATH, joinpath(ROOT, "julia"))
Base.exit_on_sigint(false) # Ctrl-C is an exception, so that the swarm is ended

module Reproduce

using SwarmMetrics
using SwarmProcesses
using Wingbeat

for name in ("options", "progress", "statistics", "figure", "results", "swarm_run", "vicsek_order", "couzin_states", "couzin_memory")
    include(joinpath("src", name * ".jl"))
end

const FIGURES = Dict(
    "vicsek-order" => vicsek_order, "couzin-states" => couzin_states, "couzin-memory" => couzin_memory,
)
const INTERRUPTED = 130

function main(root, arguments)
    try
        (isempty(arguments) || any(in(("--help", "-h")), arguments)) && (print(HELP); return isempty(arguments) ? 2 : 0)
        return reproduce(root, first(arguments), parse_options(arguments[2:end]))
    catch err
        return report(err)
    end
end

function reproduce(root, name, options)
    haskey(FIGURES, name) || throw(UsageError("there is no figure $name; there are $(join(sort(collect(keys(FIGURES))), ", "))"))
    in_own_directory(root, "reproduce") do _
        results = FIGURES[name](root, options)
        write_results(results, options)
        foreach(line -> println(line), verdict_lines(results))
        options.json && println(json_line(results))
        return all(check -> check.holds, results.checks) ? 0 : 1
    end
end

function report(err)
    err isa InterruptException && return INTERRUPTED
    err isa Union{UsageError,MissingBinary,SwarmEnded,Wingbeat.WingbeatError} || rethrow()
    println(stderr, "reproduce: ", sprint(showerror, err))
    return err isa UsageError ? 2 : 4
end

end

exit(Reproduce.main(ROOT, copy(ARGS)))
