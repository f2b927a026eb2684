"""
The exact mean distance to the nearest neighbour in open 3D space, fast enough for every frame.

Agents are sorted into a grid over their bounding box, finer than their mean density asks for, because a flock is dense
inside and thin outside; a search widens shell by shell until no unseen cell can hold a nearer agent. The buffers are kept from frame to frame, so that nothing is allocated while
the number of agents stays.
"""
module Neighbours

export NeighbourGrid, mean_nearest_distance!

const CELLS_PER_AGENT = 4

"Working memory of `mean_nearest_distance!`. One task at a time."
mutable struct NeighbourGrid
    cell_of::Vector{Int32}
    starts::Vector{Int32}   # first agent of each cell in `sorted`, and one beyond the last
    sorted::Matrix{Float32} # positions in the order of cells
    origin::NTuple{3,Float32}
    cell::Float32           # edge
    cells::NTuple{3,Int}
end

NeighbourGrid() = NeighbourGrid(Int32[], Int32[], zeros(Float32, 3, 0), (0.0f0, 0.0f0, 0.0f0), 1.0f0, (1, 1, 1))

function bounds(X)
    lx = ly = lz = Inf32
    hx = hy = hz = -Inf32
    @inbounds for i in 1:size(X, 2)
        x, y, z = X[1, i], X[2, i], X[3, i]
        lx, hx = min(lx, x), max(hx, x)
        ly, hy = min(ly, y), max(hy, y)
        lz, hz = min(lz, z), max(hz, z)
    end
    return (lx, ly, lz), (hx, hy, hz)
end

# The edge and the numbers of cells that keep the whole grid near `n * CELLS_PER_AGENT` cells, flat flocks included.
function choose_cells(extent, n)
    budget = Float64(n * CELLS_PER_AGENT)
    longest = Float64(maximum(extent))
    longest > 0 || return 1.0f0, (1, 1, 1)
    sides = map(e -> max(Float64(e), longest / budget), extent)
    edge = cbrt(prod(sides) / budget)
    cells = map(e -> clamp(floor(Int, e / edge) + 1, 1, 2 * ceil(Int, budget)), extent)
    return Float32(edge), cells
end

@inline function cell_along(x, origin, edge, count)
    return clamp(unsafe_trunc(Int, (x - origin) / edge), 0, count - 1)
end

# Counting sort of the agents by cell.
function fill!(grid::NeighbourGrid, X)
    n = size(X, 2)
    low, high = bounds(X)
    grid.origin = low
    grid.cell, grid.cells = choose_cells(high .- low, n)
    total = prod(grid.cells)
    length(grid.cell_of) == n || resize!(grid.cell_of, n)
    length(grid.starts) > total || resize!(grid.starts, total + 1)
    size(grid.sorted, 2) == n || (grid.sorted = zeros(Float32, 3, n))
    count_cells!(grid.starts, grid.cell_of, X, grid.origin, grid.cell, grid.cells)
    place!(grid.sorted, grid.starts, grid.cell_of, X)
    return grid
end

function count_cells!(starts, cell_of, X, origin, edge, cells)
    total = prod(cells)
    for c in 1:(total + 1)
        @inbounds starts[c] = 0
    end
    @inbounds for i in 1:size(X, 2)
        x = cell_along(X[1, i], origin[1], edge, cells[1])
        y = cell_along(X[2, i], origin[2], edge, cells[2])
        z = cell_along(X[3, i], origin[3], edge, cells[3])
        c = Int32(1 + x + cells[1] * (y + cells[2] * z))
        cell_of[i] = c
        starts[c] += Int32(1)
    end
    sum = Int32(1)
    @inbounds for c in 1:(total + 1)
        sum += starts[c]
        starts[c] = sum # one beyond the cell's last; `place!` counts it down to its first
    end
    return starts
end

function place!(sorted, starts, cell_of, X)
    @inbounds for i in size(X, 2):-1:1
        c = cell_of[i]
        at = starts[c] - Int32(1)
        starts[c] = at
        sorted[1, at] = X[1, i]
        sorted[2, at] = X[2, i]
        sorted[3, at] = X[3, i]
    end
    return sorted
end

# The nearest squared distance among the agents of cells (a..b, y, z), the agent `me` left out.
@inline function scan_row(sorted, starts, cells, a, b, y, z, me, px, py, pz, best)
    row = 1 + cells[1] * (y + cells[2] * z)
    @inbounds for j in starts[row + a]:(starts[row + b + 1] - Int32(1))
        dx, dy, dz = sorted[1, j] - px, sorted[2, j] - py, sorted[3, j] - pz
        d = dx * dx + dy * dy + dz * dz
        best = ifelse((d < best) & (j != me), d, best)
    end
    return best
end

# Cells at Chebyshev distance `ring` of the home cell; a ring of 1 takes the home cell along.
@inline function scan_ring(sorted, starts, cells, home, ring, me, px, py, pz, best)
    hx, hy, hz = home
    ax, bx = max(hx - ring, 0), min(hx + ring, cells[1] - 1)
    for z in max(hz - ring, 0):min(hz + ring, cells[3] - 1), y in max(hy - ring, 0):min(hy + ring, cells[2] - 1)
        if ring == 1 || abs(z - hz) == ring || abs(y - hy) == ring
            best = scan_row(sorted, starts, cells, ax, bx, y, z, me, px, py, pz, best)
        else
            hx - ring >= 0 && (best = scan_row(sorted, starts, cells, ax, ax, y, z, me, px, py, pz, best))
            hx + ring < cells[1] && (best = scan_row(sorted, starts, cells, bx, bx, y, z, me, px, py, pz, best))
        end
    end
    return best
end

function nearest_squared(sorted, starts, cells, origin, edge, me)
    @inbounds px, py, pz = sorted[1, me], sorted[2, me], sorted[3, me]
    home = (
        cell_along(px, origin[1], edge, cells[1]),
        cell_along(py, origin[2], edge, cells[2]),
        cell_along(pz, origin[3], edge, cells[3]),
    )
    best = Inf32
    for ring in 1:maximum(cells)
        best = scan_ring(sorted, starts, cells, home, ring, me, px, py, pz, best)
        # Everything unseen lies at least `ring` whole cells away. A little less, for the rounding of the cell's number.
        reach = edge * (ring - 0.001f0)
        best <= reach * reach && break
    end
    return best
end

"""
    mean_nearest_distance!(grid, X) -> Float64

Mean over all columns of `X` (3 x N) of the distance to the nearest other column; NaN below two agents. Exact: equal to
comparing all pairs.
"""
function mean_nearest_distance!(grid::NeighbourGrid, X)
    n = size(X, 2)
    n < 2 && return NaN
    fill!(grid, X)
    return sum_nearest(grid.sorted, grid.starts, grid.cells, grid.origin, grid.cell) / n
end

function sum_nearest(sorted, starts, cells, origin, edge)
    total = 0.0
    for me in 1:size(sorted, 2)
        total += sqrt(Float64(nearest_squared(sorted, starts, cells, origin, edge, me)))
    end
    return total
end

end
