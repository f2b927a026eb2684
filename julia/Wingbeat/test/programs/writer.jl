# Publishes the flock at about 500 frames/s until it is killed: writer.jl CAPACITY [clean]
# "clean": ends in order after 50 frames, of which the second waits for a reader.
using Wingbeat
include(joinpath(@__DIR__, "..", "flock.jl"))

out = flock("flock"; capacity=parse(Int, ARGS[1]), parameters=(rate=0.5,))
clean = get(ARGS, 2, "") == "clean"
fly!(out; count=5)
println("flying")
flush(stdout)
while clean && isempty(streams("flock").readers)
    sleep(0.01)
end
while !(clean && stats(out).published >= 50)
    fly!(out; count=5)
    sleep(0.002)
end
close(out)
println("landed")
