# The nearest other agent. The results are exact: equal to those of comparing all pairs.

"""
    nearest_distances(X; box=nothing) -> Vector{Float64}
    nearest_distances(flock)

The distance from each agent to the nearest other agent, in the unit of `X`. NaN for agents whose position is not
finite, and Inf for an agent that is alone.

Cost: about linear in the number of agents, by a grid, also with stragglers. If the group consists of dense parts far
from each other, the grid's cells are coarse and the time is longer.
"""
nearest_distances(X::AbstractMatrix; box=nothing) = nearest_distances(Flock(X; box=box))
function nearest_distances(flock::Flock)
    grid = density_grid(flock)
    distances = fill(NaN, size(flock.X, 2))
    distances[view(grid.order, 1:grid.count)] = sqrt.(nearest_squared!(grid))
    return distances
end

"""
    nearest_neighbour(X; box=nothing) -> Float64
    nearest_neighbour(flock or frame; box=nothing)

The mean of [`nearest_distances`](@ref), in the unit of `X`; NaN for fewer than two agents. Agents at random positions
with density ρ have 0.5 ρ^(-1/2) in 2D and 0.55396 ρ^(-1/3) in 3D (Clark & Evans, Ecology 35 (1954) 445). In open space
the distances of agents at the rim are longer.
"""
nearest_neighbour(X::AbstractMatrix; box=nothing) = nearest_neighbour(Flock(X; box=box))
nearest_neighbour(frame::Moment; box=nothing) = nearest_neighbour(Flock(frame; box=box))
function nearest_neighbour(flock::Flock)
    grid = density_grid(flock)
    grid.count < 2 && return NaN
    return sum(sqrt, nearest_squared!(grid)) / grid.count
end

# The squared distance from each slot of the grid to the nearest other agent.
function nearest_squared!(grid::CellGrid)
    nearest = resize!(grid.nearest, grid.count)
    is_periodic(grid.period) ? fill_nearest!(nearest, grid, Val(true)) : fill_nearest!(nearest, grid, Val(false))
    return nearest
end

function fill_nearest!(nearest, grid, P)
    for_each_cell(grid, 1, false, P) do home, from, to, rows, spans
        for at in from:to
            best = nearest_in_rows(grid, at, rows, spans, P)
            border = border_of(grid, coordinates(grid, at), home, 1, P)
            @inbounds nearest[at] = best <= border * border ? best : nearest_beyond(grid, at, home, best, P)
        end
    end
    return nearest
end

@inline function nearest_in_rows(grid, at, rows, spans, P)
    columns, starts, p, space = (grid.x, grid.y, grid.z), grid.starts, coordinates(grid, at), Space(grid.period)
    best = ntuple(_ -> Inf, Val(LANES))
    @inbounds for row in rows
        for (left, right) in spans
            left > right && continue
            from, to = Int(starts[row + left]), Int(starts[row + right + 1]) - 1
            best = nearest_in_range(columns, from, to, p, at, best, space, P)
        end
    end
    return foldl(nearer, best)
end

# Ranges are short, and mispredicted branches cost more than comparisons. Therefore LANES slots are always compared, and
# slots after the range are not counted.
@inline function nearest_in_range(columns, from, to, p, self, best, space, P)
    b = from
    while true
        best = map(nearer, best, distances_of_lanes(columns, b, to, p, self, space, P))
        b += LANES
        (b > to || best[1] == 0) && return best
    end
end

@inline nearer(a, b) = ifelse(b < a, b, a)

@inline function distances_of_lanes(columns, from, to, p, self, space, P)
    return ntuple(Val(LANES)) do k
        b = from + k - 1
        @inbounds q = (columns[1][b], columns[2][b], columns[3][b])
        ifelse((b <= to) & (b != self), squared_between(p, q, space, P), Inf)
    end
end

# The distance from p to the nearest point outside of all cells up to `reach` away from its own cell. It is reduced a
# little, to allow for rounding in the number of the cell.
@inline function border_of(grid, p, home, reach, P)
    sides = map(within_cell(grid, p, home, P), grid.edge, home, grid.cells) do into, edge, at, cells
        below, above = cells_beyond(at, cells, reach, P)
        edge * nearer(ifelse(below, reach + into, Inf), ifelse(above, reach + 1 - into, Inf))
    end
    return 0.999 * foldl(nearer, sides)
end

# The position of p in its cell, along each axis, 0 to 1; outside of this range only in cells that reach to infinity.
@inline within_cell(grid, p, home, ::Val{false}) = (p .- grid.origin) .* grid.per_edge .- home
@inline function within_cell(grid, p, home, ::Val{true})
    into = map(offset_from, p, grid.origin, grid.period) .* grid.per_edge .- home
    return map(x -> ifelse(x > 0, ifelse(x < 1, x, 1.0), 0.0), into)
end

@inline cells_beyond(at, cells, reach, ::Val{false}) = (at > reach, at + reach < cells - 1)
@inline cells_beyond(at, cells, reach, ::Val{true}) = (2 * reach + 1 < cells, 2 * reach + 1 < cells)

# Visits cells at increasing Chebyshev distance until no unseen agent can be nearer. When that would be more work than
# comparing all agents, compares all agents.
@noinline function nearest_beyond(grid, at, home, best, P)
    p = coordinates(grid, at)
    for ring in 2:maximum(grid.cells)
        (2 * ring + 1)^count(>(1), grid.cells) > 2 * grid.count &&
            return scan_slots(grid, at, 1, grid.count, best, P)
        best = scan_ring(grid, at, home, ring, best, P)
        border = border_of(grid, p, home, ring, P)
        best <= border * border && break
    end
    return best
end

# The cells at exactly that distance, except cells in which no agent can be nearer.
function scan_ring(grid, at, home, ring, best, P::Val{Periodic}) where {Periodic}
    into = within_cell(grid, coordinates(grid, at), home, P)
    away(axis, offset) = squared_gap(into[axis], offset, grid.cells[axis], grid.edge[axis], P)
    xs, ys, zs = map((h, n) -> offsets(h, n, ring, Periodic), home, grid.cells)
    for oz in zs, oy in ys
        gap = away(3, oz) + away(2, oy)
        gap < best || continue
        if abs(oz) == ring || abs(oy) == ring
            best = scan_row(grid, at, home, xs, oy, oz, best, P)
        else
            for ox in (-ring, ring)
                ox in xs && gap + away(1, ox) < best && (best = scan_row(grid, at, home, ox:ox, oy, oz, best, P))
            end
        end
    end
    return best
end

# The squared distance to the cells at an offset along one axis; across the border of a box there is a second way.
@inline squared_gap(into, offset, cells, edge, ::Val{false}) =
    offset == 0 ? 0.0 : 0.998 * abs2(edge * cells_between(into, offset))
@inline function squared_gap(into, offset, cells, edge, ::Val{true})
    offset == 0 && return 0.0
    other = offset > 0 ? offset - cells : offset + cells
    return 0.998 * abs2(edge * min(cells_between(into, offset), cells_between(into, other)))
end

@inline cells_between(into, offset) = max(offset > 0 ? offset - into : into - 1 - offset, 0.0)

# Adjacent cells of a row are adjacent in memory, up to the border of the box.
@inline function scan_row(grid, at, home, xs, oy, oz, best, P)
    if home[1] + first(xs) >= 0 && home[1] + last(xs) < grid.cells[1]
        from, to = first(slots(grid, home, first(xs), oy, oz)), last(slots(grid, home, last(xs), oy, oz))
        return scan_slots(grid, at, from, to, best, P)
    end
    for ox in xs
        p = slots(grid, home, ox, oy, oz)
        best = scan_slots(grid, at, first(p), last(p), best, P)
    end
    return best
end

@inline function scan_slots(grid, at, from, to, best, P)
    space = Space(grid.period)
    for b in from:to
        d2 = squared_distance(grid, at, b, space, P)
        best = ifelse((d2 < best) & (b != at), d2, best)
    end
    return best
end

"""
    clark_evans(X; box=nothing) -> Float64
    clark_evans(flock or frame; box=nothing)

The ratio of [`nearest_neighbour`](@ref) to its value for random positions with the same [`density`](@ref): 1 for random
positions, below 1 for clumped ones, 2.149 for a triangular lattice.

In open space the density is that of the bounding box, and agents at the rim have no neighbours outside. The ratio is
then too large, by about 0.5 perimeter / √(N area) in 2D; use it for comparisons, or in a periodic box. Source: Clark &
Evans, Ecology 35 (1954) 445.
"""
clark_evans(X::AbstractMatrix; box=nothing) = clark_evans(Flock(X; box=box))
clark_evans(frame::Moment; box=nothing) = clark_evans(Flock(frame; box=box))
clark_evans(flock::Flock) = nearest_neighbour(flock) / random_nearest(density(flock), dimensions(flock.X))

random_nearest(density, D) = D == 2 ? 0.5 / sqrt(density) : 0.5539602 / cbrt(density)

"""
    for_each_neighbour(visit, flock, agents, radius)

Calls `visit(i, j, way, distance)` for each agent `i` of `agents` and each other agent `j` at most `radius` away. `way`
is the shortest vector from `i` to `j` (three numbers; in two dimensions the last is 0), and `distance` is its length.
The order of `j` is not specified. Agents whose position is not finite have no neighbours and are not neighbours.

Cost: one grid for each call, linear in the agents of the flock, plus the agents in the cells around each of `agents`.
One call for all agents is therefore faster than one call per agent. `visit` is compiled into the loop. Throws a
`DomainError` if `radius` is not positive.
"""
function for_each_neighbour(visit::F, flock::Flock, agents, radius::Real) where {F}
    isfinite(radius) && radius > 0 || throw(DomainError(radius, "the radius of neighbours must be positive"))
    grid = sort_into!(cache_of(flock).by_radius, flock.X, flock.box, radius)
    D = dimensions(flock.X)
    P = is_periodic(grid.period) ? Val(true) : Val(false)
    visit_neighbours(visit, grid, flock.X, agents, Float64(radius), Val(D), P)
    return nothing
end

function visit_neighbours(visit::F, grid, X, agents, radius, D, P::Val{Periodic}) where {F,Periodic}
    reach = reach_of(grid, radius)
    back = inverse(grid.period)
    for i in agents
        here = wrapped(X, i, D, grid.period)
        isfinite(sum(here)) || continue
        home = map(cell_along, here, grid.origin, grid.period, grid.per_edge, grid.cells)
        xs, ys, zs = map((h, n) -> offsets(h, n, reach, Periodic), home, grid.cells)
        for oz in zs, oy in ys, ox in xs
            for at in slots(grid, home, ox, oy, oz)
                @inbounds j = Int(grid.order[at])
                @inbounds there = (grid.x[at], grid.y[at], grid.z[at])
                way = map((d, period, b) -> nearest_image(d, period, b, P), there .- here, grid.period, back)
                squared = sum(abs2, way)
                j != i && squared <= radius * radius && visit(i, j, way, sqrt(squared))
            end
        end
    end
end
