"What one run saw, frame by frame, and what it adds up to."
module Record

using Statistics: mean, std
using ..Order: FlockOrder

export RunRecord, Steering, add!, frames, quarters, effect, percentile

"The request in the middle of the run, and its receipt."
mutable struct Steering
    parameter::Symbol
    from::Float64
    to::Float64
    frame::Int      # number of frames seen when it was asked; 0: not yet
    receipt::String # "applied at step n", or why it was not; empty while it is awaited
    applied::Bool
end

Steering(parameter, to) = Steering(parameter, NaN, to, 0, "", false)

mutable struct RunRecord
    agents::Int
    planned::Int                   # frames that the run should bring
    lost::Int
    torn::Int
    latency_ns::Vector{Float64}    # from publishing to being seen
    polarisation::Vector{Float64}
    rotation::Vector{Float64}
    cohesion::Vector{Float64}
    nearest::Vector{Float64}
    error::Vector{Float64}         # of reconstruction
    code::Vector{Vector{Float64}}  # of each code number its history
    steering::Steering
end

function RunRecord(agents::Integer, planned::Integer, numbers::Integer, steering::Steering)
    series() = sizehint!(Float64[], planned + 64)
    histories = [series() for _ in 1:numbers]
    return RunRecord(agents, planned, 0, 0, series(), series(), series(), series(), series(), series(), histories, steering)
end

frames(record::RunRecord) = length(record.latency_ns)

function add!(record::RunRecord, latency_ns, order::FlockOrder, error, code)
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

"The value below which that share of `values` lies; NaN if there are none."
function percentile(values::Vector{Float64}, share::Real)
    isempty(values) && return NaN
    return sort(values)[clamp(ceil(Int, share * length(values)), 1, length(values))]
end

"Mean reconstruction error of the first and of the last quarter of the frames; NaN below four frames."
function quarters(record::RunRecord)
    quarter = length(record.error) ÷ 4
    quarter == 0 && return (NaN, NaN)
    return (mean(@view record.error[1:quarter]), mean(@view record.error[(end - quarter + 1):end]))
end

"""
The standard deviation of the polarisation of `agents` random headings in 3D: of phi^2 the mean is 1/N, of phi sqrt(8/(3 pi N)).

The polarisation wanders slowly, so that a few seconds of it may look steadier than it is; but no flock is steadier than this.
"""
chance_deviation(agents) = sqrt((1 - 8 / (3 * pi)) / agents)

"""
    effect(record) -> (before, after, deviations)

Mean polarisation in the half of the time before the request and in the last quarter of the run, and their difference in
standard deviations of the former (at least those of chance); NaN while there are no such frames.
"""
function effect(record::RunRecord)
    asked, seen = record.steering.frame, frames(record)
    asked >= 4 && seen > asked || return (NaN, NaN, NaN)
    quiet = @view record.polarisation[(asked ÷ 2 + 1):asked]
    last = @view record.polarisation[max(asked + 1, seen - seen ÷ 4 + 1):seen]
    before, after = mean(quiet), mean(last)
    return (before, after, abs(after - before) / max(std(quiet), chance_deviation(record.agents)))
end

end
