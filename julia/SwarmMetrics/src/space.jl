# Open or periodic space. A period of 0 means open space, so that one formula serves both.

const Point = NTuple{3,Float64}

# The edges of a periodic box as three numbers; 0 in open space, and for the third edge in two dimensions.
periods(::Nothing, dimensions) = (0.0, 0.0, 0.0)
periods(box::Real, dimensions) = periods(ntuple(_ -> box, dimensions), dimensions)
function periods(box, dimensions)
    length(box) == dimensions ||
        throw(DimensionMismatch("the box has $(length(box)) edges, but the positions have $dimensions rows"))
    all(e -> isfinite(e) && e > 0, box) || throw(DomainError(box, "the edges of a box must be positive"))
    return ntuple(k -> k <= dimensions ? Float64(box[k]) : 0.0, 3)
end

is_periodic(period) = period[1] > 0

inverse(period) = map(p -> p > 0 ? one(p) / p : zero(p), period)

struct Space
    period::Point
    back::Point # its inverse
end

Space(period) = Space(period, inverse(period))

# The shortest of a distance's images. Val(false) is open space, where the compiler leaves nothing to do.
@inline nearest_image(d, period, inverse_period, ::Val{false}) = d
@inline nearest_image(d, period, inverse_period, ::Val{true}) = nearest_image(d, period, inverse_period)
@inline nearest_image(d, period, inverse_period) = d - period * round(d * inverse_period)

# Column i as three numbers; z is 0 in two dimensions.
@inline function point(X, i, ::Val{D}) where {D}
    @inbounds return (Float64(X[1, i]), Float64(X[2, i]), D == 3 ? Float64(X[3, i]) : 0.0)
end

function dimensions(X)
    D = size(X, 1)
    D == 2 || D == 3 || throw(DimensionMismatch(
        "positions and velocities need 2 or 3 rows, with one column per agent; there are $D rows",
    ))
    return D
end

function same_agents(X, V)
    size(X) == size(V) ||
        throw(DimensionMismatch("positions are $(join(size(X), " x ")), velocities $(join(size(V), " x "))"))
    return dimensions(X)
end
