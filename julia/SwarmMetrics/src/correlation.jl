# Correlations in space of the agents' deviations from the common motion, and fluctuations of an order parameter in
# time.

"""
    Correlation

The result of [`correlation`](@ref), with one entry per bin of distances: `r` is the middle of the bin, `value` is C(r)
(NaN without pairs), `pairs` is the number of pairs.
"""
struct Correlation
    r::Vector{Float64}
    value::Vector{Float64}
    pairs::Vector{Int}
end

Base.show(io::IO, c::Correlation) =
    print(io, "Correlation(", length(c.r), " bins up to ", last(c.r), ", ", sum(c.pairs), " pairs)")

"""
    correlation(X, V; box=nothing, reach=..., bins=50, agents=10_000) -> Correlation
    correlation(flock; ...)

The correlation function C(r) = ⟨uᵢ·uⱼ⟩ / ⟨uᵢ²⟩ over the pairs at distance r, with uᵢ = vᵢ - ⟨v⟩, so that C(0) = 1.

- `reach` is the largest distance, in the unit of `X`. The default is half of the box's shortest edge, as longer
  distances have several images; in open space it is the longest side of the bounding box.
- `bins` is the number of bins from 0 to `reach`.
- `agents` is the largest number of agents used; of more agents, every k-th is taken.

Cost: all pairs within `reach` are visited, at most `agents`²/2.

Caveat. Since Σuᵢ = 0, C must change its sign. Its first zero ([`correlation_length`](@ref)) therefore grows with the
group for any interaction; only the way it grows is informative. Source: Cavagna et al., PNAS 107 (2010) 11865.
"""
correlation(X::AbstractMatrix, V::AbstractMatrix; box=nothing, options...) =
    correlation(Flock(X, V; box=box); options...)
function correlation(flock::Flock; reach=default_reach(flock), bins::Integer=50, agents::Integer=10_000)
    reach > 0 && bins >= 1 || throw(DomainError((reach, bins), "reach and bins must be positive"))
    X, V = some_agents(flock, agents)
    same_agents(X, V)
    U = deviations(V)
    grid = sort_into!(CellGrid(), X, flock.box, Float64(reach))
    sums, pairs = zeros(bins), zeros(Int, bins)
    add_pairs!(sums, pairs, grid, U, Float64(reach))
    width = reach / bins
    scale = sum(abs2, U) / max(grid.count, 1)
    return Correlation([(k - 0.5) * width for k in 1:bins], sums ./ pairs ./ scale, pairs)
end

function default_reach(flock)
    D = dimensions(flock.X)
    flock.box === nothing || return minimum(periods(flock.box, D)[1:D]) / 2
    low, high = bounds(flock.X, Val(D))
    longest = maximum(high .- low)
    return longest > 0 && isfinite(longest) ? longest : 1.0
end

function some_agents(flock, agents)
    X, V = flock.X, velocities(flock)
    chosen = 1:cld(size(X, 2), agents):size(X, 2)
    usable = [i for i in chosen if all(isfinite, view(X, :, i)) && all(isfinite, view(V, :, i))]
    return X[:, usable], V[:, usable]
end

deviations(V) = size(V, 2) == 0 ? Float64.(V) : Float64.(V) .- sum(Float64.(V); dims=2) ./ size(V, 2)

function add_pairs!(sums, pairs, grid, U, reach)
    bins = length(sums)
    order = grid.order
    per_bin = bins / reach
    rows = size(U, 1)
    for_each_pair(grid, reach) do a, b, squared
        i, j = order[a], order[b]
        dot = 0.0
        for k in 1:rows
            @inbounds dot += U[k, i] * U[k, j]
        end
        bin = min(unsafe_trunc(Int, sqrt(squared) * per_bin) + 1, bins)
        @inbounds sums[bin] += dot
        @inbounds pairs[bin] += 1
    end
    return sums
end

"""
    correlation_length(c::Correlation) -> Float64
    correlation_length(flock or frame; ...)

The correlation length ξ: the first zero of C(r), interpolated linearly between two bins, in the unit of the positions.
NaN if C(r) has no zero. See the caveat of [`correlation`](@ref).
"""
function correlation_length(c::Correlation)
    before = (0.0, 1.0)
    for (r, value) in zip(c.r, c.value)
        isnan(value) && continue
        value <= 0 && return before[1] + (r - before[1]) * before[2] / (before[2] - value)
        before = (r, value)
    end
    return NaN
end
correlation_length(flock::Flock; options...) = correlation_length(correlation(flock; options...))
correlation_length(frame::Moment; box=nothing, options...) = correlation_length(Flock(frame; box=box); options...)

# -------------------------------------------------------------------------------------------------------- fluctuations

"""
    susceptibility(series, agents) -> Float64

The susceptibility χ = N (⟨φ²⟩ - ⟨φ⟩²) of a series of an order parameter of N = `agents` agents, such as
[`polarisation`](@ref) over time. It measures the fluctuations of the order and peaks at a transition. NaN without
samples.

Successive frames are correlated: the mean is right, but an error bar from the number of frames is too small. Source:
Binder & Heermann, Monte Carlo Simulation in Statistical Physics.
"""
function susceptibility(series, agents::Integer)
    mean = sum(series) / length(series)
    # A sum over deviations: the difference of two squares would lose the digits of a narrow series.
    return agents * sum(phi -> (phi - mean)^2, series) / length(series)
end

"""
    binder(series) -> Float64

Binder's cumulant G = 1 - ⟨φ⁴⟩ / (3⟨φ²⟩²) of a series of an order parameter. It is 2/3 for a constant φ (order), and
tends to 1/3 for a random order parameter of two components (disorder in 2D) and to 4/9 for three components. The curves
of groups of different sizes cross at a transition, and a negative minimum indicates a discontinuous transition. Source:
Binder, Z. Phys. B 43 (1981) 119.
"""
function binder(series)
    second = sum(phi -> phi^2, series) / length(series)
    fourth = sum(phi -> phi^4, series) / length(series)
    return 1 - fourth / (3 * second^2)
end
