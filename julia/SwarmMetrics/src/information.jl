# What one series says about another: mutual information and transfer entropy, whatever the estimator.

"How information is estimated from samples: [`Gaussian`](@ref), [`KSG`](@ref) or [`Discrete`](@ref)."
abstract type Estimator end

"    bits(nats) -> Float64\n\nInformation in bits: nats / ln 2."
bits(nats::Real) = nats / log(2)

# Samples, one in each column, and what they are called in errors.
struct Series{T<:Real}
    values::Matrix{T}
    name::String
    function Series(x::AbstractMatrix{T}, name) where {T<:Real}
        all(isfinite, x) || throw(ArgumentError("$name has values that are not finite"))
        return new{T}(x, name)
    end
end

Series(x::AbstractVector{<:Real}, name) = Series(reshape(collect(x), 1, :), name)

nothing_known(samples) = Series(zeros(Int, 0, samples), "nothing")

# One for each agent of a window.
agents(W::AbstractArray{<:Real,3}, name="agent") = [Series(W[:, i, :], "$name $i") for i in 1:size(W, 2)]

rows(s::Series) = size(s.values, 1)
Base.length(s::Series) = size(s.values, 2)

between(s::Series, first, last, name=s.name) = Series(s.values[:, first:last], name)
stacked(parts::Series...) = reduce(vcat, map(s -> s.values, parts))

function same_length(x::Series, y::Series)
    length(x) == length(y) || throw(DimensionMismatch("$(x.name) has $(length(x)) samples, $(y.name) has $(length(y))"))
    return length(x)
end

"""
    mutual_information(x, y; estimator=Gaussian()) -> Float64
    mutual_information(X, Y; estimator=Gaussian()) -> Matrix

I(x; y) in nats ([`bits`](@ref) converts): how much less uncertain one is when the other is known. `x` and `y` are series of T
samples: a vector, or `d x T` with one sample in each column (an agent of a window: `w[:velocity][:, 7, :]`). Of two windows,
`D x N x T` and `E x M x T`, the `N x M` matrix for each agent with each; with [`Gaussian`](@ref) this is one matrix product and fast.

The estimator decides what is found and what it costs: [`Gaussian`](@ref) (linear dependence), [`KSG`](@ref) (any, of continuous
values), [`Discrete`](@ref) (of integers or Bools).

Caveats. All estimates of independent series differ from 0, and more so the shorter they are and the more rows they have: compare
with shuffled ones. Samples that follow each other closely count for less than their number: a minute at 60 Hz of something that
changes once a second has about 60 samples. The series must be stationary: a common drift is shared information. Information is not
causation.

Throws `DimensionMismatch` for different lengths, `ArgumentError` for values that are not finite, too few samples, or rows that do
not change (say which; agents beyond a frame's count are zeros: leave them out). Source: Shannon 1948; Cover & Thomas, Elements of
Information Theory.
"""
function mutual_information(x, y; estimator::Estimator=Gaussian())
    x, y = Series(x, "x"), Series(y, "y")
    return information(estimator, x, y, nothing_known(same_length(x, y)))
end
function mutual_information(X::AbstractArray{<:Real,3}, Y::AbstractArray{<:Real,3}; estimator::Estimator=Gaussian())
    size(X, 3) == size(Y, 3) || throw(DimensionMismatch("the windows have $(size(X, 3)) and $(size(Y, 3)) frames"))
    return pairwise(estimator, agents(X), agents(Y))
end

"""
    transfer_entropy(source, target; lag=1, history=1, estimator=Gaussian()) -> Float64
    transfer_entropy(W; lag=1, history=1, estimator=Gaussian()) -> Matrix

I(target(t); source(t - lag) | target(t-1), ..., target(t - history)) in nats ([`bits`](@ref) converts): what the source's past says
about the target beyond what its own past says. Series are as for [`mutual_information`](@ref). Of a window `D x N x T`, the `N x N`
matrix from each agent (row) to each (column), zero on the diagonal; with [`Gaussian`](@ref) two matrix products, fast enough to be
live:

```julia
swarm = subscribe("swarm"; mode=:every)
for w in window(swarm, 240, :velocity)
    isfull(w) && w.seqs[end] % 10 == 0 || continue
    T = transfer_entropy(headings(w[:velocity]); lag=5)
    println(argmax(vec(sum(T; dims=2) .- sum(T; dims=1)')))     # gives more than it takes
end
```

Caveats. In a group, transfer entropy between two misattributes influence: it counts what both take from a third, what comes
through others, and misses what only two sources together tell (Sattari et al. 2022; James et al., PRL 116 (2016) 238701). Take it
for a second opinion, beside [`leadership`](@ref). A history too short leaves in what the target could have known by itself; a
wrong lag finds nothing. All of `mutual_information`'s caveats hold, too: bias of short windows (never below 0 for Gaussian
estimates, so that many small values are noise; compare with the reverse direction), stationarity, and frames equally spaced.

Throws as `mutual_information`. NaN if the source is a linear function of the target's past, so that nothing is left to be told
(Gaussian). Sources: Schreiber, PRL 85 (2000) 461; lag: Wibral et al., PLoS ONE 8 (2013) e55809; in groups: Sattari et al., Sci.
Adv. 8 (2022) eabj1720.
"""
function transfer_entropy(source, target; lag::Integer=1, history::Integer=1, estimator::Estimator=Gaussian())
    x, y = Series(source, "the source"), Series(target, "the target")
    same_length(x, y)
    from, now, past = split_times(x, y, lag, history)
    return information(estimator, from, now, past)
end
function transfer_entropy(W::AbstractArray{<:Real,3}; lag::Integer=1, history::Integer=1, estimator::Estimator=Gaussian())
    parts = [split_times(s, s, lag, history) for s in agents(W)]
    T = pairwise(estimator, map(first, parts), map(p -> p[2], parts), map(last, parts))
    T[diagind(T)] .= 0
    return T
end

# The source's past, the target's present, the target's past.
function split_times(x, y, lag, history)
    lag >= 1 && history >= 1 || throw(DomainError((lag, history), "lag and history are 1 sample or more"))
    last, first = length(y), max(lag, history) + 1
    first < last || throw(ArgumentError("$last samples are too few for a lag of $lag and a history of $history"))
    past = stacked((between(y, first - h, last - h) for h in 1:history)...)
    return between(x, first - lag, last - lag), between(y, first, last), Series(past, string("the past of ", y.name))
end

# I(x; y | z) of each x with each y, where z[j] belongs to y[j].
function pairwise(estimator::Estimator, xs, ys, zs=nothing)
    known(j) = zs === nothing ? nothing_known(length(ys[j])) : zs[j]
    return [information(estimator, x, ys[j], known(j)) for x in xs, j in eachindex(ys)]
end
