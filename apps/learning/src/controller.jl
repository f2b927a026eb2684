# Control: a response is measured, a PI controller steers it, and the receipts of its requests are followed.

"""
The effect of a steered value: `gain`, the change of the response per unit, and `lag`, the steps until 63 % of a change
are reached.
"""
struct Response
    gain::Float64
    lag::Float64
end

const SMOOTHED = 10 # steps

smooth(values, k) = mean(@view values[max(1, k - SMOOTHED + 1):k])

"""
    measured_response(before, after, change) -> Response

The response in two series: with a constant value, and from the step on that changed the value by `change`. The second
half of each series counts as settled.
"""
function measured_response(before, after, change)
    from, to = map(series -> mean(@view series[(end ÷ 2 + 1):end]), (before, after))
    reached = findfirst(k -> abs(smooth(after, k) - from) >= 0.63 * abs(to - from), eachindex(after))
    lag = max(1, something(reached, length(after)) - SMOOTHED / 2)
    return Response((to - from) / change, lag)
end

mutable struct Controller
    proportional::Float64
    integral::Float64     # per step
    low::Float64
    high::Float64
    bias::Float64         # the output at an error of zero, so far
end

const AGGRESSION = 0.5 # 1: the loop is as fast as the response itself

"""
    Controller(response, low, high, start)

Tuned by lambda tuning (Dahlin 1968; Rivera, Morari & Skogestad 1986): the integral action cancels the response's lag.
Its output stays within `low` and `high`, and begins at `start`.
"""
function Controller(response::Response, low, high, start)
    proportional = AGGRESSION / response.gain
    return Controller(proportional, proportional / response.lag, low, high, start)
end

"The value to steer to for an `error` of the response (wanted minus measured)."
function steer_by!(c::Controller, error)
    wanted = c.bias + c.proportional * error + c.integral * error
    value = clamp(wanted, c.low, c.high)
    value == wanted && (c.bias += c.integral * error) # at a limit, the integral does not grow
    return value
end

# ------------------------------------------------------------------------------------------------------------- requests

struct PendingRequest
    receipt::Receipt
    seq::Int           # of the frame that caused it
    publish_ns::UInt64 # of that frame
end

"Requests that were caused by frames, and when they came into force."
mutable struct RequestLog
    pending::Vector{PendingRequest}
    reaction_ns::Vector{Float64}  # from publishing the frame to making the request
    latency_ns::Vector{Float64}   # from publishing the frame to publishing the first frame that shows the effect
    delay::Vector{Int}            # the same in frames
    superseded::Int
end

RequestLog() = RequestLog([], Float64[], Float64[], Int[], 0)

const MOST_PENDING = 12 # of the 16 that a reader may have

"Requests `name => value` because of the frame, unless too many requests are pending."
function request_for!(log::RequestLog, swarm, frame, change::Pair)
    length(log.pending) < MOST_PENDING || return false
    push!(log.pending, PendingRequest(request(swarm, change), frame.seq, frame.publish_time_ns))
    push!(log.reaction_ns, 1e9 * age(frame))
    return true
end

"Records the requests whose effect the frame is the first to show."
function record_effects!(log::RequestLog, frame)
    filter!(log.pending) do made
        status = made.receipt.status
        status === :superseded && (log.superseded += 1)
        status === :applied || return status === :pending
        made.receipt.seq > frame.seq && return true
        push!(log.delay, made.receipt.seq - made.seq)
        made.receipt.seq == frame.seq && push!(log.latency_ns, Float64(frame.publish_time_ns - made.publish_ns))
        return false
    end
    return nothing
end
