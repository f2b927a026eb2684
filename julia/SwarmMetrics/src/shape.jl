# Position and extent of a group.

"""
    centroid(X; box=nothing) -> Vector{Float64}
    centroid(flock)

The mean position, a vector of D numbers in the unit of `X`. In a periodic box it is the circular mean along each axis,
which is meaningless if the group [`is_ill_posed`](@ref). Agents whose position is not finite are not counted; NaN
without agents.
"""
centroid(X::AbstractMatrix; box=nothing) = collect(centroid_point(X, box)[1:dimensions(X)])
centroid(flock::Flock) = centroid(flock.X; box=flock.box)

function centroid_point(X, box)
    D = dimensions(X)
    box === nothing && return mean_point(X, Val(D))
    period = periods(box, D)
    return ntuple(k -> k <= D ? circular_mean(X, k, period[k]) : 0.0, 3)
end

function mean_point(X, D)
    x = y = z = 0.0
    n = 0
    @inbounds @simd for i in 1:size(X, 2)
        a, b, c = point(X, i, D)
        counts = isfinite(a + b + c)
        x += ifelse(counts, a, 0.0)
        y += ifelse(counts, b, 0.0)
        z += ifelse(counts, c, 0.0)
        n += counts
    end
    return (x / n, y / n, z / n)
end

# Sine and cosine of an angle in turns: a table of TURNS angles, and a short series for the rest.
const TURNS = 256
const SINCOS = [Float64.(sincos(2 * big(pi) * k / TURNS)) for k in 0:TURNS]

@inline function sincos_of_turns(turns)
    at = (turns - floor(turns)) * TURNS
    k = unsafe_trunc(Int, at + 0.5)
    rest = (at - k) * (2pi / TURNS)
    square = rest * rest
    sine = rest * (1 - square / 6 * (1 - square / 20))
    cosine = 1 - square / 2 * (1 - square / 12 * (1 - square / 30))
    @inbounds s, c = SINCOS[k + 1]
    return s * cosine + c * sine, c * cosine - s * sine
end

function circular_mean(X, axis, period)
    s = c = 0.0
    for i in 1:size(X, 2)
        x = Float64(X[axis, i])
        isfinite(x) || continue
        sine, cosine = sincos_of_turns(x / period)
        s += sine
        c += cosine
    end
    mean = mod(atan(s, c) / 2pi, 1) * period
    return mean < period ? mean : 0.0 # a tiny negative angle is rounded up to the period
end

"""
    cohesion(X; box=nothing) -> Float64
    cohesion(flock or frame; box=nothing)

The mean distance of the agents from the [`centroid`](@ref), in the unit of `X`. Cost: two passes.
"""
function cohesion(X::AbstractMatrix; box=nothing)
    D = dimensions(X)
    return mean_distance(X, centroid_point(X, box), periods(box, D), Val(D))
end
cohesion(flock::Flock) = cohesion(flock.X; box=flock.box)
cohesion(frame::Moment; box=nothing) = cohesion(frame[:position]; box=box)

function mean_distance(X, centre, period, D)
    total = 0.0
    n = 0
    back = inverse(period)
    @inbounds @simd for i in 1:size(X, 2)
        p, q, r = map(nearest_image, point(X, i, D) .- centre, period, back)
        squared = p * p + q * q + r * r
        counts = isfinite(squared)
        total += ifelse(counts, sqrt(squared), 0.0)
        n += counts
    end
    return total / n
end

"""
    bounding_box(X) -> (low, high)

The smallest box around all agents, as two vectors of D numbers. Periodicity is ignored. Agents whose position is not
finite are not counted; without agents, `low` is Inf and `high` is -Inf.
"""
function bounding_box(X::AbstractMatrix)
    D = dimensions(X)
    low, high = bounds(X, Val(D))
    return collect(low[1:D]), collect(high[1:D])
end
bounding_box(flock::Flock) = bounding_box(flock.X)

function bounds(X, D)
    low, high = (Inf, Inf, Inf), (-Inf, -Inf, -Inf)
    @inbounds for i in 1:size(X, 2)
        p = point(X, i, D)
        isfinite(sum(p)) || continue
        low, high = map(min, low, p), map(max, high, p)
    end
    return low, high
end

"""
    hull_area(X) -> Float64

The area of the convex hull of `2 x N` positions, in the square of their unit; 0 for fewer than three agents. Throws a
`DimensionMismatch` in 3D. Cost: O(N log N). Source: Andrew's monotone chain, Inf. Process. Lett. 9 (1979) 216.
"""
function hull_area(X::AbstractMatrix)
    size(X, 1) == 2 || throw(DimensionMismatch("hull_area needs 2 x N positions, but there are $(size(X, 1)) rows"))
    points = sort!([(Float64(X[1, i]), Float64(X[2, i])) for i in 1:size(X, 2) if isfinite(X[1, i] + X[2, i])])
    length(points) < 3 && return 0.0
    return (chain_area(points) + chain_area(reverse!(points))) / 2
end
hull_area(flock::Flock) = hull_area(flock.X)

cross(o, a, b) = (a[1] - o[1]) * (b[2] - o[2]) - (a[2] - o[2]) * (b[1] - o[1])

# Twice the signed area under one half of the hull; the points are sorted.
function chain_area(points)
    chain = eltype(points)[]
    for p in points
        while length(chain) >= 2 && cross(chain[end - 1], chain[end], p) <= 0
            pop!(chain)
        end
        push!(chain, p)
    end
    return sum(chain[k][1] * chain[k + 1][2] - chain[k + 1][1] * chain[k][2] for k in 1:(length(chain) - 1))
end

"""
    density(X; box=nothing) -> Float64
    density(flock or frame; box=nothing)

The number of agents per unit of area or volume of the periodic box. In open space the volume is that of the
[`bounding_box`](@ref), which a single straggler makes large; NaN if it is 0.
"""
density(X::AbstractMatrix; box=nothing) = size(X, 2) / volume(X, box)
density(flock::Flock) = density(flock.X; box=flock.box)
density(frame::Moment; box=nothing) = density(frame[:position]; box=box)

function volume(X, box)
    D = dimensions(X)
    box === nothing || return prod(periods(box, D)[1:D])
    low, high = bounds(X, Val(D))
    size = prod((high .- low)[1:D])
    return size > 0 ? size : NaN
end
