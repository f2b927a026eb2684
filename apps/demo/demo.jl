# Run by scripts/demo. The pieces are small modules in src/; src/live.jl is the one that uses Wingbeat.

const ROOT = normpath(joinpath(@__DIR__, "..", ".."))
push!(LOAD_PATH, joinpath(ROOT, "apps", "common"))
Base.exit_on_sigint(false) # Ctrl-C is an exception, so that the swarm is ended and the terminal given back

module Demo

using LinearAlgebra: BLAS

for name in (
    "text", "order", "stamp", "learner", "sparkline", "picture", "record", "verdict", "options",
    "attendant", "screen", "live",
)
    include(joinpath("src", name * ".jl"))
end

using .Live
using .Options
using SwarmApps: MissingBinary, SwarmEnded
import Wingbeat

const INTERRUPTED = 130

function main(root, arguments)
    try
        settings = parse_options(arguments)
        settings.help && (print(HELP); return 0)
        BLAS.set_num_threads(1) # the other core is the swarm's
        return run_demo(root, settings, stdout)
    catch err
        return report(err)
    end
end

function report(err)
    err isa InterruptException && return INTERRUPTED
    known = err isa Union{UsageError,MissingBinary,SwarmEnded,Wingbeat.WingbeatError}
    known || rethrow()
    println(stderr, "demo: ", sprint(showerror, err))
    return err isa UsageError ? 2 : 1
end

end

exit(Demo.main(ROOT, ARGS))
