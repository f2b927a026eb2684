# Whether a code is still what it was: its distance from its running mean, in units of its running spread.

const ALARM_MEMORY = 500.0 # codes
const HELD_BACK = 120      # codes: a change must not pass for usual while it is going on
const LEAST_SEEN = 200     # codes, before anything is unusual
const UNUSUAL = 4.0        # spreads, in the root mean square over the numbers
const IN_A_ROW = 5         # codes

mutable struct Alarm
    means::Vector{Float64}
    variances::Vector{Float64}
    seen::Int
    held_back::Vector{Vector{Float64}}
    loud::Int # unusual codes in a row
end

Alarm(numbers) = Alarm(zeros(numbers), zeros(numbers), 0, Vector{Float64}[], 0)

function get_used_to!(a::Alarm, code)
    a.seen += 1
    share = max(1 / a.seen, 1 / ALARM_MEMORY)
    for j in eachindex(code)
        off = code[j] - a.means[j]
        a.means[j] += share * off
        a.variances[j] += share * (off^2 * (1 - share) - a.variances[j])
    end
end

"How unusual the code is; NaN until enough was seen."
function hear!(a::Alarm, code)
    push!(a.held_back, code)
    length(a.held_back) > HELD_BACK && get_used_to!(a, popfirst!(a.held_back))
    a.seen >= LEAST_SEEN || return NaN
    distance = sqrt(mean((code[j] - a.means[j])^2 / a.variances[j] for j in eachindex(code)))
    a.loud = distance > UNUSUAL ? a.loud + 1 : 0
    return distance
end

is_ringing(a::Alarm) = a.loud >= IN_A_ROW
