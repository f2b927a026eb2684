using Wingbeat, Statistics

flock = subscribe("flock")                     # waits until the stream is there
for (turn, frame) in enumerate(flock)          # every new frame; never slows the simulation
    X = frame[:position]                       # 3 x N Float32: the simulation's own memory, no copy
    turn % 30 == 0 && println("step ", frame.step, ": centre ", join(round.(mean(X; dims=2); digits=3), ", "))
    turn == 90 && break
end

w = window(flock, 60, :position)               # the last 60 frames: 3 x N x 60, dense, ready for BLAS or a network
while !isfull(w)
    update!(w)
end
println("60 frames are a matrix of ", join(size(reshape(w[:position], :, 60)), " x "))

receipt = wait(request(flock, :speed => 2.0))  # steer
println("speed 2 was applied at step ", receipt.step, "; frame ", receipt.seq, " is the first to show it")

publish("code"; z=zeros(Float32, 10)) do out   # answer: a stream of your own
    out[:z] .= latest(frame -> frame[:position][1:10], flock)
    println("published frame ", publish!(out), " of stream code")
end
