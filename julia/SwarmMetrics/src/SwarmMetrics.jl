"""
    SwarmMetrics

Metrics of groups that move: order, states, shape, neighbours, clusters, correlations, leadership, information.

Every metric takes plain arrays, `D x N` with D = 2 or 3 (one column per agent), a [`Flock`](@ref), or a live frame of
Wingbeat:

```julia
using Wingbeat, SwarmMetrics
polarisation(V), rotation(X, V), cohesion(X)        # plain arrays
swarm = subscribe("swarm")
latest(swarm) do frame
    polarisation(frame), rotation(frame)
end
for m in live(swarm, polarisation, rotation, cohesion; publish="order")
    println(m.step, "  ", m.polarisation, "  skipped ", m.skipped)
end
```

`box` makes space periodic. It is the edge of the box, or one edge for each dimension, in the unit of the positions.
Without it space is open.

| subject | functions |
| --- | --- |
| order | [`polarisation`](@ref), [`rotation`](@ref), [`state`](@ref), [`DwellTimes`](@ref) |
| shape | [`centroid`](@ref), [`cohesion`](@ref), [`bounding_box`](@ref), [`hull_area`](@ref), [`density`](@ref) |
| neighbours | [`nearest_neighbour`](@ref), [`nearest_distances`](@ref), [`for_each_neighbour`](@ref), [`clark_evans`](@ref), [`clusters`](@ref), [`voronoi`](@ref) |
| fluctuations | [`correlation`](@ref), [`correlation_length`](@ref), [`susceptibility`](@ref), [`binder`](@ref) |
| windows, `D x N x T` | [`leadership`](@ref), [`mutual_information`](@ref), [`transfer_entropy`](@ref), [`emergence`](@ref) |
| a running stream | [`live`](@ref) |
"""
module SwarmMetrics

using LinearAlgebra: Symmetric, cholesky!, diagind, dot, issuccess, rdiv!
using Wingbeat
using Wingbeat: Frame, FrameCopy, Reader, Writer

export Flock, polarisation, rotation, is_ill_posed, state, DwellTimes, mean_dwell, share, visits
export centroid, cohesion, bounding_box, hull_area, density
export nearest_neighbour, nearest_distances, for_each_neighbour, clark_evans
export clusters, Clusters, cluster_count, largest_cluster
export voronoi, Voronoi
export correlation, correlation_length, susceptibility, binder
export leadership, Leadership, net_leadership, headings
export mutual_information, transfer_entropy, Gaussian, KSG, Discrete, bits, emergence
export live, Measurement

include("space.jl")
include("grid.jl")
include("flock.jl")
include("order.jl")
include("states.jl")
include("shape.jl")
include("neighbours.jl")
include("clusters.jl")
include("voronoi.jl")
include("correlation.jl")
include("leadership.jl")
include("information.jl")
include("gaussian.jl")
include("kdtree.jl")
include("estimators.jl")
include("emergence.jl")
include("live.jl")

# Julia keeps the code of these calls from one session to the next: the metrics of a usual frame.
for metric in (polarisation, rotation, cohesion, nearest_neighbour)
    precompile(metric, (Flock{FieldArray{Float32,2},FieldArray{Float32,2}},))
end
precompile(centroid, (FieldArray{Float32,2},))
precompile(Flock, (FieldArray{Float32,2}, FieldArray{Float32,2}))

end
