# Agents sorted into a uniform grid of cells, in two or three dimensions, in open or periodic space.
#
# - Positions have three coordinates. In two dimensions there is one layer of cells, and all z are 0.
# - The grid covers the region of nearly all agents. Its first and last cells reach to infinity, or around a periodic
#   box to each other, so a few stragglers do not make the other cells coarse.
# - Each cell is at least one edge long, and two cells that are not adjacent have whole cells between them.
# - The agents are sorted by cell into slots. The cells of one row along x are adjacent in memory.
# - In a periodic box no cell is visited twice, even if there are few.
# - Agents whose position is not finite are left out. Buffers are kept from frame to frame.

const CELLS_PER_AGENT = 2
const LANES = 4            # slots that are compared together; the arrays have as many extra slots at their ends
const HARD_LIMIT = 1 << 26 # cells
const SAMPLE = 512         # agents used to find the region of nearly all
const NEARLY_ALL = 0.98
const MARGIN = 0.25        # around this region, as a share of its span
const FEWEST = 6           # cells along an axis of small cells, so that the margin has cells of its own

mutable struct CellGrid
    count::Int                  # agents in the grid
    order::Vector{Int32}        # the agent of each slot
    x::Vector{Float64}          # the coordinates of each slot
    y::Vector{Float64}
    z::Vector{Float64}
    starts::Vector{Int32}       # the first slot of each cell, and one more at the end
    cell_of::Vector{Int32}      # the cell of each agent; 0 if it is left out
    origin::Point
    per_edge::Point             # cells per unit of length
    edge::Point                 # of a cell; Inf along axes with one cell
    cells::NTuple{3,Int}
    period::Point
    rows::Vector{Int}           # see `rows_around!`
    nearest::Vector{Float64}    # see neighbours.jl
    sample::Vector{Float64}
end

CellGrid() = CellGrid(
    0, Int32[], Float64[], Float64[], Float64[], Int32[], Int32[], (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (Inf, Inf, Inf),
    (1, 1, 1), (0.0, 0.0, 0.0), Int[], Float64[], Float64[],
)

"""
    sort_into!(grid, X, box, edge; cliques=false)

Sorts the columns of `X` into cells whose edges are `edge` or longer. With `edge = 0` there are about $CELLS_PER_AGENT
cells per agent, as a flock is dense inside and thin outside. With `cliques`, any two agents of one cell are at most
`edge` apart, if that does not need more cells.
"""
function sort_into!(grid::CellGrid, X, box, edge; cliques::Bool=false)
    D = dimensions(X)
    grid.period = periods(box, D)
    grid.origin, extent = region!(grid.sample, X, grid.period, Val(D))
    lay_out!(grid, extent, edge, size(X, 2), D, cliques)
    resize_for!(grid, size(X, 2))
    count_cells!(grid, X, Val(D))
    fill_slots!(grid, X, Val(D))
    return grid
end

# The origin and extent of the grid.
function region!(sample, X, period, ::Val{D}) where {D}
    low, extent = whole_region(X, period, Val(D))
    has_crowd(size(X, 2)) || return low, extent
    part(k) = crowded_part(take_sample!(sample, X, k, period[k]), low[k], extent[k], period[k])
    axes = ntuple(k -> k <= D ? part(k) : (0.0, 0.0), 3)
    return map(first, axes), map(last, axes)
end

function whole_region(X, period, D)
    is_periodic(period) && return (0.0, 0.0, 0.0), period
    low, high = bounds(X, D)
    low[1] <= high[1] || return (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)
    return low, high .- low
end

function take_sample!(sample, X, axis, period)
    empty!(sample)
    for i in 1:(size(X, 2) ÷ SAMPLE):size(X, 2)
        x = into(Float64(X[axis, i]), period)
        isfinite(x) && push!(sample, x)
    end
    return sort!(sample; alg=QuickSort)
end

# Only a large group can have stragglers that make its cells coarse.
has_crowd(agents) = agents >= 4 * SAMPLE

# The shortest part of an axis with nearly all agents, with a margin, inside the whole extent.
function crowded_part(sorted, low, extent, period)
    n = length(sorted)
    members = ceil(Int, NEARLY_ALL * n)
    members < 2 && return low, extent
    start, span = low, extent
    for i in 1:(period > 0 ? n : n - members + 1)
        j = i + members - 1
        width = (j > n ? sorted[j - n] + period : sorted[j]) - sorted[i]
        width < span && ((start, span) = (sorted[i], width))
    end
    span > 0 || return low, extent
    margin = MARGIN * span
    period > 0 || return max(start - margin, low), min(start + span + margin, low + extent) - max(start - margin, low)
    span + 2 * margin < extent || return low, extent
    return into(start - margin, period), span + 2 * margin
end

# At most CELLS_PER_AGENT cells per agent for any edge. Longer edges give the same results, but slower.
function lay_out!(grid, extent, edge, agents, D, cliques)
    budget = min(max(CELLS_PER_AGENT * agents, 64), HARD_LIMIT)
    longest = maximum(extent)
    smallest = longest / budget
    volume = prod(max(e, smallest) for e in extent[1:D])
    least = longest > 0 ? (volume / budget)^(1 / D) : 1.0
    fewest = has_crowd(agents) ? FEWEST : 1
    small = cliques && edge / sqrt(D) >= least
    wanted = small ? edge / sqrt(D) : max(edge, least)
    cells_along(e) = clamp(small && e > 0 ? max(ceil(Int, e / wanted), fewest) : floor(Int, e / wanted), 1, budget)
    while prod(map(cells_along, extent)) > 2 * budget # thin shapes
        wanted *= 1.25
    end
    cells = map(cells_along, extent)
    grid.cells = cells
    grid.per_edge = map((c, e) -> c > 1 ? c / e : 0.0, cells, extent)
    grid.edge = map((c, e) -> c > 1 ? e / c : Inf, cells, extent)
    return grid
end

function resize_for!(grid, agents)
    for column in (grid.x, grid.y, grid.z)
        resize!(column, agents + LANES)
    end
    resize!(grid.order, agents)
    resize!(grid.cell_of, agents)
    resize!(grid.starts, prod(grid.cells) + 1)
    return grid
end

# The distance from the grid's origin; in a periodic box upwards, across the border if necessary.
@inline offset_from(x, origin, period) = ifelse(x < origin, x - origin + period, x - origin)

@inline function cell_along(x, origin, period, per_edge, cells)
    c, last = offset_from(x, origin, period) * per_edge, cells - 1
    return ifelse(c < last, unsafe_trunc(Int, ifelse(c > 0, c, 0.0)), last)
end

# Moves an image into the box.
@inline into(x, period) = period > 0 && !(0 <= x < period) ? mod(x, period) : x

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
        at = map(cell_along, p, grid.origin, grid.period, grid.per_edge, cells)
        cell = Int32(1 + at[1] + cells[1] * (at[2] + cells[2] * at[3]))
        cell_of[i] = cell
        starts[cell] += Int32(1)
        count += 1
    end
    grid.count = count
    sum = Int32(1)
    @inbounds for cell in eachindex(starts)
        sum += starts[cell]
        starts[cell] = sum # one after the cell's last slot; `fill_slots!` counts it down to the first
    end
    return grid
end

function fill_slots!(grid, X, D)
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
    return map(cell_along, p, grid.origin, grid.period, grid.per_edge, grid.cells)
end

# The offsets from cell `home` to all distinct cells at most `reach` away, along one axis.
@inline function offsets(home, cells, reach, periodic)
    periodic && return (-min(reach, (cells - 1) >> 1)):min(reach, cells >> 1)
    return (-min(reach, home)):min(reach, cells - 1 - home)
end

@inline function wrap_cell(c, cells)
    c < 0 && return c + cells
    return c >= cells ? c - cells : c
end

# The slots of the cell at that offset.
@inline function slots(grid, home, ox, oy, oz)
    nx, ny, nz = grid.cells
    cell = 1 + wrap_cell(home[1] + ox, nx) + nx * (wrap_cell(home[2] + oy, ny) + ny * wrap_cell(home[3] + oz, nz))
    @inbounds return grid.starts[cell]:(grid.starts[cell + 1] - Int32(1))
end

@inline coordinates(grid, at) = @inbounds (grid.x[at], grid.y[at], grid.z[at])

@inline function squared_between(p, q, space, P)
    dx = nearest_image(p[1] - q[1], space.period[1], space.back[1], P)
    dy = nearest_image(p[2] - q[2], space.period[2], space.back[2], P)
    dz = nearest_image(p[3] - q[3], space.period[3], space.back[3], P)
    return dx * dx + dy * dy + dz * dz
end

@inline squared_distance(grid, a, b, space, P) = squared_between(coordinates(grid, a), coordinates(grid, b), space, P)

"""
    rows_around!(rows, grid, y, z, reach, half, P)

Collects the first cell of each distinct row of cells that is at most `reach` rows away from the row (y, z); that row is
first. With `half`, each pair of rows appears from one side only, unless the box has few rows.
"""
function rows_around!(rows, grid, y, z, reach, half, ::Val{P}) where {P}
    nx, ny, nz = grid.cells
    push!(empty!(rows), 1 + nx * (y + ny * z))
    for oz in offsets(z, nz, reach, P), oy in offsets(y, ny, reach, P)
        (oy == oz == 0 || half && (oz, oy) < (0, 0)) && continue
        push!(rows, 1 + nx * (wrap_cell(y + oy, ny) + ny * wrap_cell(z + oz, nz)))
    end
    return rows
end

# The first and last cells of a row that are at most `reach` away from cell `x`. Across the border of a box there are
# two spans.
const NO_CELLS = (1, 0)
@inline spans_along(x, cells, reach, ::Val{false}) = ((max(x - reach, 0), min(x + reach, cells - 1)),)
@inline function spans_along(x, cells, reach, ::Val{true})
    left, right = x - reach, x + reach
    2 * reach + 1 >= cells && return (0, cells - 1), NO_CELLS
    left < 0 && return (0, right), (left + cells, cells - 1)
    right >= cells && return (left, cells - 1), (0, right - cells)
    return (left, right), NO_CELLS
end

"""
    for_each_cell(visit, grid, reach, half, P)

Calls `visit(home, from, to, rows, spans)` for each cell with agents: its indices, its slots, and the cells around it as
returned by `rows_around!` and `spans_along`.
"""
function for_each_cell(visit::F, grid::CellGrid, reach, half, P) where {F}
    nx, ny, nz = grid.cells
    for z in 0:(nz - 1), y in 0:(ny - 1)
        rows = rows_around!(grid.rows, grid, y, z, reach, half, P)
        row = nx * (y + ny * z)
        for x in 0:(nx - 1)
            @inbounds from, to = Int(grid.starts[row + x + 1]), Int(grid.starts[row + x + 2]) - 1
            from > to || visit((x, y, z), from, to, rows, spans_along(x, nx, reach, P))
        end
    end
    return nothing
end

"""
    for_each_pair(visit, grid, radius)

Calls `visit(a, b, squared_distance)` once for each pair of slots at most `radius` apart.
"""
function for_each_pair(visit::F, grid::CellGrid, radius) where {F}
    limit = Float64(radius)^2
    space = Space(grid.period)
    if is_periodic(grid.period)
        for_each_range(grid, radius, Val(true)) do a, from, to
            for b in from:to
                d2 = squared_distance(grid, a, b, space, Val(true))
                d2 <= limit && visit(a, b, d2)
            end
        end
    else
        for_each_range(grid, radius, Val(false)) do a, from, to
            for b in from:to
                d2 = squared_distance(grid, a, b, space, Val(false))
                d2 <= limit && visit(a, b, d2)
            end
        end
    end
    return nothing
end

# Calls `look(a, from, to)` for each slot and each range of later slots that may be within the radius. The cells of one
# row are adjacent; in open space, later rows are those above.
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

            p = slots(grid, home, ox, oy, oz)
            look(a, max(Int(first(p)), a + 1), Int(last(p)))
        end
    end
    return nothing
end

# The largest number of cells between two agents within the radius.
reach_of(grid, radius) = ceil(Int, min(radius / minimum(grid.edge), maximum(grid.cells)))
