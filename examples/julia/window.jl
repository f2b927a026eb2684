# Finds the principal motions of a flock in its last 60 frames, five times: window.jl [STREAM]
using Wingbeat, LinearAlgebra, Statistics

flock = subscribe(isempty(ARGS) ? "flock" : ARGS[1]; mode=:every) # every frame in order
w = window(flock, 60, :position)
while !isfull(w)
    update!(w)                                 # waits for the next frame and adds it: one copy
end

for second in 1:5
    A = reshape(w[:position], :, length(w))    # (3N) x 60: no copy, as the window is dense
    B = A .- mean(A; dims=2)
    λ = reverse(eigvals(Symmetric(B' * B)))    # 60 x 60: the method of snapshots (Sirovich 1987)
    println("frames ", first(w.seqs), " to ", last(w.seqs), ", share of the variance in each principal motion:")
    for (k, share) in enumerate(max.(λ[1:4], 0) ./ sum(λ))
        println("  ", k, "  ", rpad("#"^round(Int, 50 * share), 50), "  ", round(100 * share; digits=1), " %")
    end
    for frame in 1:60
        update!(w)
    end
end
