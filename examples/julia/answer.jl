# Publishes a summary of a flock as a stream of its own, for ten seconds: answer.jl [STREAM]
#
# Any program can read the summary and steer how it is made, in another terminal:
#   wingbeat info summary
#   wingbeat set summary.smoothing 0.9
using Wingbeat, Statistics

function answer(flock, out, seconds)
    centre, begun = zeros(3), time()
    for frame in flock
        keep = params(out)[:smoothing]
        X = frame[:position]
        centre .= keep .* centre .+ (1 - keep) .* vec(mean(X; dims=2))
        out[:centre] .= centre                 # in place: this is the shared memory of the new stream
        out[:extent] .= vec(maximum(X; dims=2) .- minimum(X; dims=2))
        seq = publish!(out; step=frame.step, time=frame.time) # applies what was set meanwhile, too
        if seq % 60 == 0
            println("step ", frame.step, ": centre ", round.(centre; digits=3), ", smoothing ", keep)
        end
        time() - begun > seconds && return seq
    end
end

flock = subscribe(isempty(ARGS) ? "flock" : ARGS[1])
smoothing = parameter(0.5; min=0, max=0.99, help="share of the last centre in the next")
published = publish(
    "summary"; centre=field(Float64, 3; labels="x y z", unit="m"), extent=field(Float64, 3; labels="x y z", unit="m"),
    parameters=(smoothing=smoothing,), attributes=("source" => "flock",),
) do out
    answer(flock, out, 10)
end
println("published ", published, " frames of stream summary")
