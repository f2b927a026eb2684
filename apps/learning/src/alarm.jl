# Detects a change of a code: its distance from its running mean, in units of its running standard deviation.

const ALARM_MEMORY = 500.0 # codes
const HELD_BACK = 120      # codes that are not in the baseline yet, so that it does not follow a change at once
const LEAST_SEEN = 200     # codes in the baseline before any is judged
const UNUSUAL = 4.0        # standard deviations, as root mean square over the numbers
const IN_A_ROW = 5         # unusual codes that raise the alarm

mutable struct Alarm
    means::Vector{Float64}
    variances::Vector{Float64}
    seen::Int
    held_back::Vector{Vector{Float64}}
    unusual::Int # codes in a row
end

Alarm(numbers) = Alarm(zeros(numbers), zeros(numbers), 0, Vector{Float64}[], 0)

function update_baseline!(a::Alarm, code)
    a.seen += 1
    share = max(1 / a.seen, 1 / ALARM_MEMORY)
    for j in eachindex(code)
        off = code[j] - a.means[j]
        a.means[j] += share * off
        a.variances[j] += share * (off^2 * (1 - share) - a.variances[j])
    end
end

"The distance of the code from the baseline; NaN until the baseline has enough codes."
function distance!(a::Alarm, code)
    push!(a.held_back, code)
    length(a.held_back) > HELD_BACK && update_baseline!(a, popfirst!(a.held_back))
    a.seen >= LEAST_SEEN || return NaN
    distance = sqrt(mean((code[j] - a.means[j])^2 / a.variances[j] for j in eachindex(code)))
    a.unusual = distance > UNUSUAL ? a.unusual + 1 : 0
    return distance
end

is_raised(a::Alarm) = a.unusual >= IN_A_ROW
