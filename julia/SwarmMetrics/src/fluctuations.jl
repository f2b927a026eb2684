# Fluctuations of an order parameter over time.

"""
    susceptibility(series, agents) -> Float64

The susceptibility χ = N (⟨φ²⟩ - ⟨φ⟩²) of a series of an order parameter of N = `agents` agents, such as
[`polarisation`](@ref) over time. It measures the fluctuations of the order and peaks at a transition. NaN without samples.

Successive frames are correlated: the mean is right, but an error bar from the number of frames is too small. Source: Binder
& Heermann, Monte Carlo Simulation in Statistical Physics.
"""
function susceptibility(series, agents::Integer)
    mean = sum(series) / length(series)
    # A sum over deviations: the difference of two squares would lose the digits of a narrow series.
    return agents * sum(phi -> (phi - mean)^2, series) / length(series)
end

"""
    binder(series) -> Float64

Binder's cumulant G = 1 - ⟨φ⁴⟩ / (3⟨φ²⟩²) of a series of an order parameter. It is 2/3 for a constant φ (order), and tends
to 1/3 for a random order parameter of two components (disorder in 2D) and to 4/9 for three components. The curves of groups
of different sizes cross at a transition, and a negative minimum indicates a discontinuous transition. Source: Binder, Z.
Phys. B 43 (1981) 119.
"""
function binder(series)
    second = sum(phi -> phi^2, series) / length(series)
    fourth = sum(phi -> phi^4, series) / length(series)
    return 1 - fourth / (3 * second^2)
end
