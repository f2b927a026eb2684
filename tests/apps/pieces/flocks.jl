# Flocks with known answers.

normalised(v) = v ./ sqrt.(sum(abs2, v; dims=1))

random_headings(agents, seed) = normalised(randn(MersenneTwister(seed), 3, agents))
random_positions(agents, seed) = 100 .* rand(MersenneTwister(seed), Float32, 3, agents)

# Agents at equal distances on a circle; all move along it.
function even_ring(agents)
    angles = 2pi .* (0:(agents - 1)) ./ agents
    X = vcat(cos.(angles)', sin.(angles)', zeros(agents)') .+ [3.0, -2.0, 1.0]
    V = vcat(-sin.(angles)', cos.(angles)', zeros(agents)')
    return X, V
end

# Each agent oscillates around its own position while all agents drift along x.
function swinging_agents(agents, frames)
    X = zeros(Float32, 3, agents, frames)
    for t in 1:frames, i in 1:agents, c in 1:3
        pace = 0.02 + 0.03 * abs(sin(7.3 * i + c))
        X[c, i, t] = 50 * sin(12.9 * i + 78.2 * c) + 20 * sin(pace * t + i + c) + (c == 1 ? 0.2 * t : 0.0)
    end
    return X
end
