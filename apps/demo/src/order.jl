"What one frame says about the whole flock, by SwarmMetrics."
module Order

using SwarmMetrics

export FlockOrder, state_name

struct FlockOrder
    polarisation::Float64       # 0: headings cancel, 1: all alike, or nobody moves: 0
    rotation::Float64           # 0: no common turning, 1: all circle the centroid
    cohesion::Float64           # mean distance to the centroid, in the positions' unit
    nearest_neighbour::Float64  # mean distance to the nearest other agent
end

FlockOrder(flock::Flock) =
    FlockOrder(or_none(polarisation(flock)), or_none(rotation(flock)), cohesion(flock), nearest_neighbour(flock))

or_none(x) = isnan(x) ? 0.0 : x

"The state of Tunstrom et al. 2013 that the two order parameters name."
state_name(order::FlockOrder) = string(state(order.polarisation, order.rotation))

end
