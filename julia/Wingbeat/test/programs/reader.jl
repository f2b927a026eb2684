# Holds a frame of the flock until it is killed.
using Wingbeat

swarm = subscribe("flock"; label="doomed")
frame = hold(take!(swarm))
println("holding ", frame.seq)
flush(stdout)
sleep(1000)
