"""
    Flock(X, V=nothing; box=nothing)
    Flock(frame; box=nothing)

The state of a group at one time: positions and velocities (`D x N`), and the periodic box, if there is one. Nothing is
copied, so a flock made of a frame is valid as long as the frame. Working data that several metrics need, such as the
grid for finding neighbours, are computed once per flock.

    Flock(before::Flock, X, V=nothing)

The state at the next time, in the same box and in the working memory of `before`, for loops that should allocate
little. After that, `before` must only be used for further calls of this kind: its neighbours would be those of another
time.

Metrics that need velocities throw an `ArgumentError` if the flock has none.
"""
mutable struct Flock{P,Q}
    X::P
    V::Q
    box::Any
    cache::Any # a Cache, or nothing; a later flock may take it over
end

Flock(X::AbstractMatrix, V=nothing; box=nothing) = Flock(X, V, box, nothing)
Flock(frame::Union{Frame,FrameCopy}; box=nothing) = Flock(frame[:position], frame[:velocity], box, nothing)

function Flock(before::Flock, X::AbstractMatrix, V=nothing)
    cache = cache_of(before)
    cache.has_density = false
    return Flock(X, V, before.box, cache)
end

function velocities(flock::Flock)
    flock.V === nothing && throw(ArgumentError("this metric needs velocities: Flock(X, V)"))
    return flock.V
end

const Moment = Union{Frame,FrameCopy}

# Working memory, which one flock can take over from another. The grid by density is made once for each flock.
mutable struct Cache
    by_density::CellGrid
    has_density::Bool
    by_radius::CellGrid
    parent::Vector{Int32} # of each slot of the grid, see clusters.jl
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
