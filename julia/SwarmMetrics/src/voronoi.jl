# Voronoi cells in the plane.

const FAR_AWAY = 10_000

"""
    Voronoi

The result of [`voronoi`](@ref), with one entry per agent: the `area` of its cell and its number of `sides`.
"""
struct Voronoi
    area::Vector{Float64}
    sides::Vector{Int}
end

Base.show(io::IO, v::Voronoi) =
    print(io, "Voronoi(", length(v.area), " cells, ", count(isfinite, v.area), " of finite area)")

"""
    voronoi(X; box=nothing) -> Voronoi
    voronoi(flock or frame; box=nothing)

The Voronoi cell of each agent in the plane (`2 x N` positions), which is the region nearer to it than to any other
agent: its `area`, in the square of the positions' unit, and its number of `sides`, each shared with a neighbour. `1 ./
voronoi(X).area` is the local density at each agent.

- In a periodic box the areas sum to that of the box, so their mean is 1/ρ. Agents in general position have 6 sides on
  average (Euler's formula on a torus). With few agents a cell may border another cell more than once, or its own image;
  each border is a side.
- In open space the cells at the rim are unbounded. Their area is `Inf`, as is that of cells that reach farther than
  $FAR_AWAY times the group's extent. Only sides shared with neighbours are counted. Means should leave these cells out;
  the cells next to them are large as well.
- Agents at the same position share a cell: each has an equal part of the area, and all sides.
- Agents whose position is not finite have the area `NaN` and 0 sides.
- Sides shorter than 1e-9 of the cell are rounding errors and not counted, such as where four cells of a square lattice
  meet.

Throws a `DimensionMismatch` for positions in 3D.

Method: each cell is cut by the perpendicular bisectors to agents in increasing rings of grid cells, until no farther
agent can cut it, because half its distance is more than that of the cell's farthest corner. Cost: about linear in the
number of agents in a box. In open space each cell at the rim is compared with all other agents, which dominates for
large groups and for rings. Sources: Rycroft, Chaos 19 (2009) 041111 (method); Okabe et al., Spatial Tessellations
(2000), ch. 5 (means).
"""
voronoi(X::AbstractMatrix; box=nothing) = voronoi(Flock(X; box=box))
voronoi(frame::Moment; box=nothing) = voronoi(Flock(frame; box=box))
function voronoi(flock::Flock)
    size(flock.X, 1) == 2 ||
        throw(DimensionMismatch("voronoi needs 2 x N positions, but there are $(size(flock.X, 1)) rows; choose two"))
    grid = density_grid(flock)
    found = Voronoi(fill(NaN, size(flock.X, 2)), zeros(Int, size(flock.X, 2)))
    is_periodic(grid.period) && return cut_cells!(found, grid, grid.period ./ 2, Val(true))
    return cut_cells!(found, grid, far_corner(grid), Val(false))
end

function far_corner(grid)
    extent(x) = grid.count == 0 ? 0.0 : maximum(view(x, 1:grid.count)) - minimum(view(x, 1:grid.count))
    longest = max(extent(grid.x), extent(grid.y))
    far = longest > 0 ? FAR_AWAY * longest : 1.0
    return (far, far, 0.0)
end

# A convex polygon around the agent, which is the origin. Side k goes from corner k to the next. A wall is a side at the
# end of the computed region, with no agent behind it.
mutable struct Cell
    x::Vector{Float64}
    y::Vector{Float64}
    walls::Vector{Bool}
    beyond::Vector{Float64} # of each corner: how far it is on the other side of the newest bisector
    farthest::Float64       # the largest squared distance of a corner
    here::Int               # agents at this position, itself included
end

Cell() = Cell(Float64[], Float64[], Bool[], Float64[], 0.0, 0)

function cut_cells!(found, grid, corner, P)
    cell, spare = Cell(), Cell()
    for at in 1:grid.count
        start!(cell, corner, P)
        cell, spare = cut_cell!(cell, spare, grid, at, P)
        agent = grid.order[at]
        found.area[agent] = area(cell) / cell.here
        found.sides[agent] = sides(cell)
    end
    return found
end

# The first polygon. In a periodic box it is the region nearer to the agent than to its own images.
function start!(cell, (x, y), ::Val{P}) where {P}
    foreach(empty!, (cell.x, cell.y, cell.walls))
    append!(cell.x, (-x, x, x, -x))
    append!(cell.y, (-y, -y, y, y))
    append!(cell.walls, (!P, !P, !P, !P))
    cell.farthest = x * x + y * y
    cell.here = 1
    return cell
end

function cut_cell!(cell, spare, grid, at, P)
    p, home = coordinates(grid, at), home_of(grid, at)
    for ring in 0:maximum(grid.cells)
        cell, spare = cut_by_ring!(cell, spare, grid, at, home, ring, P)
        border = border_of(grid, p, home, ring, P)
        border * border >= 4 * cell.farthest && break
    end
    return cell, spare
end

function cut_by_ring!(cell, spare, grid, at, home, ring, P::Val{Periodic}) where {Periodic}
    xs = offsets(home[1], grid.cells[1], ring, Periodic)
    for oy in offsets(home[2], grid.cells[2], ring, Periodic)
        for ox in (abs(oy) == ring ? xs : -ring:(2 * ring):ring)
            ox in xs || continue
            for b in slots(grid, home, ox, oy, 0)
                b == at && continue
                difference = coordinates(grid, b) .- coordinates(grid, at)
                cell, spare = cut_by!(cell, spare, difference, Space(grid.period), P)
            end
        end
    end
    return cell, spare
end

@inline cut_by!(cell, spare, d, space, ::Val{false}) = cut!(cell, spare, d[1], d[2])

# Along each axis the nearest image and the one on the other side. All other images are nearer to the agent's own
# images.
@inline function cut_by!(cell, spare, d, space, ::Val{true})
    x, y, _ = map(nearest_image, d, space.period, space.back)
    cell, spare = cut!(cell, spare, x, y)
    4 * cell.farthest < abs2(min(space.period[1], space.period[2]) / 2) && return cell, spare
    other_x, other_y = x - copysign(space.period[1], x), y - copysign(space.period[2], y)
    for (x, y) in ((other_x, y), (x, other_y), (other_x, other_y))
        cell, spare = cut!(cell, spare, x, y)
    end
    return cell, spare
end

# Cuts off the region nearer to (x, y) than to the agent. Returns the cell, and the other Cell, which is now spare.
@inline function cut!(cell, spare, x, y)
    squared = x * x + y * y
    squared >= 4 * cell.farthest && return cell, spare
    squared == 0 && (cell.here += 1; return cell, spare)
    is_cut(cell, x, y, squared / 2) || return cell, spare
    return keep_inside!(spare, cell), cell
end

function is_cut(cell, x, y, half)
    beyond = resize!(cell.beyond, length(cell.x))
    any_is = false
    @inbounds for k in eachindex(beyond)
        beyond[k] = cell.x[k] * x + cell.y[k] * y - half
        any_is |= beyond[k] > 0
    end
    return any_is
end

function keep_inside!(kept, cell)
    foreach(empty!, (kept.x, kept.y, kept.walls))
    kept.here, kept.farthest = cell.here, 0.0
    n = length(cell.x)
    @inbounds for k in 1:n
        next = k == n ? 1 : k + 1
        leaves, enters = cell.beyond[k] <= 0 < cell.beyond[next], cell.beyond[next] <= 0 < cell.beyond[k]
        cell.beyond[k] <= 0 && corner!(kept, cell.x[k], cell.y[k], cell.walls[k])
        leaves || enters || continue
        part = cell.beyond[k] / (cell.beyond[k] - cell.beyond[next])
        x, y = cell.x[k] + part * (cell.x[next] - cell.x[k]), cell.y[k] + part * (cell.y[next] - cell.y[k])
        corner!(kept, x, y, enters && cell.walls[k])
    end
    return kept
end

@inline function corner!(cell, x, y, wall)
    push!(cell.x, x), push!(cell.y, y), push!(cell.walls, wall)
    cell.farthest = max(cell.farthest, x * x + y * y)
    return cell
end

next_corner(cell, k) = k == length(cell.x) ? 1 : k + 1

function is_side(cell, k)
    next = next_corner(cell, k)
    return abs2(cell.x[next] - cell.x[k]) + abs2(cell.y[next] - cell.y[k]) > 1e-18 * cell.farthest
end

sides(cell) = count(k -> is_side(cell, k) && !cell.walls[k], eachindex(cell.x))

function area(cell)
    any(k -> cell.walls[k] && is_side(cell, k), eachindex(cell.x)) && return Inf
    return sum(eachindex(cell.x)) do k
        next = next_corner(cell, k)
        cell.x[k] * cell.y[next] - cell.x[next] * cell.y[k]
    end / 2
end
