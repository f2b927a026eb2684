@testset "centroid_and_cohesion_of_known_shapes" begin
    X = [1.0 -1 0 0; 0 0 1 -1]
    @test centroid(X) == [0, 0] && cohesion(X) == 1
    @test centroid(X .+ [3, 4]) == [3, 4] && cohesion(2 .* X .+ [3, 4]) == 2
    @test centroid(hcat(X, [NaN, 0])) == [0, 0]
    @test cohesion(zeros(3, 5)) == 0 && isnan(cohesion(zeros(3, 0)))
end

@testset "across_a_border_the_circular_mean_is_meant" begin
    X = mod.([1.0 -1 0 0; 0 0 1 -1] .+ [0.2, 9.9], 10)
    @test centroid(X; box=10) ≈ [0.2, 9.9] && cohesion(X; box=10) ≈ 1
    @test cohesion(X) > 3
    @test centroid(mod.([1.0 -1; 0 0; 0 0] .+ [1, 4, 7], [10, 5, 8]); box=(10, 5, 8)) ≈ [1, 4, 7]
    middle = centroid([1.0 9; 2 2]; box=10)[1]                       # 0, or just below 10
    @test min(middle, 10 - middle) < 1e-9 && 0 <= middle < 10
end

@testset "the_circular_means_sine_and_cosine_are_exact" begin
    exact(turns) = sincos(2 * big(pi) * turns)
    all_turns = vcat(-1:0.0009:2, 0, 1, -1e-18, prevfloat(1.0), 1e6 .+ (0:0.01:1))
    @test maximum(maximum(abs.(SwarmMetrics.sincos_of_turns(turns) .- exact(turns))) for turns in all_turns) < 1e-15
end

@testset "boxes_hulls_and_densities" begin
    X = [0.0 2 2 0 1; 0 0 3 3 1]
    @test bounding_box(X) == ([0, 0], [2, 3])
    @test hull_area(X) == 6 && hull_area(X[:, 1:3]) == 3 && hull_area(X[:, 1:2]) == 0
    @test hull_area([0.0 1 2; 0 1 2]) == 0
    @test density(X) ≈ 5 / 6 && density(X; box=10) ≈ 0.05 && isnan(density(X[:, 1:1]))
    @test density(rand(3, 80); box=2) == 10
    @test_throws DimensionMismatch hull_area(zeros(3, 4))
    circle = [f(2pi * k / 1000) for f in (cos, sin), k in 1:1000]
    @test hull_area(circle) ≈ pi atol = 1e-4
end
