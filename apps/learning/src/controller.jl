# A PI controller, and the measuring of what it controls.

"How a steered value acts: `gain`, the change of the response per unit of it, and `lag`, the steps until 63 % of a change are there."
struct Response
    gain::Float64
    lag::Float64
end

const SMOOTHED = 10 # steps

smooth(values, k) = mean(@view values[max(1, k - SMOOTHED + 1):k])

"""
    measured_response(before, after, change) -> Response

Of two series of the response: while the value was constant, and from the step on at which it was changed by `change`. Their second halves
count as settled.
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
    bias::Float64         # the value where the error is zero, so far
end

const AGGRESSION = 0.5 # 1: the loop is as fast as the response itself

"""
    Controller(response, low, high, start)

Tuned by lambda tuning (Dahlin 1968; Rivera, Morari & Skogestad 1986): the integral action cancels the response's lag. What it asks for
stays in `low` to `high`, and begins at `start`.
"""
function Controller(response::Response, low, high, start)
    proportional = AGGRESSION / response.gain
    return Controller(proportional, proportional / response.lag, low, high, start)
end

"The value to steer to, when the response is off by `error` (wanted minus measured)."
function steer_by!(c::Controller, error)
    wanted = c.bias + c.proportional * error + c.integral * error
    value = clamp(wanted, c.low, c.high)
    value == wanted && (c.bias += c.integral * error) # no winding up at the limits
    return value
end
