# Groups within the group.

"""
    Clusters

What [`clusters`](@ref) found: `labels`, one for each agent, 1 for the largest cluster; `sizes`, largest first.
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
    clusters(radius)                      # a metric for `live`: how many there are

The connected components of "at most `radius` apart" (`radius` in the unit of `X`). Agents whose position is not finite belong to none:
label 0. Which of two clusters of one size comes first depends only on who is in them (the lowest agent first).

A grid finds the pairs; cost: linear in the number of pairs within the radius's cells. Source: friends-of-friends (Huchra & Geller,
Astrophys. J. 257 (1982) 423).
"""
clusters(X::AbstractMatrix, radius::Real; box=nothing) = clusters(Flock(X; box=box), radius)
clusters(frame::Moment, radius::Real; box=nothing) = clusters(Flock(frame; box=box), radius)
function clusters(flock::Flock, radius::Real)
    grid, parent = connect!(flock, radius)
    return collect_clusters(grid, parent, size(flock.X, 2))
end

"    cluster_count(X, radius; box=nothing) -> Int\n    cluster_count(flock, radius)\n\nHow many [`clusters`](@ref) there are."
cluster_count(X::AbstractMatrix, radius::Real; box=nothing) = cluster_count(Flock(X; box=box), radius)
cluster_count(frame::Moment, radius::Real; box=nothing) = cluster_count(Flock(frame; box=box), radius)
function cluster_count(flock::Flock, radius::Real)
    grid, parent = connect!(flock, radius)
    return count(at -> parent[at] == at, 1:grid.count)
end

"    largest_cluster(X, radius; box=nothing) -> Float64\n    largest_cluster(flock, radius)\n\nThe part of all agents that is in the largest of the [`clusters`](@ref), 0 to 1."
largest_cluster(X::AbstractMatrix, radius::Real; box=nothing) = largest_cluster(Flock(X; box=box), radius)
largest_cluster(frame::Moment, radius::Real; box=nothing) = largest_cluster(Flock(frame; box=box), radius)
function largest_cluster(flock::Flock, radius::Real)
    sizes = clusters(flock, radius).sizes
    return isempty(sizes) ? NaN : first(sizes) / size(flock.X, 2)
end

# Union-find over the places of the grid: a root is its own parent, and roots only move down.
function connect!(flock, radius)
    isfinite(radius) && radius > 0 || throw(DomainError(radius, "the radius within which agents are connected is positive"))
    cache = cache_of(flock)
    grid = sort_into!(cache.by_radius, flock.X, flock.box, radius)
    parent = resize!(cache.parent, grid.count)
    for at in 1:grid.count
        parent[at] = at
    end
    join_cells!(parent, grid, Float64(radius))
    return grid, parent
end

@inline function root_of(parent, at)
    @inbounds while parent[at] != at
        parent[at] = parent[parent[at]] # halves the way for those who come later
        at = parent[at]
    end
    return at
end

function join_cells!(parent, grid, radius)
    is_periodic(grid.period) ? join_cells!(parent, grid, radius, Val(true)) : join_cells!(parent, grid, radius, Val(false))
    return parent
end

# Pairs that are known to be connected cost no distance.
function join_cells!(parent, grid, radius, P)
    period, back = grid.period, inverse(grid.period)
    limit = radius * radius
    for_each_range(grid, radius, P) do a, from, to
        mine = root_of(parent, Int32(a))
        for b in from:to
            @inbounds parent[b] == mine && continue
            squared_distance(grid, a, b, period, back, P) <= limit || continue
            other = root_of(parent, Int32(b))
            low, high = minmax(mine, other)
            @inbounds parent[high] = low
            mine = low
        end
    end
    return nothing
end

function collect_clusters(grid, parent, agents)
    labels = zeros(Int32, agents)
    members = Dict{Int32,Int}()  # of a root
    lowest = Dict{Int32,Int32}() # agent
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
