# Means and what they are worth.

mean(values) = sum(values) / length(values)

"Standard deviation of the values; NaN for fewer than two."
function deviation(values)
    length(values) < 2 && return NaN
    m = mean(values)
    return sqrt(sum(v -> (v - m)^2, values) / (length(values) - 1))
end

"Standard error of the mean of independent runs; NaN for fewer than two."
standard_error(values) = deviation(values) / sqrt(length(values))

# A mean that needs no memory of its samples.
mutable struct Running
    count::Int
    sum::Float64
end

Running() = Running(0, 0.0)
add!(r::Running, x) = (r.count += 1; r.sum += x; r)
mean(r::Running) = r.sum / r.count
