# Numbers, curves and JSON as text. Without Printf, which takes Julia most of a second to compile.

"`x` with that many digits after the point."
function fixed(x::Real, digits::Integer)::String
    isfinite(x) || return isnan(x) ? "-" : (x > 0 ? "inf" : "-inf")
    abs(x) < 1e15 || return string(x)
    scaled = round(Int, abs(x) * 10.0^digits)
    whole, part = divrem(scaled, 10^digits)
    sign = x < 0 && scaled > 0 ? "-" : ""
    return digits == 0 ? string(sign, whole) : string(sign, whole, ".", lpad(string(part), digits, '0'))
end

"A count with its thousands set apart: 10,000."
function grouped(n::Integer)::String
    digits = string(abs(n))
    text = ""
    while length(digits) > 3
        text = string(",", digits[(end - 2):end], text)
        digits = digits[1:(end - 3)]
    end
    return string(n < 0 ? "-" : "", digits, text)
end

"Nanoseconds in microseconds, with a digit after the point below 10."
microseconds(ns::Real)::String = fixed(ns / 1e3, ns < 1e4 ? 1 : 0)

"A share in percent with about two significant digits: 0.031 is 3.1."
percent(share::Real)::String = fixed(100 * share, share < 0.001 ? 3 : share < 0.01 ? 2 : share < 0.1 ? 1 : 0)

"Three digits after the point, or for smaller numbers one digit and the power of ten: 0.042, 4e-5."
function short(x::Real)::String
    (iszero(x) || abs(x) >= 0.0095 || !isfinite(x)) && return fixed(x, 3)
    power = floor(Int, log10(abs(x)))
    digit = round(Int, abs(x) / 10.0^power)
    digit == 10 && ((digit, power) = (1, power + 1))
    return string(x < 0 ? "-" : "", digit, "e", power)
end

# --------------------------------------------------------------------------------------------------------------- curves

const BLOCKS = ('▁', '▂', '▃', '▄', '▅', '▆', '▇', '█')

"The curve of `values` with `low` at the bottom and `high` at the top; a space for each NaN."
function sparkline(values::Vector{Float64}, low::Real, high::Real)::String
    range = high > low ? Float64(high - low) : 1.0
    return String([block((v - low) / range) for v in values])
end

block(share) = isnan(share) ? ' ' : BLOCKS[clamp(1 + floor(Int, 8 * share), 1, 8)]

"""
    column_means(values, first, last, width) -> Vector{Float64}

Means of `values[first:last]` in `width` equal parts; NaN where a part lies beyond the values.
"""
function column_means(values::Vector{Float64}, first::Integer, last::Integer, width::Integer)
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

# ----------------------------------------------------------------------------------------------------------------- JSON

"""
    json(x) -> String

JSON of a number (`null` if it is not finite), a text, a truth value, `missing`, a list, or a list of pairs, which
becomes an object.
"""
json(x::Bool)::String = string(x)
json(x::Real)::String = isfinite(x) ? string(x) : "null"
json(::Missing)::String = "null"
json(list::AbstractVector)::String = string("[", join(map(json, list), ","), "]")
json(members::AbstractVector{<:Pair})::String =
    string("{", join(map(((k, v),) -> string(json(k), ":", json(v)), members), ","), "}")

function json(text::AbstractString)::String
    out = IOBuffer()
    for c in text
        if c in ('"', '\\')
            print(out, '\\', c)
        elseif c < ' ' || c == '\x7f'
            print(out, "\\u", string(UInt32(c); base=16, pad=4))
        else
            print(out, c)
        end
    end
    return string('"', String(take!(out)), '"')
end
