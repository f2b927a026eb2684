@testset "the grid finds what comparing all pairs finds" begin
    grid = NeighbourGrid()
    shapes = (
        identity, X -> X .* Float32[1, 1, 0], X -> X .* Float32[1, 0, 0], X -> X .^ 3, X -> X ./ 1.0f6, X -> X .+ 1.0f5,
    )
    for agents in (2, 3, 17, 400), shape in shapes
        X = shape(random_places(agents, agents))
        @test mean_nearest_distance!(grid, X) ≈ mean_nearest_of_all_pairs(X) rtol = 1e-5
    end
end

@testset "an agent far outside costs time, not exactness" begin
    X = random_places(500, 3)
    X[:, 77] .= 1.0f6
    @test mean_nearest_distance!(NeighbourGrid(), X) ≈ mean_nearest_of_all_pairs(X) rtol = 1e-5
end

@testset "coincident agents are at distance 0, a single one has no neighbour" begin
    @test mean_nearest_distance!(NeighbourGrid(), ones(Float32, 3, 10)) == 0
    @test isnan(mean_nearest_distance!(NeighbourGrid(), ones(Float32, 3, 1)))
end

@testset "a Poisson flock has the exact mean distance, up to its border" begin
    agents = 20_000
    expected = 0.55396 * (agents / 100.0^3)^(-1 / 3)
    @test mean_nearest_distance!(NeighbourGrid(), random_places(agents, 9)) ≈ expected rtol = 0.05
end

@testset "the second frame of a flock allocates next to nothing" begin
    grid, X = NeighbourGrid(), random_places(1000, 5)
    mean_nearest_distance!(grid, X)
    @test @allocated(mean_nearest_distance!(grid, X)) < 1000
end
