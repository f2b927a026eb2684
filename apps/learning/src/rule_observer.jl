# What is seen of a frame and the next: who had which neighbours, and how each one's velocity then changed.
#
# The force on an agent is its mass times the change of its velocity in one step. Two kinds of agents do not show it: those whose speed
# is at its maximum, which cuts the change off (they are as fast as they have ever been seen), and those far out, which something
# pulls back to the middle (the innermost third is looked at).

const REACH = 150.0        # within which neighbours are looked for
const SPACING = 1.5
const LEAST = 15.0         # agents with a neighbour nearer than that are left out: there the response is too steep for hats
const INNER_SHARE = 1 / 3
const SPEED_MARGIN = 0.999

mutable struct RuleObserver
    response::PairResponse
    samples::Int
    fastest::Vector{Float64}   # speed that each agent was ever seen with
    chosen::Vector{Int}        # of the frame before
    crowded::BitVector
    before::Matrix{Float64}    # 3 x samples, their velocities
    seq::Int                   # of the frame before; below 0: none
    turn::Int                  # the agent to begin after
end

RuleObserver(samples, memory) = RuleObserver(
    PairResponse(REACH, SPACING, memory, samples), samples, Float64[], Int[], falses(samples), zeros(3, samples), -1, 0,
)

"Takes in a frame: `X` and `V` are `3 x N`, `mass` has N numbers. True if it could learn from it."
function observe!(o::RuleObserver, seq, X, V, mass)
    length(o.fastest) == size(V, 2) || (o.fastest = zeros(size(V, 2)); o.seq = -1)
    follow_speeds!(o.fastest, V)
    learns = o.seq >= 0 && seq == o.seq + 1
    learns && absorb!(o.response, measure_forces!(o, V, mass))
    choose!(o, X)
    look_around!(o, X, V)
    o.seq = seq
    return learns
end

function follow_speeds!(fastest, V)
    for i in eachindex(fastest)
        @inbounds fastest[i] = max(fastest[i], sqrt(Float64(V[1, i])^2 + Float64(V[2, i])^2 + Float64(V[3, i])^2))
    end
end

# The forces between the frames; which of the samples show one.
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

# Other agents each time, of those near the middle.
function choose!(o::RuleObserver, X)
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

function look_around!(o::RuleObserver, X, V)
    place = Dict(i => k for (k, i) in enumerate(o.chosen))
    fill!(o.crowded, false)
    forget_rows!(o.response)
    for (k, i) in enumerate(o.chosen), c in 1:3
        o.before[c, k] = V[c, i]
    end
    for_each_neighbour(Flock(X), o.chosen, REACH) do i, j, way, distance
        k = place[i]
        distance < LEAST && (o.crowded[k] = true)
        distance > 0 && add_neighbour!(o.response, k, distance, way ./ distance, heading(V, j))
    end
end

@inline function heading(V, j)
    @inbounds v = (Float64(V[1, j]), Float64(V[2, j]), Float64(V[3, j]))
    speed = sqrt(sum(abs2, v))
    return speed > 0 ? v ./ speed : (0.0, 0.0, 0.0)
end
