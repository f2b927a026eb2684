# Learns to predict the position of each agent of a flock 10 frames ahead, while the flock flies: learn.jl [STREAM]
#
# The prediction is a weighted sum of the agent's last displacements, each over 10 frames. The weights are the same for
# all agents. Recursive least squares, with forgetting, learns them from every frame.
using Wingbeat, LinearAlgebra, Statistics

const AHEAD, TERMS = 10, 4                     # frames; displacements in the sum
const FORGET = 0.98                            # weight of the past after one more frame

# P: components x N x frames, oldest frame first. Displacement 1 is the one to predict, 2 the last known, and so on.
function displacement(P, k)
    now = size(P, 3) - (k - 1) * AHEAD
    return vec(P[:, :, now] .- P[:, :, now - AHEAD])
end

function learn(w, rounds)
    weights, S, b = zeros(TERMS), Matrix(1e-3I, TERMS, TERMS), zeros(TERMS) # S and b: sums of Z'Z and Z'target
    errors, straight = Float64[], Float64[]
    while length(errors) < rounds
        update!(w)
        last(w.seqs) - first(w.seqs) == length(w) - 1 || continue # a gap: frames were missed
        target = displacement(w[:position], 1)
        Z = hcat((displacement(w[:position], k) for k in 2:(TERMS + 1))...)
        push!(errors, norm(Z * weights - target) / norm(target)) # before it learns from this frame
        push!(straight, norm(Z[:, 1] - target) / norm(target))
        S .= FORGET .* S .+ Z' * Z
        b .= FORGET .* b .+ Z' * target
        weights = S \ b
        if length(errors) % 30 == 0
            error, error_straight = percent(mean(errors[(end - 29):end])), percent(mean(straight[(end - 29):end]))
            println("frame ", last(w.seqs), ": error ", error, "; of flying straight on ", error_straight)
        end
    end
    return weights
end

percent(x) = string(lpad(round(100 * x; digits=2), 6), " %")

flock = subscribe(isempty(ARGS) ? "flock" : ARGS[1]; mode=:every)
w = window(flock, 1 + (TERMS + 1) * AHEAD, :position)
while !isfull(w)
    update!(w)
end
println("weights: ", join(round.(learn(w, 300); digits=3), ", "))
