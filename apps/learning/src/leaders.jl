# A pilot steers a few agents of a live swarm along a path of their own, and the other agents follow them.
#
# The swarm's command `place` sets an agent's next position. The model goes on computing its velocity, so that the other
# agents, which align with velocities, notice the steered ones by their positions alone.

const AHEAD = 4.0     # distance of the leaders from the middle of the others
const BOUND = 0.5     # strength of the pull to there, relative to the path
const SCATTER = 0.3   # of their stations, in units of AHEAD
const STRAY = 0.1     # noise of their headings, in a step
const TURNING = 0.04  # rad per step, of the path
const PERSISTENCE = 0.98

mutable struct Pilot
    rng::MersenneTwister
    leaders::Vector{Int}             # the agents' columns
    stations::Vector{Vector{Float64}} # of each leader, relative to the path, in units of AHEAD
    heading::Vector{Float64}
    spin::Vector{Float64}
    step::Int                        # the newest one answered
    pending::Vector{Receipt}
    answered::Int
end

Pilot(rng) = Pilot(rng, Int[], [], unit(randn(rng, 3)), zeros(3), 0, Receipt[], 0)

unit(v) = v ./ norm(v)

"From now on the pilot steers these agents, and no others."
function take_over!(pilot::Pilot, leaders)
    pilot.leaders = leaders
    pilot.stations = [SCATTER .* randn(pilot.rng, 3) for _ in leaders]
    return nothing
end

# The path turns a little, by a spin that changes slowly.
function turn_path!(pilot, steps)
    for _ in 1:steps
        pilot.spin .= PERSISTENCE .* pilot.spin .+ TURNING * sqrt(1 - PERSISTENCE^2) .* randn(pilot.rng, 3)
        pilot.heading = unit(pilot.heading .+ cross(pilot.spin, pilot.heading))
    end
end

"The position of each leader in the next step, `3 x leaders`, from the positions of all agents."
function next_positions(pilot::Pilot, X, speed)
    others = setdiff(1:size(X, 2), pilot.leaders)
    middle = vec(mean(view(X, :, others); dims=2))
    positions = map(pilot.leaders, pilot.stations) do i, station
        wanted = middle .+ AHEAD .* unit(pilot.heading .+ station)
        direction = pilot.heading .+ BOUND / AHEAD .* (wanted .- view(X, :, i)) .+ STRAY .* randn(pilot.rng, 3)
        view(X, :, i) .+ speed .* unit(direction)
    end
    return reduce(hcat, positions)
end

"""
    lead!(pilot, swarm, frame, speed)

Sends the next position of each leader, unless too many requests are pending.
"""
function lead!(pilot::Pilot, swarm, frame, speed)
    filter!(r -> r.status === :pending, pilot.pending)
    isempty(pilot.leaders) && return nothing
    length(pilot.pending) + length(pilot.leaders) <= MOST_PENDING || return nothing
    turn_path!(pilot, pilot.step == 0 ? 1 : frame.step - pilot.step)
    pilot.step = frame.step
    positions = next_positions(pilot, frame[:position], speed)
    append!(pilot.pending, [request(swarm, :place, i - 1, positions[:, k]...) for (k, i) in enumerate(pilot.leaders)])
    pilot.answered += 1
    return nothing
end

# ----------------------------------------------------------------------------------------------------------- the search

# The leaders, from positions alone (`3 x N x T`). The search does not know which agents are steered.

const LEAD_DELAYS = 24               # steps
const LEAST_ALIKE = 0.3              # correlation of a pair that counts
const LEAD_LAG, LEAD_HISTORY = 5, 3  # of transfer entropy, in steps

motions(P) = P[:, :, 2:end] .- P[:, :, 1:(end - 1)]

"The mean number of steps by which each agent is ahead of the others."
mean_leads(P) = net_leadership(leadership(motions(P); delays=LEAD_DELAYS); least=LEAST_ALIKE)

"The transfer entropy from each agent to each other, in nats, `N x N`."
entropies(P) = transfer_entropy(headings(motions(P)); lag=LEAD_LAG, history=LEAD_HISTORY)

"For each agent, the transfer entropy to the others minus that from the others."
net_entropy(entropy) = vec(sum(entropy; dims=2) .- sum(entropy; dims=1)')

largest(values, count) = sort(sortperm(values; rev=true)[1:count])
found_count(values, planted) = length(intersect(largest(values, length(planted)), planted))
