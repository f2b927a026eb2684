# Waits, each wait in a task of its own, until it is interrupted: wait.jl HOW FOR...
# HOW: "exit" prints messages and ends at Ctrl-C, "quiet" prints none and ends at Ctrl-C, "throw" prints none and catches
# the exception.
using Wingbeat

const HOW = ARGS[1]
HOW == "throw" ? Base.exit_on_sigint(false) : Wingbeat.exit_on_interrupt()
const QUIET = HOW != "exit"
const UNREADY = Ref(length(ARGS) - 1)

function ready()
    (UNREADY[] -= 1) == 0 && println("ready")
    flush(stdout)
end

function wait_for_array(kind)
    kind == "array" && return (ready(); LockedArray("/wingbeat-test-none"; timeout=nothing, quiet=QUIET))
    array = LockedArray("/wingbeat-test-held"; timeout=20)
    ready()
    return lock(array; quiet=QUIET)
end

function wait_for_frame(kind)
    swarm = subscribe("flock"; spin=kind == "spin", quiet=QUIET)
    kind in ("first", "latest", "receipt") || take!(swarm)
    ready()
    kind == "latest" && return latest(identity, swarm)
    kind == "receipt" && return wait(request(swarm, :rate => 0.25))
    kind == "limit" && return wait(swarm; timeout=1000)
    kind == "window" && return update!(window(swarm, 5, :position))
    return take!(swarm)
end

function wait_for(kind)
    kind in ("array", "lock") && return wait_for_array(kind)
    kind == "stream" && return (ready(); subscribe("nobody"; quiet=QUIET))
    return wait_for_frame(kind)
end

try
    if length(ARGS) == 2
        wait_for(ARGS[2])
    else
        @sync for kind in ARGS[2:end]
            @async wait_for(kind)
        end
    end
catch err
    println(err isa InterruptException ? "interrupted" : sprint(showerror, err))
end
