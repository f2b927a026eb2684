using Learning: AHEAD, Pilot, next_positions, take_over!, turn_path!, unit
using Learning: entropies, found_count, largest, mean_leads, net_entropy

# Positions (3 x N x T) of agents that follow the path of the first agent, each with its own delay and a little noise.
function trail(rng, delays, T)
    longest = maximum(delays)
    spin, heading, path = zeros(3), [1.0, 0, 0], zeros(3, T + longest)
    for t in 1:(T + longest)
        spin .= 0.97 .* spin .+ 0.01 .* randn(rng, 3)
        heading = unit(heading .+ cross(spin, heading))
        path[:, t] = heading
    end
    steps = cat((path[:, (1 + longest - d):(end - d)] .+ 0.1 .* randn(rng, 3, T) for d in delays)...; dims=3)
    return cumsum(permutedims(steps, (1, 3, 2)); dims=3)
end

@testset "agents_that_turn_first_are_found" begin
    delays = fill(9, 12)
    delays[[3, 8]] .= 0
    P = trail(MersenneTwister(6), delays, 300)
    lead = mean_leads(P)
    @test largest(lead, 2) == [3, 8] && found_count(lead, [3, 8]) == 2 && found_count(lead, [1, 2]) == 0
    @test minimum(lead[[3, 8]]) > 7 && maximum(lead[setdiff(1:12, [3, 8])]) < 0
    entropy = entropies(P)
    @test size(entropy) == (12, 12)
    @test sum(net_entropy(entropy)) ≈ 0 atol = 1e-9
end

@testset "a_pilot_leads_from_ahead_at_the_speed_of_all" begin
    pilot = Pilot(MersenneTwister(7))
    @test norm(pilot.heading) ≈ 1
    take_over!(pilot, [2, 5])
    X = 0.1 .* randn(MersenneTwister(8), 3, 20)
    for step in 1:60 # the other agents stay behind
        turn_path!(pilot, 1)
        positions = next_positions(pilot, X, 0.5)
        @test all(k -> norm(positions[:, k] .- X[:, pilot.leaders[k]]) ≈ 0.5, 1:2)
        X[:, pilot.leaders] = positions
    end
    @test norm(pilot.heading) ≈ 1
    @test all(i -> dot(X[:, i], pilot.heading) > AHEAD, pilot.leaders)
    take_over!(pilot, [1])
    @test size(next_positions(pilot, X, 0.5)) == (3, 1)
end
