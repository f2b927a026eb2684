# The states of a school, and the time spent in each.

const STATES = (:polarised, :milling, :swarm, :transitional)

"""
    state(polarisation, rotation) -> Symbol
    state(flock or frame)

The state of a school by its polarisation φ and rotation M: `:polarised` (φ > 0.65 and M < 0.35), `:milling` (φ < 0.35
and M > 0.65), `:swarm` (both below 0.35), else `:transitional`. Source: Tunstrøm et al., PLoS Comput. Biol. 9 (2013)
e1002915.
"""
function state(polarisation::Real, rotation::Real)
    polarisation > 0.65 && rotation < 0.35 && return :polarised
    polarisation < 0.35 && rotation > 0.65 && return :milling
    polarisation < 0.35 && rotation < 0.35 && return :swarm
    return :transitional
end
state(flock::Flock) = state(polarisation(flock), rotation(flock))
state(frame::Moment; box=nothing) = state(polarisation(frame), rotation(frame; box=box))

"""
    DwellTimes()
    push!(dwell, state, time)

Collects how long a group stays in each state. `push!` adds the state of each frame with its time (s); times must not
decrease, else it throws an `ArgumentError`. [`share`](@ref), [`mean_dwell`](@ref) and [`visits`](@ref) evaluate the
data.

The time between two frames counts for the state of the earlier one. The present stay counts in `share`, but not in
`mean_dwell`.
"""
mutable struct DwellTimes
    state::Symbol                # the present state
    since::Float64               # the start of the present stay
    until::Float64               # the newest time
    began::Float64               # the first time
    total::Dict{Symbol,Float64}  # time in finished stays
    stays::Dict{Symbol,Int}      # number of finished stays
end

DwellTimes() = DwellTimes(:none, NaN, NaN, NaN, Dict{Symbol,Float64}(), Dict{Symbol,Int}())

function Base.push!(dwell::DwellTimes, state::Symbol, time::Real)
    if dwell.state === :none
        dwell.began = dwell.since = time
    elseif time < dwell.until
        throw(ArgumentError("times must not decrease: $time is before $(dwell.until)"))
    elseif state !== dwell.state
        dwell.total[dwell.state] = get(dwell.total, dwell.state, 0.0) + (time - dwell.since)
        dwell.stays[dwell.state] = visits(dwell, dwell.state; finished=true) + 1
        dwell.since = time
    end
    dwell.state = state
    dwell.until = time
    return dwell
end

"""
    share(dwell, state) -> Float64

The share of the whole time spent in a state, 0 to 1; NaN before two times were pushed.
"""
function share(dwell::DwellTimes, state::Symbol)
    spent = get(dwell.total, state, 0.0) + (state === dwell.state ? dwell.until - dwell.since : 0.0)
    return spent / (dwell.until - dwell.began)
end

"""
    mean_dwell(dwell, state) -> Float64

The mean duration of the finished stays in a state, in the unit of the times; NaN if there was none.
"""
mean_dwell(dwell::DwellTimes, state::Symbol) = get(dwell.total, state, 0.0) / visits(dwell, state; finished=true)

"""
    visits(dwell, state; finished=false) -> Int

The number of times that a state was entered; with `finished=true`, the number of times that it was left.
"""
function visits(dwell::DwellTimes, state::Symbol; finished::Bool=false)
    return get(dwell.stays, state, 0) + (!finished && state === dwell.state)
end
