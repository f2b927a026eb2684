# Observes pairs of successive frames: the neighbours of an agent in the first, and the change of its velocity in the
# second.
#
# The force on an agent is its mass times the change of its velocity in one step. Two kinds of agents do not show it:
# those at their maximum speed, which limits the change (they are as fast as they were ever seen), and those far out,
# which the model pulls back to the middle (only the innermost third is sampled).

const REACH = 150.0        # radius of the search for neighbours
const SPACING = 1.5
const LEAST = 15.0         # agents with a nearer neighbour are left out: there the response is too steep for hats
const INNER_SHARE = 1 / 3
const SPEED_MARGIN = 0.999

mutable struct RuleObserver
    response::PairResponse
    samples::Int
    fastest::Vector{Float64}   # largest speed of each agent so far
    chosen::Vector{Int}        # the samples of the previous frame
    crowded::BitVector
    before::Matrix{Float64}    # 3 x samples, their velocities
    seq::Int                   # of the previous frame; below 0: none
    turn::Int                  # the last agent sampled
end

RuleObserver(samples, memory) = RuleObserver(
    PairResponse(REACH, SPACING, memory, samples), samples, Float64[], Int[], falses(samples), zeros(3, samples), -1, 0,
)

"Adds a frame: `X` and `V` are `3 x N`, `mass` has N numbers. True if it could learn from it."
function observe!(o::RuleObserver, seq, X, V, mass)
    length(o.fastest) == size(V, 2) || (o.fastest = zeros(size(V, 2)); o.seq = -1)
    follow_speeds!(o.fastest, V)
    learns = o.seq >= 0 && seq == o.seq + 1
    learns && absorb!(o.response, measure_forces!(o, V, mass))
    choose_samples!(o, X)
    collect_neighbours!(o, X, V)
    o.seq = seq
    return learns
end

function follow_speeds!(fastest, V)
    for i in eachindex(fastest)
        @inbounds fastest[i] = max(fastest[i], sqrt(Float64(V[1, i])^2 + Float64(V[2, i])^2 + Float64(V[3, i])^2))
    end
end

# Stores the forces between the two frames and returns the samples that show one.
function measure_forces!(o::RuleObserver, V, mass)
    usable = Int[]
    for (k, i) in enumerate(o.chosen)
        squared = 0.0
        for c in 1:3
            squared += Float64(V[c, i])^2
            o.response.forces[c, k] = mass[i] * (Float64(V[c, i]) - o.before[c, k])
        end
        o.crowded[k] || sqrt(squared) > SPEED_MARGIN * o.fastest[i] || push!(usable, k)
    end
    return usable
end

# Different agents each time, all near the middle.
function choose_samples!(o::RuleObserver, X)
    agents = size(X, 2)
    centre = centroid(X)
    squares = [sum(c -> (X[c, i] - centre[c])^2, 1:3) for i in 1:agents]
    limit = partialsort(squares, ceil(Int, INNER_SHARE * agents))
    empty!(o.chosen)
    for step in 1:agents
        i = mod1(o.turn + step, agents)
        squares[i] <= limit && push!(o.chosen, i)
        length(o.chosen) == o.samples && (o.turn = i; break)
    end
end

function collect_neighbours!(o::RuleObserver, X, V)
    column = Dict(i => k for (k, i) in enumerate(o.chosen))
    fill!(o.crowded, false)
    clear_rows!(o.response)
    for (k, i) in enumerate(o.chosen), c in 1:3
        o.before[c, k] = V[c, i]
    end
    for_each_neighbour(Flock(X), o.chosen, REACH) do i, j, way, distance
        k = column[i]
        distance < LEAST && (o.crowded[k] = true)
        distance > 0 && add_neighbour!(o.response, k, distance, way ./ distance, heading(V, j))
    end
end

@inline function heading(V, j)
    @inbounds v = (Float64(V[1, j]), Float64(V[2, j]), Float64(V[3, j]))
    speed = sqrt(sum(abs2, v))
    return speed > 0 ? v ./ speed : (0.0, 0.0, 0.0)
end
