# Means over the live frames of a swarm that runs as fast as it can.

const LEAST_SAMPLES = 200

"""
    with_measured_swarm(f, arguments, metrics)

Starts a swarm with these arguments, without a limit of its speed, and calls `f(loop)` with a loop over measurements of
it.
"""
with_measured_swarm(f, arguments, metrics) =
    with_swarm(() -> live(f, "swarm", metrics...), (arguments..., "--flat-out"))

"""
    measure(loop, metrics, from, until) -> NamedTuple of means

The means of metrics over the frames of steps `from` to `until`. Skipped frames are not counted: there are as many
samples as Julia had time for. It goes on until there are $LEAST_SAMPLES of them, since a small swarm makes many steps
while Julia compiles.
"""
function measure(loop, metrics::Tuple, from, until)
    sums = NamedTuple{metrics}(map(_ -> RunningMean(), metrics))
    for m in loop
        m.step < from && continue
        m.step > until && first(sums).count >= LEAST_SAMPLES && break
        foreach(name -> add!(sums[name], getproperty(m, name)), metrics)
    end
    return map(mean, sums)
end
