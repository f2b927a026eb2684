# A swarm that an example watches.

# Where both want one core, the simulation goes first: a batch process that wakes up displaces nobody (see sched(7)).
const SCHED_BATCH = 3
yield_to_the_swarm() = Sys.islinux() && ccall(:sched_setscheduler, Cint, (Cint, Cint, Ref{Cint}), 0, SCHED_BATCH, 0)

"""
    watch(f, root, arguments; mode=:every, fields)

Starts a swarm with these arguments and calls `f(subscription)`, whose frames have these fields.
"""
function watch(f, root, arguments; mode=:every, fields, label="learner")
    with_swarm(root, arguments) do
        yield_to_the_swarm()
        subscribe(f, "swarm"; mode=mode, fields=fields, label=label, stay=false)
    end
end

"A parameter of the swarm, for the verdict."
truth(swarm, name) = Float64(params(swarm)[name])

const CALM_FRAMES = 30
const LONGEST_REHEARSAL_S = 30

"""
    rehearse(turn, swarm, rate)

Calls `turn(frame)` for the frames that come until Julia has compiled what it is made of, and has caught up with `rate` frames per second.
"""
function rehearse(turn, swarm, rate)
    calm, began = 0, time()
    for frame in swarm
        turn(frame)
        calm = age(frame) < 2 / rate ? calm + 1 : 0
        (calm >= CALM_FRAMES || time() - began > LONGEST_REHEARSAL_S) && return nothing
    end
    throw(SwarmEnded())
end
