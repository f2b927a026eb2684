"""
    digamma(x) -> Float64

ψ(x), the derivative of ln Γ(x), for x > 0, accurate to about 1e-14. The recurrence ψ(x) = ψ(x + 1) - 1/x leads to x >= 10,
where the asymptotic series is used. Throws a `DomainError` for other x. Source: Abramowitz & Stegun, 6.3.5 and 6.3.18.
"""
function digamma(x::Real)
    x > 0 || throw(DomainError(x, "digamma needs a positive number"))
    value, x = 0.0, Float64(x)
    while x < 10
        value -= 1 / x
        x += 1
    end
    s = 1 / x^2
    series = s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - s * 691 / 32760)))))
    return value + log(x) - 1 / (2x) - series
end
