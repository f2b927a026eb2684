# A few agents of a live swarm, steered: they follow a path of their own, the others follow them.
#
# What the swarm offers for that is `place`: an agent's next position. Its velocity stays what the model makes it, so that the others,
# who align with velocities, notice the steered ones by where they are alone.

const AHEAD = 4.0     # how far from the middle of the others
const BOUND = 0.5     # how strongly to there, over the wish to go on
const SCATTER = 0.3   # of their stations, over AHEAD
const STRAY = 0.1     # of their headings, in a step
const TURNING = 0.04  # rad per step, of the path
const PERSISTENCE = 0.98

mutable struct Pilot
    rng::MersenneTwister
    leaders::Vector{Int}             # the agents' columns
    stations::Vector{Vector{Float64}} # directions of each from the path's, over AHEAD
    heading::Vector{Float64}
    spin::Vector{Float64}
    step::Int                        # the newest that was answered
    pending::Vector{Receipt}
    placed::Int
end

Pilot(rng) = Pilot(rng, Int[], [], unit(randn(rng, 3)), zeros(3), 0, Receipt[], 0)

unit(v) = v ./ norm(v)

"From now on these agents are steered, and nobody else."
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

"Where each leader goes in the next step, `3 x leaders`, from everybody's positions."
function next_places(pilot::Pilot, X, speed)
    others = setdiff(1:size(X, 2), pilot.leaders)
    middle = vec(mean(view(X, :, others); dims=2))
    places = map(pilot.leaders, pilot.stations) do i, station
        wanted = middle .+ AHEAD .* unit(pilot.heading .+ station)
        wish = pilot.heading .+ BOUND / AHEAD .* (wanted .- view(X, :, i)) .+ STRAY .* randn(pilot.rng, 3)
        view(X, :, i) .+ speed .* unit(wish)
    end
    return reduce(hcat, places)
end

"""
    lead!(pilot, swarm, frame, speed)

Answers the frame, unless too many answers are on their way.
"""
function lead!(pilot::Pilot, swarm, frame, speed)
    filter!(r -> r.status === :pending, pilot.pending)
    isempty(pilot.leaders) && return nothing
    length(pilot.pending) + length(pilot.leaders) <= MOST_PENDING || return nothing
    turn_path!(pilot, pilot.step == 0 ? 1 : frame.step - pilot.step)
    pilot.step = frame.step
    places = next_places(pilot, frame[:position], speed)
    append!(pilot.pending, [request(swarm, :place, i - 1, places[:, k]...) for (k, i) in enumerate(pilot.leaders)])
    pilot.placed += 1
    return nothing
end
