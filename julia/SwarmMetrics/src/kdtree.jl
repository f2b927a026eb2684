# Nearest points in few dimensions, in the maximum norm: a balanced k-d tree over ranges of sorted points.

const LEAF = 16

struct KDTree
    points::Matrix{Float64} # d x n, in the tree's order
    order::Vector{Int}      # the original column of each point
    axis::Vector{Int32}     # of each node: the axis along which it is split
    cut::Vector{Float64}    # of each node: values of the left half are at most this, of the right half at least this
end

# Node k has the points lo:hi. Its halves are the nodes 2k and 2k + 1.
function KDTree(X::AbstractMatrix{Float64})
    n = size(X, 2)
    order, nodes = collect(1:n), 2 * nextpow(2, cld(n, LEAF) + 1)
    axis, cut = zeros(Int32, nodes), zeros(nodes)
    split!(order, axis, cut, X, 1, 1, n)
    return KDTree(X[:, order], order, axis, cut)
end

function split!(order, axis, cut, X, node, lo, hi)
    hi - lo < LEAF && return nothing
    mid = (lo + hi) >> 1
    k = widest(X, view(order, lo:hi))
    select!(order, i -> X[k, i], lo, hi, mid)
    axis[node], cut[node] = k, X[k, order[mid]]
    split!(order, axis, cut, X, 2node, lo, mid)
    split!(order, axis, cut, X, 2node + 1, mid + 1, hi)
    return nothing
end

# Hoare's selection. Element `k` of `order[lo:hi]` becomes the one that sorting by `value` would put there; no element
# before it is larger, and none after it is smaller. (Base's partialsort! documents only element `k` itself.)
function select!(order, value::F, lo, hi, k) where {F}
    while lo < hi
        pivot = middle_of(value(order[lo]), value(order[(lo + hi) >> 1]), value(order[hi]))
        left, right = lo, hi
        while left <= right
            while value(order[left]) < pivot
                left += 1
            end
            while pivot < value(order[right])
                right -= 1
            end
            left <= right || break
            order[left], order[right] = order[right], order[left]
            left += 1
            right -= 1
        end
        k <= right ? (hi = right) : k >= left ? (lo = left) : return nothing
    end
    return nothing
end

middle_of(a, b, c) = max(min(a, b), min(max(a, b), c))

function widest(X, chosen)
    width(k) = (bounds = extrema(X[k, i] for i in chosen); bounds[2] - bounds[1])
    return argmax(map(width, 1:size(X, 1)))
end

# A result of `limit` or more may be too small.
@inline function max_distance(points, p, query, q, limit)
    largest = 0.0
    @inbounds for k in 1:size(points, 1)
        largest = max(largest, abs(points[k, p] - query[k, q]))
        largest >= limit && return largest
    end
    return largest
end

"""
    kth_distances(tree, k) -> Vector{Float64}

The distance of each point, in the original order, to its k-th nearest other point.
"""
function kth_distances(tree::KDTree, k)
    n = size(tree.points, 2)
    result, best = zeros(n), zeros(k)
    for p in 1:n
        nearest!(fill!(best, Inf), tree, p, 1, 1, n)
        result[tree.order[p]] = best[k]
    end
    return result
end

function nearest!(best, tree, p, node, lo, hi)
    if hi - lo < LEAF
        for q in lo:hi
            q == p || insert_sorted!(best, max_distance(tree.points, q, tree.points, p, best[end]))
        end
        return nothing
    end
    mid = (lo + hi) >> 1
    beyond = tree.points[tree.axis[node], p] - tree.cut[node]
    left, right = (2node, lo, mid), (2node + 1, mid + 1, hi)
    near, far = beyond <= 0 ? (left, right) : (right, left)
    nearest!(best, tree, p, near...)
    abs(beyond) < best[end] && nearest!(best, tree, p, far...)
    return nothing
end

@inline function insert_sorted!(best, value)
    @inbounds value < best[end] || return nothing
    k = length(best)
    @inbounds while k > 1 && best[k - 1] > value
        best[k] = best[k - 1]
        k -= 1
    end
    @inbounds best[k] = value
    return nothing
end

"""
    count_within(tree, query, q, radius) -> Int

The number of points of the tree that are nearer than `radius` to column `q` of `query`. The point itself counts if it
is in the tree.
"""
count_within(tree::KDTree, query, q, radius) = count_within(tree, query, q, radius, 1, 1, size(tree.points, 2))

function count_within(tree, query, q, radius, node, lo, hi)
    hi - lo < LEAF && return count(p -> max_distance(tree.points, p, query, q, radius) < radius, lo:hi)
    mid = (lo + hi) >> 1
    beyond = query[tree.axis[node], q] - tree.cut[node]
    total = 0
    beyond < radius && (total += count_within(tree, query, q, radius, 2node, lo, mid))
    -beyond < radius && (total += count_within(tree, query, q, radius, 2node + 1, mid + 1, hi))
    return total
end
