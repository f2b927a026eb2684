"""
    SwarmStudies

What studies of a live swarm have in common: the swarm they run and steer, numbers on the command line, how far they are, and what they
came to as a table, a picture and checks against what is known.

The swarm: [`with_swarm`](@ref), [`steer!`](@ref). The command line: [`UsageError`](@ref), [`number`](@ref), [`read_options!`](@ref). On the way:
[`Progress`](@ref). The end: [`Results`](@ref) of [`Figure`](@ref)s and [`Check`](@ref)s, [`write_results`](@ref),
[`verdict_lines`](@ref), [`json_line`](@ref), [`exit_code`](@ref). The program around it: [`guarded`](@ref), [`conclude`](@ref).
"""
module SwarmStudies

using SwarmProcesses
using Wingbeat

export UsageError, number, read_options!
export with_swarm, steer!
export Progress, show!, finish!
export Series, Figure, thinned, svg
export Check, timing, Results, write_results, verdict_lines, json_line, exit_code
export guarded, conclude

for name in ("usage", "swarm_run", "progress", "figure", "results", "program")
    include(name * ".jl")
end

end
