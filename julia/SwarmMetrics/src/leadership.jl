# Leadership: delayed correlations of headings.

"""
    headings(V) -> Array

The unit headings of velocities, `D x N` or `D x N x T`, in an array of the same shape. Agents that are at rest, or
whose velocity is not finite, have zeros.
"""
function headings(V::AbstractArray{<:Real})
    dimensions(V)
    U = float.(V)
    for u in eachcol(reshape(U, size(U, 1), :))
        squared = sum(abs2, u)
        usable = 0 < squared < Inf
        u .= usable ? u ./ sqrt(squared) : zero(squared)
    end
    return U
end

"""
    Leadership

The result of [`leadership`](@ref), two `N x N` matrices. `delay[i, j]` is the delay, in frames, after which j does what
i does: positive if i leads j, negative if i follows j. `correlation[i, j]` is the correlation of the two at that delay,
NaN for pairs that were not compared, such as i with itself.
"""
struct Leadership
    delay::Matrix{Int}
    correlation::Matrix{Float64}
end

Base.show(io::IO, l::Leadership) = print(io, "Leadership of ", size(l.delay, 1), " agents")

"""
    leadership(V; delays=30, pairs=nothing) -> Leadership

Pairwise leadership from a window of velocities `D x N x T`. For each pair, Cᵢⱼ(τ) = ⟨uᵢ(t)·uⱼ(t+τ)⟩ over unit headings,
and the result is the delay τ from -`delays` to `delays` frames at which it is largest (the shortest of equal ones). For
τ > 0, i leads j. `pairs`, such as `[(1, 2), (1, 3)]`, restricts the comparison to these pairs. [`net_leadership`](@ref)
reduces the result to one number per agent.

```julia
swarm = subscribe("swarm"; mode=:every)          # every frame: delays are in frames
for w in window(swarm, 120, :velocity)
    isfull(w) && w.seqs[end] % 10 == 0 && println(argmax(net_leadership(leadership(w[:velocity]))))
end
```

Caveats.

- The frames must be equally spaced (`all(==(1), diff(w.seqs))` with `mode=:every`).
- Only turns are informative: a group that flies straight has the same correlation at every delay. A window must contain
  several turns and be several times longer than the delays.
- A maximum at ±`delays` is not a maximum, but the end of the range.
- A delay shows precedence, not causation: the agent that turns first may have been the first to see a signal.
- A frame in which an agent has no heading (see [`headings`](@ref)) is not used for its pairs.

Throws an `ArgumentError` for a window that is not longer than `delays`. Cost: one matrix product of N x DT with DT x N
for each delay, in the element type of `V`; N²·D·T·`delays` multiplications. Source: Nagy et al., Nature 464 (2010) 890.
"""
function leadership(V::AbstractArray{<:Real,3}; delays::Integer=30, pairs=nothing)
    D, N, T = size(V)
    delays >= 0 || throw(DomainError(delays, "delays must be 0 or more frames"))
    T > delays || throw(ArgumentError(
        "a window of $T frames is too short for delays of $delays; use a longer window, or smaller delays",
    ))
    U = by_agent(headings(V))
    usable = has_heading(U, D)
    found = Leadership(zeros(Int, N, N), fill(-Inf, N, N))
    for delay in 0:delays
        pairs === nothing ? compare_all!(found, U, usable, D, delay) : compare!(found, pairs, U, usable, D, delay)
    end
    replace!(found.correlation, -Inf => NaN)
    return found
end

# One column per agent: its numbers of the first frame, then of the next.
by_agent(W) = reshape(permutedims(W, (1, 3, 2)), :, size(W, 2))

# T x N of ones and zeros. In the usual case, when every agent has a heading in every frame, the number of frames.
function has_heading(U, D)
    usable = dropdims(any(!iszero, reshape(U, D, :, size(U, 2)); dims=1); dims=1)
    return all(usable) ? size(usable, 1) : usable .* one(eltype(U))
end

count_both(frames::Int, delay) = frames - delay
count_both(usable, delay) = earlier(usable, delay)' * later(usable, delay)
count_both(frames::Int, delay, i, j) = frames - delay
count_both(usable, delay, i, j) = delayed(usable, delay, i, j)

at(everywhere::Int, i, j) = everywhere
at(counts, i, j) = @inbounds counts[i, j]

earlier(U, rows) = view(U, 1:(size(U, 1) - rows), :)
later(U, rows) = view(U, (1 + rows):size(U, 1), :)
delayed(U, rows, i, j) = dot(view(earlier(U, rows), :, i), view(later(U, rows), :, j))

function compare_all!(found, U, usable, D, delay)
    sums = earlier(U, D * delay)' * later(U, D * delay)
    counts = count_both(usable, delay)
    for j in 1:size(sums, 2), i in 1:(j - 1)
        keep_better!(found, i, j, delay, sums[i, j] / at(counts, i, j))
        keep_better!(found, j, i, delay, sums[j, i] / at(counts, j, i))
    end
    return found
end

function compare!(found, pairs, U, usable, D, delay)
    for (a, b) in pairs, (i, j) in ((a, b), (b, a))
        i == j && throw(ArgumentError("agent $i cannot be paired with itself"))
        keep_better!(found, i, j, delay, delayed(U, D * delay, i, j) / count_both(usable, delay, i, j))
    end
    return found
end

@inline function keep_better!(found, i, j, delay, value)
    @inbounds if value > found.correlation[i, j] # not so for NaN
        found.correlation[i, j] = found.correlation[j, i] = value
        found.delay[i, j], found.delay[j, i] = delay, -delay
    end
    return nothing
end

"""
    net_leadership(l::Leadership; least=0.5) -> Vector{Float64}

The mean delay of each agent, in frames, by which it leads the others (negative: follows), over its pairs with a
correlation of at least `least`; 0 for an agent without such a pair. Pairs with a lower correlation are left out because
their delays are arbitrary. One number per agent cannot show a hierarchy of several levels; the matrix can.
"""
function net_leadership(l::Leadership; least::Real=0.5)
    return map(1:size(l.delay, 1)) do i
        partners = findall(c -> c >= least, view(l.correlation, i, :))
        isempty(partners) ? 0.0 : sum(view(l.delay, i, partners)) / length(partners)
    end
end
