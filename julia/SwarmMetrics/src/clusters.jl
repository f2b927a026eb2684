# Clusters: the connected components of a group.

"""
    Clusters

The result of [`clusters`](@ref). `labels` has one entry per agent: 1 for the largest cluster, 2 for the next, and 0 for
agents in no cluster. `sizes` has the number of agents of each cluster, largest first.
"""
struct Clusters
    labels::Vector{Int32}
    sizes::Vector{Int}
end

Base.length(c::Clusters) = length(c.sizes)
Base.show(io::IO, c::Clusters) = print(io, "Clusters(", length(c), " of ", sum(c.sizes), " agents)")

"""
    clusters(X, radius; box=nothing) -> Clusters
    clusters(flock, radius)
    clusters(radius)                      # a metric for `live`: the number of clusters

The connected components of the relation "at most `radius` apart" (`radius` in the unit of `X`). Agents whose position
is not finite are in no cluster and have the label 0. Of two clusters of equal size, the one with the lower agent number
is first.

Cost: about linear in the number of agents, for any radius. Agents in one cell of a grid are connected at once if the
box around them is small enough, and one pair that is near enough connects two cells. Throws a `DomainError` if `radius`
is not positive. Source: friends-of-friends (Huchra & Geller, Astrophys. J. 257 (1982) 423).
"""
clusters(X::AbstractMatrix, radius::Real; box=nothing) = clusters(Flock(X; box=box), radius)
clusters(frame::Moment, radius::Real; box=nothing) = clusters(Flock(frame; box=box), radius)
function clusters(flock::Flock, radius::Real)
    grid, parent = connect!(flock, radius)
    return collect_clusters(grid, parent, size(flock.X, 2))
end

"""
    cluster_count(X, radius; box=nothing) -> Int
    cluster_count(flock, radius)

The number of [`clusters`](@ref).
"""
cluster_count(X::AbstractMatrix, radius::Real; box=nothing) = cluster_count(Flock(X; box=box), radius)
cluster_count(frame::Moment, radius::Real; box=nothing) = cluster_count(Flock(frame; box=box), radius)
function cluster_count(flock::Flock, radius::Real)
    grid, parent = connect!(flock, radius)
    return count(at -> parent[at] == at, 1:grid.count)
end

"""
    largest_cluster(X, radius; box=nothing) -> Float64
    largest_cluster(flock, radius)

The share of all agents in the largest of the [`clusters`](@ref), 0 to 1; NaN without agents.
"""
largest_cluster(X::AbstractMatrix, radius::Real; box=nothing) = largest_cluster(Flock(X; box=box), radius)
largest_cluster(frame::Moment, radius::Real; box=nothing) = largest_cluster(Flock(frame; box=box), radius)
function largest_cluster(flock::Flock, radius::Real)
    sizes = clusters(flock, radius).sizes
    return isempty(sizes) ? NaN : first(sizes) / size(flock.X, 2)
end

# Union-find over the slots of the grid. A root is its own parent, and a root is the lowest slot of its tree.
function connect!(flock, radius)
    isfinite(radius) && radius > 0 || throw(DomainError(radius, "the radius of clusters must be positive"))
    cache = cache_of(flock)
    grid = sort_into!(cache.by_radius, flock.X, flock.box, radius; cliques=true)
    parent = resize!(cache.parent, grid.count)
    join_within_cells!(parent, grid, Float64(radius))
    join_cells!(parent, grid, Float64(radius))
    return grid, parent
end

@inline function root_of(parent, at)
    @inbounds while parent[at] != at
        parent[at] = parent[parent[at]] # halves the path for later calls
        at = parent[at]
    end
    return at
end

@inline function join!(parent, a, b)
    low, high = minmax(a, b)
    @inbounds parent[high] = low
    return low
end

# The agents of one cell are one cluster if the diagonal of the box around them is at most the radius.
function join_within_cells!(parent, grid, radius)
    starts = grid.starts
    for cell in 1:prod(grid.cells)
        from, to = @inbounds Int(starts[cell]), Int(starts[cell + 1]) - 1
        whole = from < to && is_clique(grid, from, to, radius * radius)
        @inbounds for at in from:to
            parent[at] = whole ? from : at
        end
    end
    return parent
end

# Rounding cannot make this wrong: a rounded difference of two agents is at most the rounded edge of their box.
function is_clique(grid, from, to, limit)
    low = high = coordinates(grid, from)
    for at in (from + 1):to
        p = coordinates(grid, at)
        low, high = map(min, low, p), map(max, high, p)
    end
    return sum(abs2, high .- low) <= limit
end

function join_cells!(parent, grid, radius)
    return join_cells!(parent, grid, radius, is_periodic(grid.period) ? Val(true) : Val(false))
end

# Adjacent cells first, which connects most agents. After that, only agents outside of the largest cluster look farther,
# and on all sides.
function join_cells!(parent, grid, radius, P)
    reach = reach_of(grid, radius)
    nearby = min(reach, 1)
    for_each_cell(grid, nearby, true, P) do _, from, to, rows, spans
        join_cell!(parent, grid, from, to, rows, spans, radius * radius, 0, P)
    end
    reach == nearby && return parent
    largest = majority!(parent)
    for_each_cell(grid, reach, false, P) do _, from, to, rows, spans
        is_joined(parent, from, to, root_of(parent, largest)) && return nothing
        join_cell!(parent, grid, from, to, rows, spans, radius * radius, largest, P)
    end
    return parent
end

# The root of more than half of all slots, if there is one (Boyer & Moore's vote). Makes each root the parent of its
# tree.
function majority!(parent)
    candidate, votes = Int32(1), 0
    @inbounds for at in eachindex(parent)
        root = parent[parent[at]]
        parent[at] = root
        votes == 0 && (candidate = root)
        votes += root == candidate ? 1 : -1
    end
    return candidate
end

@inline function is_joined(parent, from, to, root)
    for at in from:to
        @inbounds parent[at] == root || root_of(parent, at) == root || return false
    end
    return true
end

function join_cell!(parent, grid, from, to, rows, spans, limit, largest, P)
    if from == to || is_joined(parent, from, to, root_of(parent, from))
        join_group!(parent, grid, from, to, rows, spans, limit, largest, P)
    else
        for at in from:to
            join_group!(parent, grid, at, at, rows, spans, limit, largest, P)
        end
    end
    return nothing
end

# The slots from..to are connected already, so one near slot connects all of them.
function join_group!(parent, grid, from, to, rows, spans, limit, largest, P)
    starts = grid.starts
    mine = root_of(parent, Int32(from))
    first_row = true
    for row in rows
        for (left, right) in spans
            left > right && continue
            @inbounds first, last = Int(starts[row + left]), Int(starts[row + right + 1]) - 1
            first_row && largest == 0 && (first = max(first, to + 1))
            first > last && continue
            mine = join_range!(parent, grid, mine, from, to, first, last, limit, largest, P)
        end
        first_row = false
    end
    return nothing
end

# An earlier slot outside of the largest cluster has looked at this pair already.
@inline function join_range!(parent, grid, mine, from, to, first, last, limit, largest, P)
    from == to && !is_near_range(grid, from, first, last, limit, P) && return mine
    space = Space(grid.period)
    for b in first:last
        @inbounds parent[b] == mine && continue
        other = root_of(parent, Int32(b))
        other == mine && continue
        largest == 0 || b > to || other == root_of(parent, largest) || continue
        is_near(grid, b, from, to, limit, space, P) && (mine = join!(parent, mine, other))
    end
    return mine
end

@inline function is_near(grid, b, from, to, limit, space, P)
    for a in from:to
        squared_distance(grid, a, b, space, P) <= limit && return true
    end
    return false
end

@inline function is_near_range(grid, at, from, to, limit, P)
    columns = (grid.x, grid.y, grid.z)
    none = ntuple(_ -> Inf, Val(LANES))
    best = nearest_in_range(columns, from, to, coordinates(grid, at), at, none, Space(grid.period), P)
    return foldl(nearer, best) <= limit
end

function collect_clusters(grid, parent, agents)
    labels = zeros(Int32, agents)
    members = Dict{Int32,Int}()  # number of slots of each root
    lowest = Dict{Int32,Int32}() # lowest agent of each root
    for at in 1:grid.count
        root, agent = root_of(parent, Int32(at)), grid.order[at]
        members[root] = get(members, root, 0) + 1
        lowest[root] = min(get(lowest, root, agent), agent)
    end
    roots = sort!(collect(keys(members)); by=root -> (-members[root], lowest[root]))
    rank = Dict(root => Int32(k) for (k, root) in enumerate(roots))
    for at in 1:grid.count
        labels[grid.order[at]] = rank[root_of(parent, Int32(at))]
    end
    return Clusters(labels, [members[root] for root in roots])
end
