using Learning: LEAST, PairResponse, RuleObserver, ZoneSearch, distances, fit_zones, in_hats, observe!

# A separate zone model that compares all pairs of agents: an agent's mass times its change of velocity is the sum of
# the force terms.
struct Zones
    separation::Float64
    alignment::Float64
    cohesion::Float64
    low::Float64
    high::Float64
    radius::Float64
end

function force_of(z::Zones, X, V, i)
    force = zeros(3)
    for j in 1:size(X, 2)
        way = X[:, j] - X[:, i]
        d = norm(way)
        0 < d < z.radius || continue
        q = d^2 / z.radius^2
        t = q < z.high ? (q - z.low) / (z.high - z.low) : (q - z.high) / (1 - z.high)
        q < z.low && (force -= (z.low / q - 1) * z.separation * way / d)
        z.low <= q < z.high && (force += (1 - (0.5cos(2pi * t) + 0.5)) * z.alignment * V[:, j] / norm(V[:, j]))
        z.high <= q && (force += (1 - (-0.5cos(2pi * t) + 0.5)) * z.cohesion * way / d)
    end
    return force
end

# A random flock, and the same flock one step later.
function two_frames(rng, z, agents)
    X, V = 60cbrt(agents) .* rand(rng, 3, agents), randn(rng, 3, agents)
    mass = 2 .+ 1.5 .* rand(rng, agents)
    after = V + reduce(hcat, (force_of(z, X, V, i) ./ mass[i] for i in 1:agents))
    return X, V, X + after, after, mass
end

# Each pair of frames shows another flock.
function learn_from!(o, rng, z, rounds)
    for _ in 1:rounds
        X, V, X2, V2, mass = two_frames(rng, z, 400)
        fill!(o.fastest, 100.0) # no agent is known to be at its limit
        o.seq = -1
        observe!(o, 1, X, V, mass)
        fill!(o.fastest, 100.0)
        observe!(o, 2, X2, V2, mass)
    end
    return fit_zones(ZoneSearch(o.response, LEAST), o.response)
end

@testset "the_rules_of_a_zone_model_are_recovered_and_followed" begin
    rng = MersenneTwister(3)
    o = RuleObserver(128, 12.0)
    o.fastest = fill(100.0, 400)
    for z in (
        Zones(0.002, 0.001, 0.003, 0.3, 0.7, 100), Zones(0.002, 0.004, 0.003, 0.3, 0.7, 100),
        Zones(0.01, 0.004, 0.003, 0.5, 0.8, 90),
    )
        fit = learn_from!(o, rng, z, 60)
        @test fit.separation ≈ z.separation rtol = 0.03
        @test fit.alignment ≈ z.alignment rtol = 0.03
        @test fit.cohesion ≈ z.cohesion rtol = 0.03
        @test fit.low ≈ z.low atol = 0.01
        @test fit.high ≈ z.high atol = 0.01
        @test fit.neighbourhood ≈ z.radius rtol = 0.01
        @test fit.explained > 0.95
    end
end

@testset "agents_at_their_maximum_speed_are_not_learned_from" begin
    rng = MersenneTwister(4)
    o = RuleObserver(128, 10.0)
    X, V, X2, V2, mass = two_frames(rng, Zones(0.002, 0.001, 0.003, 0.3, 0.7, 100), 400)
    observe!(o, 1, X, V, mass)
    o.fastest .= 0 # so that each agent is at its highest speed so far
    observe!(o, 2, X2, V2, mass)
    @test o.response.power == 0
end

@testset "frames_that_do_not_follow_each_other_are_not_compared" begin
    rng = MersenneTwister(5)
    o = RuleObserver(16, 10.0)
    X, V, X2, V2, mass = two_frames(rng, Zones(0.002, 0.001, 0.003, 0.3, 0.7, 100), 100)
    @test !observe!(o, 1, X, V, mass)
    @test !observe!(o, 3, X2, V2, mass)
    @test observe!(o, 4, X2, V2, mass)
end

@testset "hats_carry_a_function_that_is_a_sum_of_hats" begin
    r = PairResponse(30.0, 1.5, 10.0, 4)
    f(d) = max(0.0, 1 - abs(d - 15) / 12)
    @test in_hats(f, r, 0.0) ≈ f.(distances(r)) atol = 0.01
end
