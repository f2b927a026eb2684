# Who is near whom: agents sorted into a uniform grid of cells, in two or three dimensions, open or periodic.
#
# Everything is held as three coordinates; in two dimensions there is one layer of cells, and all z are 0. In a periodic box the cells
# divide its edges evenly. Cells are visited by their offset from an agent's own; in a periodic box no cell is visited twice, however
# few there are. Agents whose position is not finite are left out. Buffers are kept from frame to frame.

const CELLS_PER_AGENT = 2
const HARD_LIMIT = 1 << 26 # cells

mutable struct CellGrid
    count::Int                  # agents in it
    order::Vector{Int32}        # which agent is at each place of x, y, z
    x::Vector{Float64}          # positions in the order of cells
    y::Vector{Float64}
    z::Vector{Float64}
    starts::Vector{Int32}       # first place of each cell, and one beyond the last
    cell_of::Vector{Int32}      # of each agent; 0: left out
    origin::Point
    per_edge::Point             # cells per unit of length
    least_edge::Float64         # the shortest edge of a cell, over axes with more than one
    cells::NTuple{3,Int}
    period::Point
end

CellGrid() = CellGrid(
    0, Int32[], Float64[], Float64[], Float64[], Int32[], Int32[], (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), Inf, (1, 1, 1),
    (0.0, 0.0, 0.0),
)

"""
    sort_into!(grid, X, box, edge)

Sorts the columns of `X` into cells whose edges are `edge` or longer. `edge` 0: such that there are $CELLS_PER_AGENT cells for each
agent, for a flock is dense inside and thin outside.
"""
function sort_into!(grid::CellGrid, X, box, edge)
    D = dimensions(X)
    grid.period = periods(box, D)
    low, extent = room(X, grid.period, Val(D))
    grid.origin = low
    lay_out!(grid, extent, edge, size(X, 2), D)
    resize_for!(grid, size(X, 2))
    count_cells!(grid, X, Val(D))
    place!(grid, X, Val(D))
    return grid
end

function room(X, period, D)
    is_periodic(period) && return (0.0, 0.0, 0.0), period
    low, high = bounds(X, D)
    low[1] <= high[1] || return (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)
    return low, high .- low
end

# At most CELLS_PER_AGENT cells for each agent, whatever edge is asked for: longer edges are right, only slower.
function lay_out!(grid, extent, edge, agents, D)
    budget = min(max(CELLS_PER_AGENT * agents, 64), HARD_LIMIT)
    longest = maximum(extent)
    smallest = longest / budget
    volume = prod(max(e, smallest) for e in extent[1:D])
    least = longest > 0 ? (volume / budget)^(1 / D) : 1.0
    wanted = max(edge, least)
    cells = map(e -> clamp(floor(Int, e / wanted), 1, budget), extent)
    while prod(cells) > 2 * budget # thin shapes
        wanted *= 1.25
        cells = map(e -> clamp(floor(Int, e / wanted), 1, budget), extent)
    end
    grid.cells = cells
    grid.per_edge = map((c, e) -> c > 1 ? c / e : 0.0, cells, extent)
    edges = [e / c for (c, e) in zip(cells, extent) if c > 1]
    grid.least_edge = isempty(edges) ? Inf : minimum(edges)
    return grid
end

function resize_for!(grid, agents)
    for column in (grid.x, grid.y, grid.z, grid.order, grid.cell_of)
        resize!(column, agents)
    end
    resize!(grid.starts, prod(grid.cells) + 1)
    return grid
end

@inline function place_along(x, origin, per_edge, cells)
    return clamp(unsafe_trunc(Int, (x - origin) * per_edge), 0, cells - 1)
end

# Into the box, which an image may lie outside of.
@inline into(x, period) = period > 0 ? mod(x, period) : x

@inline function wrapped(X, i, D, period)
    p = point(X, i, D)
    return (into(p[1], period[1]), into(p[2], period[2]), into(p[3], period[3]))
end

function count_cells!(grid, X, D)
    starts, cell_of, cells = grid.starts, grid.cell_of, grid.cells
    fill!(starts, Int32(0))
    count = 0
    @inbounds for i in 1:size(X, 2)
        p = wrapped(X, i, D, grid.period)
        if !isfinite(p[1] + p[2] + p[3])
            cell_of[i] = 0
            continue
        end
        at = map(place_along, p, grid.origin, grid.per_edge, cells)
        cell = Int32(1 + at[1] + cells[1] * (at[2] + cells[2] * at[3]))
        cell_of[i] = cell
        starts[cell] += Int32(1)
        count += 1
    end
    grid.count = count
    sum = Int32(1)
    @inbounds for cell in eachindex(starts)
        sum += starts[cell]
        starts[cell] = sum # one beyond the cell's last; `place!` counts it down to its first
    end
    return grid
end

function place!(grid, X, D)
    starts, cell_of, order = grid.starts, grid.cell_of, grid.order
    x, y, z = grid.x, grid.y, grid.z
    @inbounds for i in size(X, 2):-1:1
        cell = cell_of[i]
        cell == 0 && continue
        at = starts[cell] - Int32(1)
        starts[cell] = at
        order[at] = i
        x[at], y[at], z[at] = wrapped(X, i, D, grid.period)
    end
    return grid
end

@inline function home_of(grid, at)
    @inbounds p = (grid.x[at], grid.y[at], grid.z[at])
    return map(place_along, p, grid.origin, grid.per_edge, grid.cells)
end

# The offsets from cell `home` to all different cells at most `reach` away, along one axis.
@inline function offsets(home, cells, reach, periodic)
    periodic && return (-min(reach, (cells - 1) >> 1)):min(reach, cells >> 1)
    return (-min(reach, home)):min(reach, cells - 1 - home)
end

@inline function wrap_cell(c, cells)
    c < 0 && return c + cells
    return c >= cells ? c - cells : c
end

# The places of the agents in the cell at that offset.
@inline function places(grid, home, ox, oy, oz)
    nx, ny, nz = grid.cells
    cell = 1 + wrap_cell(home[1] + ox, nx) + nx * (wrap_cell(home[2] + oy, ny) + ny * wrap_cell(home[3] + oz, nz))
    @inbounds return grid.starts[cell]:(grid.starts[cell + 1] - Int32(1))
end

@inline function squared_distance(grid, a, b, period, back, P)
    @inbounds begin
        dx = nearest_image(grid.x[a] - grid.x[b], period[1], back[1], P)
        dy = nearest_image(grid.y[a] - grid.y[b], period[2], back[2], P)
        dz = nearest_image(grid.z[a] - grid.z[b], period[3], back[3], P)
    end
    return dx * dx + dy * dy + dz * dz
end

"""
    for_each_pair(visit, grid, radius)

Calls `visit(a, b, squared_distance)` once for each pair of places at most `radius` apart.
"""
function for_each_pair(visit::F, grid::CellGrid, radius) where {F}
    limit = Float64(radius)^2
    period, back = grid.period, inverse(grid.period)
    if is_periodic(period)
        for_each_range(grid, radius, Val(true)) do a, from, to
            for b in from:to
                d2 = squared_distance(grid, a, b, period, back, Val(true))
                d2 <= limit && visit(a, b, d2)
            end
        end
    else
        for_each_range(grid, radius, Val(false)) do a, from, to
            for b in from:to
                d2 = squared_distance(grid, a, b, period, back, Val(false))
                d2 <= limit && visit(a, b, d2)
            end
        end
    end
    return nothing
end

# Calls `look(a, from, to)` for each place and each range of later places that may hold somebody within the radius. Cells of one row
# lie one behind the other; in open space, later rows are those above.
function for_each_range(look::F, grid::CellGrid, radius, ::Val{false}) where {F}
    reach = reach_of(grid, radius)
    nx, ny, nz = grid.cells
    starts = grid.starts
    for a in 1:grid.count
        hx, hy, hz = home_of(grid, a)
        left, right = max(hx - reach, 0), min(hx + reach, nx - 1)
        @inbounds look(a, a + 1, Int(starts[2 + right + nx * (hy + ny * hz)]) - 1)
        for z in hz:min(hz + reach, nz - 1), y in (z == hz ? hy + 1 : max(hy - reach, 0)):min(hy + reach, ny - 1)
            row = 1 + nx * (y + ny * z)
            @inbounds look(a, Int(starts[row + left]), Int(starts[row + right + 1]) - 1)
        end
    end
    return nothing
end

function for_each_range(look::F, grid::CellGrid, radius, ::Val{true}) where {F}
    reach = reach_of(grid, radius)
    for a in 1:grid.count
        home = home_of(grid, a)
        for oz in offsets(home[3], grid.cells[3], reach, true), oy in offsets(home[2], grid.cells[2], reach, true),
            ox in offsets(home[1], grid.cells[1], reach, true)

            p = places(grid, home, ox, oy, oz)
            look(a, max(Int(first(p)), a + 1), Int(last(p)))
        end
    end
    return nothing
end

# How many cells away somebody within the radius may be.
reach_of(grid, radius) = grid.least_edge == Inf ? 0 : ceil(Int, radius / grid.least_edge)
