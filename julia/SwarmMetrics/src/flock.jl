"""
    Flock(X, V=nothing; box=nothing)
    Flock(frame; box=nothing)

One moment of a group: positions and velocities (`D x N`), and the periodic box they are in, if any. Nothing is copied: a flock of a
frame is valid as long as the frame. What several metrics need, such as the grid that neighbours are found by, is made once for
each flock and kept.

    Flock(before::Flock, X, V=nothing)

The next moment of a group, in the same box and in the working memory of the one before, for loops that are to allocate little. From then
on `before` serves for further such calls only: what it says of neighbours would be of the wrong moment.

Metrics of a flock that was not given velocities throw an `ArgumentError` if they need them.
"""
mutable struct Flock{P,Q}
    X::P
    V::Q
    box::Any
    cache::Any # a Cache, which outlives the flock if somebody passes it on
end

Flock(X::AbstractMatrix, V=nothing; box=nothing) = Flock(X, V, box, nothing)
Flock(frame::Union{Frame,FrameCopy}; box=nothing) = Flock(frame[:position], frame[:velocity], box, nothing)

function Flock(before::Flock, X::AbstractMatrix, V=nothing)
    cache = cache_of(before)
    cache.has_density = false
    return Flock(X, V, before.box, cache)
end

function velocities(flock::Flock)
    flock.V === nothing && throw(ArgumentError("this needs velocities: Flock(X, V)"))
    return flock.V
end

const Moment = Union{Frame,FrameCopy}

# Working memory, which may be handed from flock to flock. The grid by density is made once for each flock.
mutable struct Cache
    by_density::CellGrid
    has_density::Bool
    by_radius::CellGrid
    parent::Vector{Int32} # of each place, see clusters.jl
end

Cache() = Cache(CellGrid(), false, CellGrid(), Int32[])

function cache_of(flock::Flock)
    flock.cache === nothing && (flock.cache = Cache())
    return flock.cache::Cache
end

function density_grid(flock::Flock)
    cache = cache_of(flock)
    cache.has_density || sort_into!(cache.by_density, flock.X, flock.box, 0.0)
    cache.has_density = true
    return cache.by_density
end
