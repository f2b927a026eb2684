@testset "an even ring with tangential headings has no polarisation and full rotation" begin
    X, V = even_ring(60)
    @test polarisation(V) < 1e-12
    @test rotation(X, V) ≈ 1
end

@testset "agents with one heading are fully polarised, whatever their speeds" begin
    V = Float32[1, 2, -2] .* Float32.((1:50)' ./ 7)
    @test polarisation(V) ≈ 1 atol = 1e-6
end

@testset "random headings have the exact mean square 1/N and the asymptotic means" begin
    agents, samples = 100, 400
    phis = [polarisation(random_headings(agents, seed)) for seed in 1:samples]
    turns = [rotation(random_headings(agents, 1000 + seed), random_headings(agents, seed)) for seed in 1:samples]
    average(values) = sum(values) / samples
    @test average(phis .^ 2) ≈ 1 / agents rtol = 0.12
    @test average(phis) ≈ sqrt(8 / (3pi * agents)) rtol = 0.06
    @test average(turns) ≈ 4 / (3 * sqrt(pi * agents)) rtol = 0.06
end

@testset "agents at rest and at the centroid are not counted" begin
    V = [1.0 0 1; 0 0 0; 0 0 0]
    @test polarisation(V) ≈ 1
    @test polarisation(zeros(3, 5)) == 0
    X = [1.0 0 -1; 0 0 0; 0 0 0]
    @test rotation(X, [0.0 5 0; 1 0 -1; 0 0 0]) ≈ 1
end

@testset "cohesion is the mean distance to the centroid" begin
    @test cohesion([1.0 -1 0 0; 0 0 3 -3; 0 0 0 0]) ≈ 2
    @test all(centroid([1.0 3; 2 4; 3 5]) .≈ (2, 3, 4))
end

@testset "the states of Tunstrom are named" begin
    name(phi, m) = state_name(FlockOrder(phi, m, 1.0, 1.0))
    @test name(0.9, 0.1) == "polarised"
    @test name(0.1, 0.9) == "milling"
    @test name(0.1, 0.1) == "swarm"
    @test name(0.5, 0.5) == "transitional"
end
