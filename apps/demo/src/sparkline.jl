"Curves of one line of text."
module Sparkline

export sparkline, columns

const BLOCKS = ('▁', '▂', '▃', '▄', '▅', '▆', '▇', '█')

"The block whose height is `share` (0 to 1) of a line; a space for NaN."
function block(share::Real)
    isnan(share) && return ' '
    return BLOCKS[clamp(1 + floor(Int, 8 * share), 1, 8)]
end

"""
    columns(values, first, last, width) -> Vector{Float64}

Means of `values[first:last]` in `width` equal parts; NaN where a part lies beyond the values there are.
"""
function columns(values::Vector{Float64}, first::Integer, last::Integer, width::Integer)
    means = fill(NaN, width)
    span = (last - first + 1) / width
    for k in 1:width
        from = first + floor(Int, (k - 1) * span)
        to = min(max(from, first + floor(Int, k * span) - 1), length(values))
        from = max(from, 1)
        from <= to || continue
        means[k] = sum(@view values[from:to]) / (to - from + 1)
    end
    return means
end

"The curve of `values` with `low` at the bottom and `high` at the top; a space for each NaN."
function sparkline(values::Vector{Float64}, low::Real, high::Real)::String
    range = high > low ? Float64(high - low) : 1.0
    return String([block((v - low) / range) for v in values])
end

end
