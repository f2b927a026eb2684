"""
    SwarmApps

The shared module of the applications in `apps/`: the demo, the examples of learning and the reproduced figures.

| file | contents |
| --- | --- |
| `program.jl` | the command line, the help, the exit code |
| `swarm.jl` | the reference swarm as a child process, and the stream it publishes |
| `progress.jl` | how far a long run is |
| `text.jl` | numbers, curves and JSON as text |
| `statistics.jl` | means, percentiles, standard errors |
| `paths.jl` | a window of frames as the paths of agents |
| `figure.jl` | figures as SVG |
| `results.jl` | a table, a picture and checks against known values |
"""
module SwarmApps

using Statistics
using Statistics: mean, std
using Wingbeat

export UsageError, Option, Program, whole, decimal, decimals, one_of, anything, help_text, parse_arguments, run_program
export SwarmProcess, SwarmEnded, MissingBinary, command_path, spawn_swarm, stop, is_running
export run_swarm, with_swarm, watch, rehearse, steer!, parameter_of, yield_to_the_swarm
export Progress, Row, show!, is_due, finish!
export fixed, grouped, microseconds, percent, short, sparkline, column_means, json
export percentile, standard_error, RunningMean, add!
export random_matrix, gather_paths!
export Series, Figure, thinned, svg
export Check, timing, Results, write_results, verdict_lines, json_line, exit_code, conclude

for name in ("program", "swarm", "text", "statistics", "paths", "progress", "figure", "results")
    include(name * ".jl")
end

end
