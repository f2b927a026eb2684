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
export Progress, Row, show!, is_due
export fixed, grouped, microseconds, percent, short, sparkline, column_means, json
export percentile, standard_error, RunningMean, add!
export random_matrix, gather_paths!
export Series, Figure, thinned, svg
export Check, timing, Results, write_results, verdict_lines, json_line, exit_code, conclude

for name in ("program", "swarm", "text", "statistics", "paths", "progress", "figure", "results")
    include(name * ".jl")
end

# Julia keeps the code of these calls from one session to the next.
let program = Program(
    "", "", "", [],
    [Option(:number, "N", 1.0, "", decimal(0)), Option(:text, "T", "", "", anything), Option(:short, "")],
)
    run_program((_, options) -> 0, program, ["--number", "2", "--text", "x", "--short"])
    sprint(print, help_text(program))
    show!(Progress(; out=devnull, live=false, interval=0.0), 0.5, "", [Row("", "")])
    precompile(show!, (Progress, Float64, String, Vector{Row}))
    precompile(draw_lines!, (Progress, String, Vector{Row}))
    precompile(spawn_swarm, (Vector{String},))
    precompile(stop, (SwarmProcess,))
    precompile(steer!, (Wingbeat.Reader{Nothing}, Pair{Symbol,Float64}))
    precompile(parameter_of, (Wingbeat.Reader{Nothing}, Symbol))
    foreach(short, (0.1, 1.0e-5))
    sparkline(column_means([1.0, 2.0], 1, 2, 2), 0, 1)
    gather_paths!(zeros(Float32, 6, 1), zeros(Float32, 3, 1, 2), [1])
    json(Pair{String,Any}["a" => 1, "b" => ["x"], "c" => NaN])
end

end
