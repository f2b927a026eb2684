# The measurements of a run, frame by frame, and the verdict on them.

"Order parameters of one frame; 0 where they are not defined, because no agent moves."
struct FlockOrder
    polarisation::Float64       # 0: headings cancel, 1: all are alike
    rotation::Float64           # 0: no common turning, 1: all circle the centroid
    cohesion::Float64           # mean distance to the centroid, in the positions' unit
    nearest_neighbour::Float64  # mean distance to the nearest other agent
end

FlockOrder(flock::Flock) =
    FlockOrder(or_zero(polarisation(flock)), or_zero(rotation(flock)), cohesion(flock), nearest_neighbour(flock))

or_zero(x) = isnan(x) ? 0.0 : x

"The state of Tunstrom et al. 2013 that the two order parameters name."
state_name(order::FlockOrder) = string(state(order.polarisation, order.rotation))

"The request in the middle of the run, and its receipt."
mutable struct Steering
    parameter::Symbol
    from::Float64
    to::Float64
    frame::Int      # number of frames seen when it was made; 0: not yet
    receipt::String # "applied at step n", or the reason against it; empty until it arrives
    applied::Bool
end

Steering(parameter, to) = Steering(parameter, NaN, to, 0, "", false)

mutable struct RunRecord
    agents::Int
    planned::Int                   # frames of the whole run
    lost::Int
    torn::Int
    latency_ns::Vector{Float64}    # from publishing to Julia
    polarisation::Vector{Float64}
    rotation::Vector{Float64}
    cohesion::Vector{Float64}
    nearest::Vector{Float64}
    error::Vector{Float64}         # of reconstruction
    code::Vector{Vector{Float64}}  # the history of each number
    steering::Steering
end

function RunRecord(agents::Integer, planned::Integer, numbers::Integer, steering::Steering)
    series() = sizehint!(Float64[], planned + 64)
    histories = [series() for _ in 1:numbers]
    return RunRecord(
        agents, planned, 0, 0, series(), series(), series(), series(), series(), series(), histories, steering
    )
end

frame_count(record::RunRecord) = length(record.latency_ns)

function SwarmApps.add!(record::RunRecord, latency_ns, order::FlockOrder, error, code)
    push!(record.latency_ns, latency_ns)
    push!(record.polarisation, order.polarisation)
    push!(record.rotation, order.rotation)
    push!(record.cohesion, order.cohesion)
    push!(record.nearest, order.nearest_neighbour)
    push!(record.error, error)
    for j in eachindex(code)
        push!(record.code[j], code[j])
    end
    return record
end

"Mean reconstruction error of the first and of the last quarter of the frames; NaN below four frames."
function quarters(record::RunRecord)
    quarter = length(record.error) ÷ 4
    quarter == 0 && return (NaN, NaN)
    return (mean(@view record.error[1:quarter]), mean(@view record.error[(end - quarter + 1):end]))
end

"""
The standard deviation of the polarisation of `agents` random headings in 3D: the mean of phi^2 is 1/N, that of phi
sqrt(8/(3 pi N)).

The polarisation wanders slowly, so that a few seconds of it may look steadier than it is; but no flock is steadier than
this.
"""
chance_deviation(agents) = sqrt((1 - 8 / (3 * pi)) / agents)

"""
    effect(record) -> (before, after, deviations)

Mean polarisation in the half of the time before the request and in the last quarter of the run, and their difference in
standard deviations of the former (at least those of chance); NaN while there are no such frames.
"""
function effect(record::RunRecord)
    asked, seen = record.steering.frame, frame_count(record)
    asked >= 4 && seen > asked || return (NaN, NaN, NaN)
    quiet = @view record.polarisation[(asked ÷ 2 + 1):asked]
    last = @view record.polarisation[max(asked + 1, seen - seen ÷ 4 + 1):seen]
    before, after = mean(quiet), mean(last)
    return (before, after, abs(after - before) / max(std(quiet), chance_deviation(record.agents)))
end

# -------------------------------------------------------------------------------------------------------------- verdict

"The counts of the swarm's process, at the other end of the line. Negative: it gave none."
struct SwarmSummary
    latent_frames::Int
    publish_p50_ns::Float64
end

function read_summary(text::AbstractString)
    frames, cost = number_in(text, "latent_frames"), number_in(text, "publish_p50_ns")
    return SwarmSummary(isnan(frames) ? -1 : round(Int, frames), cost)
end

# The number of that name in a flat JSON object, or NaN.
function number_in(text, name)
    found = match(Regex(string('"', name, "\"\\s*:\\s*(-?[0-9.eE+]+)")), text)
    return found === nothing ? NaN : something(tryparse(Float64, found.captures[1]), NaN)
end

const SHARE_OF_FRAMES = 0.95
const ERROR_RATIO = 0.5
const DEVIATIONS = 3

"A line for each check that failed."
function failures(record::RunRecord, swarm::SwarmSummary)
    checks = (torn_failure, frames_failure, latent_failure, learning_failure, steering_failure)
    return String[text for text in (check(record, swarm) for check in checks) if !isempty(text)]
end

function torn_failure(record, _)
    record.torn == 0 && return ""
    return string(record.torn, " of ", frame_count(record), " frames were torn: their stamp does not add up")
end

# Frames that the swarm published while the demo watched.
published(record) = frame_count(record) + record.lost

function frames_failure(record, _)
    published(record) == 0 && return "no frame was seen"
    wanted = SHARE_OF_FRAMES * published(record)
    frame_count(record) >= wanted && return ""
    return string(
        "saw ", frame_count(record), " of ", published(record), " published frames; at least ", ceil(Int, wanted),
        " are wanted",
    )
end

"""
A line if the swarm published fewer frames than planned, else an empty text. This is no failed check: it depends on the
speed of the machine alone.
"""
function slow_note(record::RunRecord)
    published(record) >= SHARE_OF_FRAMES * record.planned && return ""
    return string(
        "note: the swarm published ", published(record), " of ", record.planned,
        " planned frames: this machine was busy, or is too slow for 60 steps per second",
    )
end

function latent_failure(record, swarm)
    wanted = cld(frame_count(record), 2)
    swarm.latent_frames < 0 && return "the swarm gave no summary: whether `latent` reached it is unknown"
    swarm.latent_frames >= max(wanted, 1) && return ""
    return string("`latent` reached the swarm ", swarm.latent_frames, " times; at least ", wanted, " are wanted")
end

function learning_failure(record, _)
    first, last = quarters(record)
    last < ERROR_RATIO * first && return ""
    return string(
        "the reconstruction error did not halve: ", percent(first), " % in the first quarter, ", percent(last),
        " % in the last",
    )
end

function steering_failure(record, _)
    steering = record.steering
    steering.frame == 0 && return string(steering.parameter, " was never steered: the run ended before its middle")
    steering.applied || return string("the request for ", steering.parameter, " was not applied: ", steering.receipt)
    before, after, deviations = effect(record)
    deviations > DEVIATIONS && return ""
    return string(
        "steering ", steering.parameter, " did not move the polarisation: ", fixed(before, 3), " before, ",
        fixed(after, 3), " after, ", fixed(deviations, 1), " standard deviations; more than ", DEVIATIONS,
        " are wanted",
    )
end

"The last line of the demo."
function last_line(record::RunRecord, swarm::SwarmSummary)
    return string(
        "demo: ", frame_count(record), " frames, ", record.lost, " lost, ", record.torn, " torn, latency p50 ",
        microseconds(percentile(record.latency_ns, 0.5)), " us p99 ", microseconds(percentile(record.latency_ns, 0.99)),
        " us, publish cost p50 ", microseconds(swarm.publish_p50_ns), " us",
    )
end

"The numbers of the last line and of the checks, as one JSON object."
function summary_json(record::RunRecord, swarm::SwarmSummary, failed::Vector{String})
    first, last = quarters(record)
    before, after, deviations = effect(record)
    return json(Pair{String,Any}[
        "frames" => frame_count(record), "planned" => record.planned, "lost" => record.lost, "torn" => record.torn,
        "latency_p50_ns" => percentile(record.latency_ns, 0.5), "latency_p99_ns" => percentile(record.latency_ns, 0.99),
        "publish_p50_ns" => swarm.publish_p50_ns, "latent_frames" => swarm.latent_frames,
        "error_first_quarter" => first, "error_last_quarter" => last, "steered" => string(record.steering.parameter),
        "receipt" => record.steering.receipt, "polarisation_before" => before, "polarisation_after" => after,
        "deviations" => deviations, "failed" => failed,
    ])
end
