# Whom each place in the plane is nearest to.

const FAR_AWAY = 10_000

"""
    Voronoi

What [`voronoi`](@ref) found, one entry for each agent: `area` of its cell and its number of `sides`.
"""
struct Voronoi
    area::Vector{Float64}
    sides::Vector{Int}
end

Base.show(io::IO, v::Voronoi) = print(io, "Voronoi(", length(v.area), " cells, ", count(isfinite, v.area), " of finite area)")

"""
    voronoi(X; box=nothing) -> Voronoi
    voronoi(flock or frame; box=nothing)

The Voronoi cell of each agent in the plane (`2 x N` positions), all that is nearer to it than to any other: its `area`, in the square
of the positions' unit, and its number of `sides`, each of which it shares with a neighbour. `1 ./ voronoi(X).area` is each agent's
local density.

In a periodic box the areas sum to the box's, so that their mean is 1/ρ, and agents in general position have exactly 6 sides on
average (Euler's formula on a torus). With few agents a cell may border another more than once, or its own image; each is a side.

In open space cells at the rim have no end: their area is `Inf`, as is that of cells that reach more than $FAR_AWAY times the
group's extent away. Their sides are those they share with neighbours. Leave them out of means, and know that their neighbours'
cells, which reach far outside, are large, too.

Agents at one place share its cell: each has its part of the area, and all sides. Agents whose position is not finite have area
`NaN` and 0 sides. Sides shorter than 1e-9 of the cell are rounding and not counted, such as where four cells of a square lattice
meet. Throws a `DimensionMismatch` for positions in 3D.

Each cell is cut out by the perpendicular bisectors towards agents in rings of a grid's cells around, until nobody beyond can be
near enough to cut: half the distance is more than to the cell's farthest corner. Cost: about linear in the number of agents in a
box; in open space each cell at the rim looks at all others, which is most of it for many agents, and all of it for a ring of them.
Source: Rycroft, Chaos 19 (2009) 041111 (the method); Okabe et al., Spatial Tessellations (2000), ch. 5 (the means).
"""
voronoi(X::AbstractMatrix; box=nothing) = voronoi(Flock(X; box=box))
voronoi(frame::Moment; box=nothing) = voronoi(Flock(frame; box=box))
function voronoi(flock::Flock)
    size(flock.X, 1) == 2 ||
        throw(DimensionMismatch("Voronoi cells are of 2 x N positions; this has $(size(flock.X, 1)) rows: choose two of them"))
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

# A convex polygon around the agent, which is its origin. Side k goes from corner k to the next; nobody is beyond a wall.
mutable struct Cell
    x::Vector{Float64}
    y::Vector{Float64}
    walls::Vector{Bool}
    beyond::Vector{Float64} # how far beyond the newest bisector each corner is
    farthest::Float64       # corner, squared
    here::Int               # agents at the very place, itself included
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

# In a box: what is nearer to the agent than to its own images.
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
    p, home = place(grid, at), home_of(grid, at)
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
            for b in places(grid, home, ox, oy, 0)
                b == at || ((cell, spare) = cut_by!(cell, spare, place(grid, b) .- place(grid, at), Space(grid.period), P))
            end
        end
    end
    return cell, spare
end

@inline cut_by!(cell, spare, d, space, ::Val{false}) = cut!(cell, spare, d[1], d[2])

# Along each axis the nearest image and the one at the other side; all others are nearer to the agent's own images.
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

# What is nearer to (x, y) than to the agent is cut off. Gives the cell, and the other, which is spare then.
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
    return sum(k -> cell.x[k] * cell.y[next_corner(cell, k)] - cell.x[next_corner(cell, k)] * cell.y[k], eachindex(cell.x)) / 2
end
