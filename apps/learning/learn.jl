# What live access to a swarm is worth, shown with known truths: see README.md, and --help.
const ROOT = normpath(joinpath(@__DIR__, "..", ".."))
push!(LOAD_PATH, joinpath(ROOT, "apps", "common"))
Base.exit_on_sigint(false) # Ctrl-C is an exception, so that the swarm is ended

module Learning

using LinearAlgebra
using Random
using Statistics
using SwarmMetrics
using SwarmApps
using Wingbeat

const DEMO = joinpath(@__DIR__, "..", "demo", "src")
foreach(name -> include(joinpath(DEMO, name * ".jl")), ("text", "sparkline", "learner"))
using .Sparkline, .Text
import .Learner

const PIECES = (
    "options", "board", "swarm_seen", "pair_response", "zone_forms", "rule_observer", "infer_rules", "controller", "answers",
    "closed_loop", "path_coder", "principal", "alarm", "window_to_code", "pilot", "leader_search", "who_leads",
)
foreach(name -> include(joinpath("src", name * ".jl")), PIECES)

const EXAMPLES = Dict(
    "infer-rules" => infer_rules, "closed-loop" => closed_loop, "window-to-code" => window_to_code, "who-leads" => who_leads,
)

function main(root, arguments)
    (isempty(arguments) || any(in(("--help", "-h")), arguments)) && (print(HELP); return isempty(arguments) ? 2 : 0)
    return guarded(() -> learn(root, first(arguments), parse_options(arguments[2:end])), "learn")
end

function learn(root, name, options)
    haskey(EXAMPLES, name) || throw(UsageError("there is no example $name; there are $(join(sort(collect(keys(EXAMPLES))), ", "))"))
    command_path(root) # before anything is made
    BLAS.set_num_threads(1) # the other core is the swarm's
    in_own_directory(root, "learning") do _
        conclude(EXAMPLES[name](root, options), options.out; json=options.json)
    end
end

end

exit(Learning.main(ROOT, copy(ARGS)))
