# One swarm, measured live as fast as it goes.

const LEAST_SAMPLES = 200

"""
    with_measured_swarm(f, root, arguments, metrics)

Starts a swarm with these arguments, as fast as it goes, and calls `f(loop)` with a loop over measurements of it.
"""
with_measured_swarm(f, root, arguments, metrics) =
    with_swarm(() -> live(f, "swarm", metrics...), root, (arguments..., "--flat-out"))

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
