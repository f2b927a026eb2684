# Publishes the flock at about 500 frames/s until it is killed: writer.jl CAPACITY
using Wingbeat
include(joinpath(@__DIR__, "..", "flock.jl"))

out = flock("flock"; capacity=parse(Int, ARGS[1]), parameters=(rate=0.5,))
fly!(out; count=5)
println("flying")
flush(stdout)
while true
    fly!(out; count=5)
    sleep(0.002)
end
