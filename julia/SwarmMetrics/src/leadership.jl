# Who turns first: delayed correlations of headings.

"""
    headings(V) -> Array

Unit headings of velocities, `D x N` or `D x N x T`, as an array of that shape; zeros for those that have none (at rest, or not
finite).
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

What [`leadership`](@ref) found, two `N x N` matrices: `delay[i, j]`, in frames, by which j does later what i does (positive: i
leads j; negative: i follows j), and `correlation[i, j]`, how alike the two are at that delay (NaN for pairs not looked at, as i
with itself).
"""
struct Leadership
    delay::Matrix{Int}
    correlation::Matrix{Float64}
end

Base.show(io::IO, l::Leadership) = print(io, "Leadership of ", size(l.delay, 1), " agents")

"""
    leadership(V; delays=30, pairs=nothing) -> Leadership

Who leads whom, from a window of velocities `D x N x T`: Cᵢⱼ(τ) = ⟨uᵢ(t)·uⱼ(t+τ)⟩ over unit headings, and for each pair the delay τ
from -`delays` to `delays` frames at which it is largest (the shortest of equal ones). τ > 0: i leads j. `pairs`, such as
`[(1, 2), (1, 3)]`, are the only ones looked at; by default all are. [`net_leadership`](@ref) makes one number for each agent of it.

```julia
swarm = subscribe("swarm"; mode=:every)          # each frame: delays are counted in frames
for w in window(swarm, 120, :velocity)
    isfull(w) && w.seqs[end] % 10 == 0 && println(argmax(net_leadership(leadership(w[:velocity]))))
end
```

Caveats. The frames must be equally spaced (`all(==(1), diff(w.seqs))` with `mode=:every`). A group that flies straight is alike at
every delay: only turns tell. A window must hold several turns and be some times longer than the delays; a maximum at ±`delays` is
none, but the end of what was looked at. Who turns first may also have seen first what all see: a delay says who precedes, not who
causes. Where an agent has no heading (see [`headings`](@ref)) the frame does not count for its pairs.

Throws `ArgumentError` for a window that is not longer than `delays`. Source: Nagy et al., Nature 464 (2010) 890. Cost: one matrix
product of N x DT with DT x N for each delay, in the element type of `V`; N²·D·T·`delays` multiplications.
"""
function leadership(V::AbstractArray{<:Real,3}; delays::Integer=30, pairs=nothing)
    D, N, T = size(V)
    delays >= 0 || throw(DomainError(delays, "delays are counted in frames, from 0"))
    T > delays || throw(ArgumentError("a window of $T frames has none that are $delays apart: give a longer window or fewer delays"))
    U = by_agent(headings(V))
    usable = has_heading(U, D)
    found = Leadership(zeros(Int, N, N), fill(-Inf, N, N))
    for delay in 0:delays
        pairs === nothing ? compare_all!(found, U, usable, D, delay) : compare!(found, pairs, U, usable, D, delay)
    end
    replace!(found.correlation, -Inf => NaN)
    return found
end

# One column for each agent: all its numbers of the first frame, then of the next.
by_agent(W) = reshape(permutedims(W, (1, 3, 2)), :, size(W, 2))

# T x N of ones and zeros; in the usual case, when everybody has one at all times, how many frames.
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
        i == j && throw(ArgumentError("agent $i is no pair with itself"))
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

For each agent the mean delay, in frames, by which it leads the others (negative: follows), over the pairs whose correlation is at
least `least`; 0 for an agent without such a pair, which has nobody to lead. `least` leaves out pairs that have nothing to do with
each other, whose delay is any. One number cannot show a hierarchy with several levels as the matrix can: Nagy et al. draw an arrow
for each of these pairs.
"""
function net_leadership(l::Leadership; least::Real=0.5)
    return map(1:size(l.delay, 1)) do i
        partners = findall(c -> c >= least, view(l.correlation, i, :))
        isempty(partners) ? 0.0 : sum(view(l.delay, i, partners)) / length(partners)
    end
end
