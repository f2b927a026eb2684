# Follows the flock in lock-step and steers at each frame: trainer.jl STREAM FRAMES
using Wingbeat

function train(swarm, frames)
    for frame in swarm
        request(swarm, :gain, frame.seq / 2)
        frame.seq == frames && break
    end
end

swarm = subscribe(ARGS[1]; mode=:lockstep, label="trainer")
train(swarm, parse(Int, ARGS[2]))
println(stats(swarm).received, " frames, ", stats(swarm).missed, " missed")
