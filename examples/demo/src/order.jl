"""
Order parameters of a flock, from `3 x N` positions and velocities. Nothing here allocates.

Definitions: Tunstrom et al. 2013 (states of a school). An agent at rest has no heading, an agent at the centroid no
direction from it: neither is counted.
"""
module Order

export polarisation, rotation, cohesion, centroid, FlockOrder, state_name

"What one frame says about the whole flock."
struct FlockOrder
    polarisation::Float64       # 0: headings cancel, 1: all alike
    rotation::Float64           # 0: no common turning, 1: all circle the centroid
    cohesion::Float64           # mean distance to the centroid, in the positions' unit
    nearest_neighbour::Float64  # mean distance to the nearest other agent
end

"The mean position, as three Float64; NaN for no agents."
function centroid(X)
    x = y = z = 0.0
    n = size(X, 2)
    @inbounds @simd for i in 1:n
        x += X[1, i]
        y += X[2, i]
        z += X[3, i]
    end
    return (x / n, y / n, z / n)
end

"phi = |sum of unit headings| / number of moving agents, 0 to 1; 0 if nobody moves."
function polarisation(V)
    x = y = z = 0.0
    moving = 0
    @inbounds @simd for i in 1:size(V, 2)
        a, b, c = Float64(V[1, i]), Float64(V[2, i]), Float64(V[3, i])
        squared = a * a + b * b + c * c
        moves = squared > 0
        scale = ifelse(moves, 1 / sqrt(squared), 0.0)
        x += ifelse(moves, a * scale, 0.0)
        y += ifelse(moves, b * scale, 0.0)
        z += ifelse(moves, c * scale, 0.0)
        moving += moves
    end
    return moving == 0 ? 0.0 : sqrt(x * x + y * y + z * z) / moving
end

"""
M = |sum of heading x direction from the centroid| / number of usable agents, 0 to 1 (milling). `centre` as `centroid`
gives it.
"""
function rotation(X, V, centre=centroid(X))
    x = y = z = 0.0
    usable = 0
    cx, cy, cz = centre
    @inbounds @simd for i in 1:size(X, 2)
        a, b, c = Float64(V[1, i]), Float64(V[2, i]), Float64(V[3, i])
        p, q, r = X[1, i] - cx, X[2, i] - cy, X[3, i] - cz
        squared = (a * a + b * b + c * c) * (p * p + q * q + r * r)
        counts = squared > 0
        scale = ifelse(counts, 1 / sqrt(squared), 0.0)
        x += ifelse(counts, (b * r - c * q) * scale, 0.0)
        y += ifelse(counts, (c * p - a * r) * scale, 0.0)
        z += ifelse(counts, (a * q - b * p) * scale, 0.0)
        usable += counts
    end
    return usable == 0 ? 0.0 : sqrt(x * x + y * y + z * z) / usable
end

"Mean distance to the centroid."
function cohesion(X, centre=centroid(X))
    total = 0.0
    cx, cy, cz = centre
    n = size(X, 2)
    @inbounds @simd for i in 1:n
        p, q, r = X[1, i] - cx, X[2, i] - cy, X[3, i] - cz
        total += sqrt(p * p + q * q + r * r)
    end
    return total / n
end

"The state of Tunstrom et al. 2013 that the two order parameters name."
function state_name(order::FlockOrder)
    phi, m = order.polarisation, order.rotation
    phi > 0.65 && m < 0.35 && return "polarised"
    phi < 0.35 && m > 0.65 && return "milling"
    phi < 0.35 && m < 0.35 && return "swarm"
    return "transitional"
end

end
