# Order parameters. An agent that is at rest, or whose velocity is not finite, has no heading and is not counted.

"""
    polarisation(V) -> Float64
    polarisation(flock or frame)

The polarisation φ = |Σ uᵢ| / N over the unit headings of `V` (`D x N`): 0 if they cancel, 1 if all are equal. N is the
number of agents with a heading; NaN if there are none.

N random headings have φ = √(π/4N) in 2D and √(8/3πN) in 3D, not 0. Cost: one pass, no allocation. Source: Vicsek et
al., PRL 75 (1995) 1226.
"""
polarisation(V::AbstractMatrix) = mean_heading_length(V, Val(dimensions(V)))
polarisation(flock::Flock) = polarisation(velocities(flock))
polarisation(frame::Moment) = polarisation(frame[:velocity])

function mean_heading_length(V, D)
    x = y = z = 0.0
    moving = 0
    @inbounds @simd for i in 1:size(V, 2)
        a, b, c = point(V, i, D)
        squared = a * a + b * b + c * c
        counts = (squared > 0) & (squared < Inf)
        scale = ifelse(counts, 1 / sqrt(squared), 0.0)
        x += ifelse(counts, a * scale, 0.0)
        y += ifelse(counts, b * scale, 0.0)
        z += ifelse(counts, c * scale, 0.0)
        moving += counts
    end
    return sqrt(x * x + y * y + z * z) / moving
end

"""
    rotation(X, V; box=nothing) -> Float64
    rotation(flock or frame; box=nothing)

The rotation (milling) M = |Σ uᵢ × rᵢ| / N, 0 to 1, where uᵢ are unit headings and rᵢ unit vectors from the
[`centroid`](@ref). A regular ring of agents that follow each other has M = 1. Agents at rest or at the centroid are not
counted; NaN if no agent is left.

N random headings have M = 1/√(πN) in 2D and 4/(3√(πN)) in 3D. In a periodic box the centroid is a circular mean and
distances are the shortest ones. If the group spans the box, it has no centre and M is meaningless;
[`is_ill_posed`](@ref) tests this. Cost: two passes. Sources: Couzin et al., J. theor. Biol. 218 (2002) 1; Tunstrøm et
al., PLoS Comput. Biol. 9 (2013) e1002915.
"""
function rotation(X::AbstractMatrix, V::AbstractMatrix; box=nothing)
    D = same_agents(X, V)
    return mean_turning(X, V, centroid_point(X, box), periods(box, D), Val(D))
end
rotation(flock::Flock) = rotation(flock.X, velocities(flock); box=flock.box)
rotation(frame::Moment; box=nothing) = rotation(frame[:position], frame[:velocity]; box=box)

function mean_turning(X, V, centre, period, D)
    x = y = z = 0.0
    usable = 0
    back = inverse(period)
    @inbounds @simd for i in 1:size(X, 2)
        a, b, c = point(V, i, D)
        p, q, r = map(nearest_image, point(X, i, D) .- centre, period, back)
        squared = (a * a + b * b + c * c) * (p * p + q * q + r * r)
        counts = (squared > 0) & (squared < Inf)
        scale = ifelse(counts, 1 / sqrt(squared), 0.0)
        x += ifelse(counts, (b * r - c * q) * scale, 0.0)
        y += ifelse(counts, (c * p - a * r) * scale, 0.0)
        z += ifelse(counts, (a * q - b * p) * scale, 0.0)
        usable += counts
    end
    return sqrt(x * x + y * y + z * z) / usable
end

"""
    is_ill_posed(X; box) -> Bool
    is_ill_posed(flock)

Whether a group in a periodic box has no centre: along some axis it does not fit into half of the box, so that the
shortest vector from the centroid is not continuous. Then [`rotation`](@ref), [`centroid`](@ref) and [`cohesion`](@ref)
are meaningless. Always `false` in open space.

Each axis is divided into 256 bins, so a group whose extent is within 1/256 of half the box may be reported as
ill-posed. Cost: one pass for each axis.
"""
function is_ill_posed(X::AbstractMatrix; box=nothing)
    box === nothing && return false
    D = dimensions(X)
    period = periods(box, D)
    return any(axis -> largest_gap(X, axis, period[axis]) < 0.5, 1:D)
end
is_ill_posed(flock::Flock) = is_ill_posed(flock.X; box=flock.box)

const BINS = 256

# The longest empty stretch along an axis, as a share of the box.
function largest_gap(X, axis, period)
    taken = falses(BINS)
    for i in 1:size(X, 2)
        x = X[axis, i] / period
        isfinite(x) && (taken[1 + min(floor(Int, BINS * mod(x, 1)), BINS - 1)] = true)
    end
    any(taken) || return 1.0
    longest = free = 0
    for k in 1:(2 * BINS) # around once more, for the stretch that crosses the border
        free = taken[mod1(k, BINS)] ? 0 : free + 1
        longest = max(longest, free)
    end
    return longest / BINS
end
