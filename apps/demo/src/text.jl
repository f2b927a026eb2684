"Numbers as text, without Printf: that would cost most of a second of compilation before the first picture."
module Text

export fixed, grouped, microseconds, percent

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

"A share with about two significant digits: 0.031 is 3.1."
percent(share::Real)::String = fixed(100 * share, share < 0.001 ? 3 : share < 0.01 ? 2 : share < 0.1 ? 1 : 0)

end
