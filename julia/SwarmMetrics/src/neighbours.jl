# The nearest other agent. Exact: equal to comparing all pairs.

"""
    nearest_distances(X; box=nothing) -> Vector{Float64}
    nearest_distances(flock)

The distance from each agent to the nearest other one, in the unit of `X`; NaN for agents whose position is not finite, Inf for one
that is alone. Cost: a grid finds them, in a time about linear in the number of agents, stragglers included; if the group falls into
dense parts far from each other, its cells are coarse and it takes longer.
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

The mean of [`nearest_distances`](@ref); NaN below two agents. Agents scattered at random with density ρ have 0.5 ρ^(-1/2) in 2D and
0.55396 ρ^(-1/3) in 3D (Clark & Evans, Ecology 35 (1954) 445); at the border of open space distances are longer.
"""
nearest_neighbour(X::AbstractMatrix; box=nothing) = nearest_neighbour(Flock(X; box=box))
nearest_neighbour(frame::Moment; box=nothing) = nearest_neighbour(Flock(frame; box=box))
function nearest_neighbour(flock::Flock)
    grid = density_grid(flock)
    grid.count < 2 && return NaN
    return sum(sqrt, nearest_squared!(grid)) / grid.count
end

# The squared distance from each place of the grid to the nearest other agent.
function nearest_squared!(grid::CellGrid)
    nearest = resize!(grid.nearest, grid.count)
    is_periodic(grid.period) ? fill_nearest!(nearest, grid, Val(true)) : fill_nearest!(nearest, grid, Val(false))
    return nearest
end

function fill_nearest!(nearest, grid, P)
    for_each_cell(grid, 1, false, P) do home, from, to, rows, spans
        for at in from:to
            best = nearest_in_rows(grid, at, rows, spans, P)
            border = border_of(grid, place(grid, at), home, 1, P)
            @inbounds nearest[at] = best <= border * border ? best : nearest_beyond(grid, at, home, best, P)
        end
    end
    return nearest
end

@inline function nearest_in_rows(grid, at, rows, spans, P)
    columns, starts, p, space = (grid.x, grid.y, grid.z), grid.starts, place(grid, at), Space(grid.period)
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

# Ranges are short, and what costs time is to guess their length wrong: so LANES places are always looked at, and those beyond
# the range are not counted.
@inline function nearest_in_range(columns, from, to, p, myself, best, space, P)
    b = from
    while true
        best = map(nearer, best, distances_of_lanes(columns, b, to, p, myself, space, P))
        b += LANES
        (b > to || best[1] == 0) && return best
    end
end

@inline nearer(a, b) = ifelse(b < a, b, a)

@inline function distances_of_lanes(columns, from, to, p, myself, space, P)
    return ntuple(Val(LANES)) do k
        b = from + k - 1
        @inbounds q = (columns[1][b], columns[2][b], columns[3][b])
        ifelse((b <= to) & (b != myself), squared_between(p, q, space, P), Inf)
    end
end
# How far from p is what lies outside of all cells up to `reach` away from its own; a little less, for the rounding of the cell's number.
@inline function border_of(grid, p, home, reach, P)
    sides = map(within_cell(grid, p, home, P), grid.edge, home, grid.cells) do into, edge, at, cells
        below, above = cells_beyond(at, cells, reach, P)
        edge * nearer(ifelse(below, reach + into, Inf), ifelse(above, reach + 1 - into, Inf))
    end
    return 0.999 * foldl(nearer, sides)
end

# Where in its cell p is, along each axis, 0 to 1; less or more only where the cell reaches to infinity.
@inline within_cell(grid, p, home, ::Val{false}) = (p .- grid.origin) .* grid.per_edge .- home
@inline function within_cell(grid, p, home, ::Val{true})
    into = map(beyond, p, grid.origin, grid.period) .* grid.per_edge .- home
    return map(x -> ifelse(x > 0, ifelse(x < 1, x, 1.0), 0.0), into)
end

@inline cells_beyond(at, cells, reach, ::Val{false}) = (at > reach, at + reach < cells - 1)
@inline cells_beyond(at, cells, reach, ::Val{true}) = (2 * reach + 1 < cells, 2 * reach + 1 < cells)

# Cells at growing Chebyshev distance, until nothing unseen can be nearer, or all others are no more work.
@noinline function nearest_beyond(grid, at, home, best, P)
    p = place(grid, at)
    for ring in 2:maximum(grid.cells)
        (2 * ring + 1)^count(>(1), grid.cells) > 2 * grid.count &&
            return scan_places(grid, at, 1, grid.count, best, P)
        best = scan_ring(grid, at, home, ring, best, P)
        border = border_of(grid, p, home, ring, P)
        best <= border * border && break
    end
    return best
end

# The cells at exactly that distance, but for those where nobody can be nearer.
function scan_ring(grid, at, home, ring, best, P::Val{Periodic}) where {Periodic}
    into = within_cell(grid, place(grid, at), home, P)
    away(axis, offset) = squared_gap(into[axis], offset, grid.cells[axis], grid.edge[axis], P)
    xs, ys, zs = map((h, n) -> offsets(h, n, ring, Periodic), home, grid.cells)
    for oz in zs, oy in ys
        gap = away(3, oz) + away(2, oy)
        gap < best || continue
        if abs(oz) == ring || abs(oy) == ring
            best = scan_row(grid, at, home, xs, oy, oz, best, P)
        else
            -ring in xs && gap + away(1, -ring) < best && (best = scan_row(grid, at, home, -ring:-ring, oy, oz, best, P))
            ring in xs && gap + away(1, ring) < best && (best = scan_row(grid, at, home, ring:ring, oy, oz, best, P))
        end
    end
    return best
end

# How far the cells at an offset are along one axis, squared; around the border of a box there is another way.
@inline squared_gap(into, offset, cells, edge, ::Val{false}) = offset == 0 ? 0.0 : 0.998 * abs2(edge * cells_between(into, offset))
@inline function squared_gap(into, offset, cells, edge, ::Val{true})
    offset == 0 && return 0.0
    other = offset > 0 ? offset - cells : offset + cells
    return 0.998 * abs2(edge * min(cells_between(into, offset), cells_between(into, other)))
end

@inline cells_between(into, offset) = max(offset > 0 ? offset - into : into - 1 - offset, 0.0)

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
        home = map(place_along, here, grid.origin, grid.period, grid.per_edge, grid.cells)
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
