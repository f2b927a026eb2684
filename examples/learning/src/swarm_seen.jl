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
