"What a run must have shown, and the line that closes it."
module Verdict

using ..Record
using ..Text

export SwarmSummary, failures, last_line, summary_json, read_summary

"What the swarm process counted: the other end of the line. Negative: it did not say."
struct SwarmSummary
    latent_frames::Int
    publish_p50_ns::Float64
end

"The number of that name in a flat JSON object, or `missing`."
function number_in(json::AbstractString, name::AbstractString)
    found = match(Regex(string('"', name, "\"\\s*:\\s*(-?[0-9.eE+]+)")), json)
    return found === nothing ? missing : something(tryparse(Float64, found.captures[1]), missing)
end

function read_summary(json::AbstractString)
    frames = number_in(json, "latent_frames")
    cost = number_in(json, "publish_p50_ns")
    return SwarmSummary(frames === missing ? -1 : round(Int, frames), cost === missing ? NaN : cost)
end

const SHARE_OF_FRAMES = 0.95
const ERROR_RATIO = 0.5
const DEVIATIONS = 3

"One line for each thing that the run did not show."
function failures(record::RunRecord, swarm::SwarmSummary)
    checks = (torn_failure, frames_failure, latent_failure, learning_failure, steering_failure)
    return String[text for text in (check(record, swarm) for check in checks) if !isempty(text)]
end

function torn_failure(record, _)
    record.torn == 0 && return ""
    return string(record.torn, " of ", frames(record), " frames were torn: their stamp does not add up")
end

function frames_failure(record, _)
    wanted = SHARE_OF_FRAMES * record.planned
    frames(record) >= wanted && return ""
    return string("saw ", frames(record), " of ", record.planned, " frames; at least ", ceil(Int, wanted), " are wanted")
end

function latent_failure(record, swarm)
    wanted = cld(frames(record), 2)
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
        fixed(after, 3), " after, ", fixed(deviations, 1), " standard deviations; more than ", DEVIATIONS, " are wanted",
    )
end

"The closing line."
function last_line(record::RunRecord, swarm::SwarmSummary)
    return string(
        "demo: ", frames(record), " frames, ", record.lost, " lost, ", record.torn, " torn, latency p50 ",
        microseconds(percentile(record.latency_ns, 0.5)), " us p99 ", microseconds(percentile(record.latency_ns, 0.99)),
        " us, publish cost p50 ", microseconds(swarm.publish_p50_ns), " us",
    )
end

json(x::Real) = isfinite(x) ? string(x) : "null"
json(x::AbstractString) = string('"', escape_string(x), '"')
json(list::Vector{String}) = string("[", join(map(json, list), ","), "]")

"Everything the last line and the checks are made of, as one JSON object."
function summary_json(record::RunRecord, swarm::SwarmSummary, failed::Vector{String})
    first, last = quarters(record)
    before, after, deviations = effect(record)
    members = (
        "frames" => frames(record), "planned" => record.planned, "lost" => record.lost, "torn" => record.torn,
        "latency_p50_ns" => percentile(record.latency_ns, 0.5), "latency_p99_ns" => percentile(record.latency_ns, 0.99),
        "publish_p50_ns" => swarm.publish_p50_ns, "latent_frames" => swarm.latent_frames,
        "error_first_quarter" => first, "error_last_quarter" => last, "steered" => string(record.steering.parameter),
        "receipt" => record.steering.receipt, "polarisation_before" => before, "polarisation_after" => after,
        "deviations" => deviations, "failed" => failed,
    )
    return string("{", join((string(json(k), ":", json(v)) for (k, v) in members), ","), "}")
end

end
