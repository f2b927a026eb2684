# One swarm, run for a study and steered.

const LONGEST_RUN_S = 3600 # whatever happens to us, the swarm ends

"""
    with_swarm(f, root, arguments)

Starts `wingbeat swarm` of the checkout `root` with these arguments, calls `f()` once its stream `swarm` is there, and ends it. Throws
`SwarmEnded` if the swarm ended by itself meanwhile; what it complained of goes to the standard error.
"""
function with_swarm(f, root, arguments)
    swarm = spawn_swarm(root, string.([arguments..., "--seconds", LONGEST_RUN_S, "--quiet"]))
    complaints = ""
    try
        await_stream(swarm)
        return f()
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
    steer!(swarm, name => value) -> Receipt

Sets a parameter of the subscription's stream and waits until it is in force: `receipt.step`, `receipt.seq`. Throws `RequestRefused` with
the reason, or `Wingbeat.RequestTimeout` after half a minute.
"""
steer!(swarm::Wingbeat.Subscription, change::Pair) = wait(request(swarm, change); timeout=30)
