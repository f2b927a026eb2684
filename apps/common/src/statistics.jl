# Means, percentiles, standard errors.

"The smallest of the values that is at least as large as that share of them (0 to 1); NaN without values."
function percentile(values, share::Real)::Float64
    isempty(values) && return NaN
    return Float64(sort(values)[clamp(ceil(Int, share * length(values)), 1, length(values))])
end

"The standard error of the mean of independent values; NaN for fewer than two."
standard_error(values) = length(values) < 2 ? NaN : std(values) / sqrt(length(values))

"A mean that keeps none of its samples: [`add!`](@ref) adds one."
mutable struct RunningMean
    count::Int
    sum::Float64
end

RunningMean() = RunningMean(0, 0.0)
add!(r::RunningMean, x) = (r.count += 1; r.sum += x; r)
Statistics.mean(r::RunningMean) = r.sum / r.count
