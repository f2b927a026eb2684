# Mutual information and transfer entropy of series, for any estimator.

"An estimator of information from samples: [`Gaussian`](@ref), [`KSG`](@ref) or [`Discrete`](@ref)."
abstract type Estimator end

"""
    bits(nats) -> Float64

Converts information to bits: nats / ln 2.
"""
bits(nats::Real) = nats / log(2)

# Samples, one per column, and the name of the series in errors.
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

# One series for each agent of a window.
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

The mutual information I(x; y) in nats ([`bits`](@ref) converts): the decrease of the uncertainty of one series when the
other is known. `x` and `y` are series of T samples: a vector, or `d x T` with one sample per column (an agent of a
window: `w[:velocity][:, 7, :]`). Of two windows, `D x N x T` and `E x M x T`, the result is the `N x M` matrix of each
agent with each.

| estimator | measures | cost |
| --- | --- | --- |
| [`Gaussian`](@ref) | linear dependence | for windows, one matrix product |
| [`KSG`](@ref) | any dependence of continuous values | about T ln T for each pair |
| [`Discrete`](@ref) | any dependence of integers or Bools | T for each pair |

Caveats.

- Estimates of independent series differ from 0. The difference is larger for short series and many rows. Compare with
  shuffled series.
- Samples that follow each other closely are worth less than their number: a minute at 60 Hz of a quantity that changes
  once a second has about 60 samples.
- The series must be stationary: a common drift is shared information.
- Information is not causation.

Throws `DimensionMismatch` for different lengths, and `ArgumentError` for values that are not finite, too few samples,
or a row that does not change. Agents beyond a frame's count are zeros, so they must be left out. Sources: Shannon 1948;
Cover & Thomas, Elements of Information Theory.
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

The transfer entropy I(target(t); source(t - lag) | target(t-1), ..., target(t - history)) in nats ([`bits`](@ref)
converts): the information of the source's past about the target beyond that of the target's own past. Series are as for
[`mutual_information`](@ref). Of a window `D x N x T`, the result is the `N x N` matrix from each agent (row) to each
(column), with zeros on the diagonal. With [`Gaussian`](@ref) this costs two matrix products, fast enough for a live
stream:

```julia
swarm = subscribe("swarm"; mode=:every)
for w in window(swarm, 240, :velocity)
    isfull(w) && w.seqs[end] % 10 == 0 || continue
    T = transfer_entropy(headings(w[:velocity]); lag=5)
    println(argmax(vec(sum(T; dims=2) .- sum(T; dims=1)')))     # largest net transfer
end
```

Caveats.

- In a group, pairwise transfer entropy misattributes influence. It counts information that both agents take from a
  third and information that passes through others, and it misses information of two sources together (Sattari et al.
  2022; James et al., PRL 116 (2016) 238701). Use it beside [`leadership`](@ref), not alone.
- A history that is too short counts information of the target's own past. A wrong lag finds nothing.
- The caveats of [`mutual_information`](@ref) hold. Gaussian estimates are never negative, so many small values are
  noise; compare with the reverse direction. The frames must be equally spaced.

Throws the exceptions of `mutual_information`, and a `DomainError` for a `lag` or `history` below 1. The result is NaN
if the source is a linear function of the target's past (Gaussian). Sources: Schreiber, PRL 85 (2000) 461; for the lag,
Wibral et al., PLoS ONE 8 (2013) e55809; for groups, Sattari et al., Sci. Adv. 8 (2022) eabj1720.
"""
function transfer_entropy(source, target; lag::Integer=1, history::Integer=1, estimator::Estimator=Gaussian())
    x, y = Series(source, "the source"), Series(target, "the target")
    same_length(x, y)
    from, now, past = split_times(x, y, lag, history)
    return information(estimator, from, now, past)
end
function transfer_entropy(
    W::AbstractArray{<:Real,3}; lag::Integer=1, history::Integer=1, estimator::Estimator=Gaussian()
)
    parts = [split_times(s, s, lag, history) for s in agents(W)]
    T = pairwise(estimator, map(first, parts), map(p -> p[2], parts), map(last, parts))
    T[diagind(T)] .= 0
    return T
end

# The source's past, the target's present, the target's past.
function split_times(x, y, lag, history)
    lag >= 1 && history >= 1 || throw(DomainError((lag, history), "lag and history must be 1 or more"))
    last, first = length(y), max(lag, history) + 1
    first < last || throw(ArgumentError("$last samples are too few for a lag of $lag and a history of $history"))
    past = stacked((between(y, first - h, last - h) for h in 1:history)...)
    return between(x, first - lag, last - lag), between(y, first, last), Series(past, string("the past of ", y.name))
end

# I(x; y | z) of each x with each y; z[j] is the condition of y[j].
function pairwise(estimator::Estimator, xs, ys, zs=nothing)
    known(j) = zs === nothing ? nothing_known(length(ys[j])) : zs[j]
    return [information(estimator, x, ys[j], known(j)) for x in xs, j in eachindex(ys)]
end

"""
    digamma(x) -> Float64

ψ(x), the derivative of ln Γ(x), for x > 0, accurate to about 1e-14. The recurrence ψ(x) = ψ(x + 1) - 1/x leads to x >=
10, where the asymptotic series is used. Throws a `DomainError` for other x. Source: Abramowitz & Stegun, 6.3.5 and
6.3.18.
"""
function digamma(x::Real)
    x > 0 || throw(DomainError(x, "digamma needs a positive number"))
    value, x = 0.0, Float64(x)
    while x < 10
        value -= 1 / x
        x += 1
    end
    s = 1 / x^2
    series = s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - s * 691 / 32760)))))
    return value + log(x) - 1 / (2x) - series
end
