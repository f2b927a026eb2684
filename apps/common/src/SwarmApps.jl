"""
    SwarmApps

The shared module of the applications in `apps/`: the demo, the examples of learning and the reproduced figures.

- The swarm as a child process: [`in_own_directory`](@ref), [`spawn_swarm`](@ref), [`stop`](@ref), [`with_swarm`](@ref), [`steer!`](@ref).
- The command line and the exit code: [`UsageError`](@ref), [`number`](@ref), [`read_options!`](@ref), [`guarded`](@ref), [`conclude`](@ref).
- Progress of long work: [`Progress`](@ref).
- Results: [`Figure`](@ref)s, [`Check`](@ref)s, [`Results`](@ref), [`write_results`](@ref), [`verdict_lines`](@ref), [`json_line`](@ref),
  [`exit_code`](@ref).
"""
module SwarmApps

using Wingbeat

export SwarmProcess, SwarmEnded, MissingBinary, command_path, spawn_swarm, stop, is_running, in_own_directory, with_swarm, steer!
export UsageError, number, read_options!, guarded, conclude
export Progress, show!, finish!
export Series, Figure, thinned, svg
export Check, timing, Results, write_results, verdict_lines, json_line, exit_code

for name in ("swarm", "progress", "figure", "results", "program")
    include(name * ".jl")
end

end
