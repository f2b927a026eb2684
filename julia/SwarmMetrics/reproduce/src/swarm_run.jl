# One swarm, measured live and steered.

const LEAST_SAMPLES = 200
const LONGEST_RUN_S = 3600 # whatever happens to us, the swarm ends

"""
    with_swarm(f, root, arguments, metrics)

Starts a swarm with these arguments, as fast as it goes, and calls `f(loop)` with a loop over measurements of it.
"""
function with_swarm(f, root, arguments, metrics)
    swarm = spawn_swarm(root, string.([arguments..., "--flat-out", "--seconds", LONGEST_RUN_S, "--quiet"]))
    complaints = ""
    try
        await_stream(swarm)
        return live(f, "swarm", metrics...)
    catch err
        is_running(swarm) || err isa InterruptException ? rethrow() : throw(SwarmEnded())
    finally
        _, complaints = stop(swarm)
        isempty(complaints) || print(stderr, complaints)
    end
end

# Until its first frames are there. A swarm that complains ends, and then nobody waits for it.
function await_stream(swarm)
    while !any(s -> s.name == "swarm", streams())
        is_running(swarm) || throw(SwarmEnded())
        sleep(0.01)
    end
    return nothing
end

"""
    steer!(loop, name => value) -> step

Sets a parameter; the step from which on it is in force.
"""
function steer!(loop, change::Pair)
    receipt = wait(request(loop.swarm, change); timeout=30)
    receipt.status === :applied || throw(UsageError("the swarm refused $change: $(receipt.reason)"))
    return receipt.step
end

"""
    measure(loop, metrics, from, until) -> NamedTuple of means

The means of metrics over the frames of steps `from` to `until`. What is skipped is not counted: samples are as dense as
measuring is fast. It goes on until there are $LEAST_SAMPLES of them: while Julia compiles, a small swarm makes many steps.
"""
function measure(loop, metrics::Tuple, from, until)
    sums = NamedTuple{metrics}(map(_ -> Running(), metrics))
    for m in loop
        m.step < from && continue
        m.step > until && first(sums).count >= LEAST_SAMPLES && break
        foreach(name -> add!(sums[name], getproperty(m, name)), metrics)
    end
    return map(mean, sums)
end
