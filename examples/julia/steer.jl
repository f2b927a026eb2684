# Sets the speed of the flock and measures the effect: steer.jl [STREAM]
using Wingbeat, Statistics

# The mean distance that an agent moves from one step to the next, over `turns` pairs of frames that show the request.
function distance_per_step(flock, receipt, turns)
    distances = Float64[]
    previous = copy(take!(flock))              # a copy: the frame itself is valid until the next one is taken
    while length(distances) < turns
        frame = take!(flock)
        if previous.seq >= receipt.seq && frame.step > previous.step
            moved = sqrt.(sum(abs2, frame[:position] .- previous[:position]; dims=1))
            push!(distances, mean(moved) / (frame.step - previous.step))
        end
        previous = copy(frame)
    end
    return mean(distances)
end

flock = subscribe(isempty(ARGS) ? "flock" : ARGS[1])
show(stdout, MIME("text/plain"), params(flock)) # every parameter with its value, range, unit and help
println()
before = params(flock)[:speed]
for speed in (0.5, 1, 2, 4)
    receipt = wait(request(flock, :speed => speed); timeout=10)
    distance = distance_per_step(flock, receipt, 20)
    bar = "#"^clamp(round(Int, 300 * distance), 1, 60)
    println("speed ", speed, " from frame ", receipt.seq, ": ", bar, " ", round(distance; digits=4), " m a step")
end

try
    wait(request(flock, :speed => 1000); timeout=10)
catch err
    println("speed 1000: ", sprint(showerror, err))
end
params(flock)[:speed] = before
