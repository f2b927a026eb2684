# Published figures, measured again through the live path: see README.md, and --help.
const ROOT = normpath(joinpath(@__DIR__, "..", ".."))
push!(LOAD_PATH, joinpath(ROOT, "apps", "common"))
Base.exit_on_sigint(false) # Ctrl-C is an exception, so that the swarm is ended

module Reproduce

using SwarmApps
using SwarmMetrics
using Wingbeat

for name in ("options", "statistics", "swarm_run", "vicsek_order", "couzin_states", "couzin_memory")
    include(joinpath("src", name * ".jl"))
end

const FIGURES = Dict(
    "vicsek-order" => vicsek_order, "couzin-states" => couzin_states, "couzin-memory" => couzin_memory,
)

function main(root, arguments)
    (isempty(arguments) || any(in(("--help", "-h")), arguments)) && (print(HELP); return isempty(arguments) ? 2 : 0)
    return guarded(() -> reproduce(root, first(arguments), parse_options(arguments[2:end])), "reproduce")
end

function reproduce(root, name, options)
    haskey(FIGURES, name) || throw(UsageError("there is no figure $name; there are $(join(sort(collect(keys(FIGURES))), ", "))"))
    in_own_directory(root, "reproduce") do _
        conclude(FIGURES[name](root, options), options.out; json=options.json)
    end
end

end

exit(Reproduce.main(ROOT, copy(ARGS)))
