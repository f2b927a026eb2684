# The nearest other agent. Exact: equal to comparing all pairs.

"""
    nearest_distances(X; box=nothing) -> Vector{Float64}
    nearest_distances(flock)

The distance from each agent to the nearest other one, in the unit of `X`; NaN for agents whose position is not finite, Inf for one
that is alone. A grid finds them: about linear in the number of agents.
"""
nearest_distances(X::AbstractMatrix; box=nothing) = nearest_distances(Flock(X; box=box))
function nearest_distances(flock::Flock)
    grid = density_grid(flock)
    distances = fill(NaN, size(flock.X, 2))
    for at in 1:grid.count
        distances[grid.order[at]] = sqrt(nearest_squared(grid, at))
    end
    return distances
end

"""
    nearest_neighbour(X; box=nothing) -> Float64
    nearest_neighbour(flock or frame; box=nothing)

The mean of [`nearest_distances`](@ref); NaN below two agents. Agents scattered at random with density ρ have 0.5 ρ^(-1/2) in 2D and
0.55396 ρ^(-1/3) in 3D (Clark & Evans, Ecology 35 (1954) 445); at the border of open space distances are longer.
"""
nearest_neighbour(X::AbstractMatrix; box=nothing) = nearest_neighbour(Flock(X; box=box))
nearest_neighbour(frame::Moment; box=nothing) = nearest_neighbour(Flock(frame; box=box))
function nearest_neighbour(flock::Flock)
    grid = density_grid(flock)
    grid.count < 2 && return NaN
    return sum_of_nearest(grid) / grid.count
end

function sum_of_nearest(grid::CellGrid)
    return is_periodic(grid.period) ? sum_of_nearest(grid, Val(true)) : sum_of_nearest(grid, Val(false))
end

function sum_of_nearest(grid, P)
    total = 0.0
    for at in 1:grid.count
        total += sqrt(nearest_squared(grid, at, P))
    end
    return total
end

nearest_squared(grid::CellGrid, at) =
    is_periodic(grid.period) ? nearest_squared(grid, at, Val(true)) : nearest_squared(grid, at, Val(false))

# Cells at growing Chebyshev distance, until nothing unseen can be nearer.
function nearest_squared(grid::CellGrid, at, P)
    home = home_of(grid, at)
    best = Inf
    for ring in 1:maximum(grid.cells)
        best = scan_ring(grid, at, home, ring, best, P)
        # Everything unseen lies at least `ring` whole cells away. A little less, for the rounding of the cell's number.
        reach = grid.least_edge * (ring - 0.001)
        best <= reach * reach && break
    end
    return best
end

# The cells at exactly that distance; a ring of 1 takes the home cell along, which makes it a cube of whole rows.
function scan_ring(grid, at, home, ring, best, P::Val{Periodic}) where {Periodic}
    xs = offsets(home[1], grid.cells[1], ring, Periodic)
    for oz in offsets(home[3], grid.cells[3], ring, Periodic), oy in offsets(home[2], grid.cells[2], ring, Periodic)
        if ring == 1 || abs(oz) == ring || abs(oy) == ring
            best = scan_row(grid, at, home, xs, oy, oz, best, P)
        else
            -ring in xs && (best = scan_row(grid, at, home, -ring:-ring, oy, oz, best, P))
            ring in xs && (best = scan_row(grid, at, home, ring:ring, oy, oz, best, P))
        end
    end
    return best
end

# Neighbouring cells of a row lie one behind the other in memory, up to the border of the box.
@inline function scan_row(grid, at, home, xs, oy, oz, best, P)
    if home[1] + first(xs) >= 0 && home[1] + last(xs) < grid.cells[1]
        from, to = first(places(grid, home, first(xs), oy, oz)), last(places(grid, home, last(xs), oy, oz))
        return scan_places(grid, at, from, to, best, P)
    end
    for ox in xs
        p = places(grid, home, ox, oy, oz)
        best = scan_places(grid, at, first(p), last(p), best, P)
    end
    return best
end

@inline function scan_places(grid, at, from, to, best, P)
    period, back = grid.period, inverse(grid.period)
    @inbounds for b in from:to
        d2 = squared_distance(grid, at, b, period, back, P)
        best = ifelse((d2 < best) & (b != at), d2, best)
    end
    return best
end

"""
    clark_evans(X; box=nothing) -> Float64
    clark_evans(flock or frame; box=nothing)

[`nearest_neighbour`](@ref) over what it would be at random with the same [`density`](@ref): 1 at random, below 1 clumped, 2.149 for a
triangular lattice. In open space the density is that of the bounding box, and agents at the border have no neighbours
outside: the ratio comes out too large, by about 0.5 perimeter / √(N area) in 2D; use it to compare, or in a periodic box. Source: Clark & Evans, Ecology 35 (1954) 445.
"""
clark_evans(X::AbstractMatrix; box=nothing) = clark_evans(Flock(X; box=box))
clark_evans(frame::Moment; box=nothing) = clark_evans(Flock(frame; box=box))
clark_evans(flock::Flock) = nearest_neighbour(flock) / random_nearest(density(flock), dimensions(flock.X))

random_nearest(density, D) = D == 2 ? 0.5 / sqrt(density) : 0.5539602 / cbrt(density)

"""
    for_each_neighbour(visit, flock, agents, radius)

Calls `visit(i, j, way, distance)` for each agent `i` of `agents` and each other agent `j` at most `radius` away: `way` is the shortest
vector from `i` to `j` (three numbers; in two dimensions the last is 0), `distance` its length. In no particular order of `j`; agents whose
position is not finite are nobody's neighbours and have none.

A grid is made once for each call, so hand over all agents at once. Cost: linear in the agents of the flock, plus those in
the cells around each of `agents`; `visit` is compiled into the loop.
"""
function for_each_neighbour(visit::F, flock::Flock, agents, radius::Real) where {F}
    isfinite(radius) && radius > 0 || throw(DomainError(radius, "the radius within which agents are neighbours is positive"))
    grid = sort_into!(cache_of(flock).by_radius, flock.X, flock.box, radius)
    D = dimensions(flock.X)
    visit_neighbours(visit, grid, flock.X, agents, Float64(radius), Val(D), is_periodic(grid.period) ? Val(true) : Val(false))
    return nothing
end

function visit_neighbours(visit::F, grid, X, agents, radius, D, P::Val{Periodic}) where {F,Periodic}
    reach = reach_of(grid, radius)
    back = inverse(grid.period)
    for i in agents
        here = wrapped(X, i, D, grid.period)
        isfinite(sum(here)) || continue
        home = map(place_along, here, grid.origin, grid.per_edge, grid.cells)
        for oz in offsets(home[3], grid.cells[3], reach, Periodic), oy in offsets(home[2], grid.cells[2], reach, Periodic),
            ox in offsets(home[1], grid.cells[1], reach, Periodic)

            for at in places(grid, home, ox, oy, oz)
                @inbounds j = Int(grid.order[at])
                @inbounds there = (grid.x[at], grid.y[at], grid.z[at])
                way = map((d, period, b) -> nearest_image(d, period, b, P), there .- here, grid.period, back)
                squared = sum(abs2, way)
                j != i && squared <= radius * radius && visit(i, j, way, sqrt(squared))
            end
        end
    end
end
