# What a series of an order parameter says.

"""
    susceptibility(series, agents) -> Float64

χ = N (⟨φ²⟩ - ⟨φ⟩²) of a series of an order parameter of `agents` agents, such as [`polarisation`](@ref) over time: how strongly the
order answers to chance; it peaks at the transition. Successive frames are correlated: the mean is right, an error bar from their
number is not. NaN for no samples. Source: Binder & Heermann, Monte Carlo Simulation in Statistical Physics.
"""
function susceptibility(series, agents::Integer)
    mean = sum(series) / length(series)
    # Of deviations: the difference of two squares loses what a narrow series has to say.
    return agents * sum(phi -> (phi - mean)^2, series) / length(series)
end

"""
    binder(series) -> Float64

G = 1 - ⟨φ⁴⟩ / (3⟨φ²⟩²) of a series of an order parameter, Binder's cumulant: 2/3 where φ stands still (order), towards 1/3 where a
two-component order parameter is random (2D disorder), 4/9 for three components; curves of different sizes meet at the transition, and a
negative dip tells a discontinuous one. Source: Binder, Z. Phys. B 43 (1981) 119.
"""
function binder(series)
    second = sum(phi -> phi^2, series) / length(series)
    fourth = sum(phi -> phi^4, series) / length(series)
    return 1 - fourth / (3 * second^2)
end
