# The force of neighbours on an agent as a function of distance, learned without an assumption about its form.
#
# The force on agent i is taken to be the sum over its neighbours j, at distance d along the unit vector e, of
#     along(d) * e + turning(d) * (heading of j)
# with two unknown functions of distance. Both are sums of hats: piecewise linear between knots `spacing` apart, zero
# from the last knot on. So the coefficients are those of a linear regression. Its normal equations take one frame after
# the other, and old frames fade at a steady pace.

mutable struct PairResponse
    spacing::Float64
    knots::Int                # at spacing, 2 spacing, ...; twice as many coefficients: along, then turning
    memory::Float64           # frames
    gram::Matrix{Float64}
    moments::Vector{Float64}
    power::Float64            # of the forces, weighted like the rest
    rows::Matrix{Float64}     # of the current frame: coefficients x (3 numbers for each sample)
    forces::Matrix{Float64}   # 3 x samples
end

"""
    PairResponse(reach, spacing, memory, samples)

Learns up to the distance `reach` with knots `spacing` apart from at most `samples` agents in a frame. The weight of a
frame falls to 1/e in `memory` frames.
"""
function PairResponse(reach, spacing, memory, samples)
    knots = round(Int, reach / spacing)
    return PairResponse(
        spacing, knots, memory, zeros(2knots, 2knots), zeros(2knots), 0.0, zeros(2knots, 3samples), zeros(3, samples)
    )
end

reach(r::PairResponse) = r.spacing * r.knots
distances(r::PairResponse) = r.spacing .* (1:(r.knots))

# The left one of the two hats over a distance, and the share of the right one. There is no hat 0: no agent is nearer
# than the first knot.
@inline function hats(r::PairResponse, distance)
    knot = distance / r.spacing
    left = unsafe_trunc(Int, knot)
    return left, knot - left
end

# Adds a neighbour of sample k, at that distance along the unit vector `axis`.
@inline function add_neighbour!(r::PairResponse, k, distance, axis, heading)
    left, share = hats(r, distance)
    for (knot, weight) in ((left, 1 - share), (left + 1, share))
        1 <= knot <= r.knots || continue
        for c in 1:3
            @inbounds r.rows[knot, 3 * (k - 1) + c] += weight * axis[c]
            @inbounds r.rows[knot + r.knots, 3 * (k - 1) + c] += weight * heading[c]
        end
    end
    return nothing
end

clear_rows!(r::PairResponse) = fill!(r.rows, 0)

"Adds the samples whose forces are known by now to the regression."
function absorb!(r::PairResponse, samples)
    fading = exp(-1 / r.memory)
    columns = reduce(vcat, ((3k - 2):(3k) for k in samples); init=Int[])
    rows, forces = r.rows[:, columns], vec(r.forces[:, samples])
    BLAS.syrk!('U', 'N', 1.0, rows, fading, r.gram)
    BLAS.gemv!('N', 1.0, rows, forces, fading, r.moments)
    r.power = fading * r.power + sum(abs2, forces)
    return r
end

"""
The two functions at the knots: least squares, with a ridge so small that it only makes distances without samples zero.
"""
function solve(r::PairResponse)
    gram = Symmetric(r.gram)
    ridge = 1e-6 * tr(gram) / (2r.knots) + 1e-300
    coefficients = cholesky(gram + ridge * I) \ r.moments
    return coefficients[1:(r.knots)], coefficients[(r.knots + 1):end]
end
