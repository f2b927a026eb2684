@testset "polarisation_of_random_headings_is_the_exact_value" begin
    rng = MersenneTwister(1)
    for (D, mean) in ((2, sqrt(pi / 400)), (3, sqrt(8 / (300pi))))
        samples = [polarisation(random_headings(rng, D, 100)) for _ in 1:20_000]
        @test abs(sum(samples) / length(samples) - mean) < 0.002     # 0.0886, 0.0921; standard error 0.0003
        @test abs(sum(abs2, samples) / length(samples) - 1 / 100) < 0.0004
    end
end

@testset "rotation_of_random_headings_is_the_exact_value" begin
    rng = MersenneTwister(2)
    for (D, mean) in ((2, 1 / sqrt(100pi)), (3, 4 / (3 * sqrt(100pi))))
        samples = [rotation(randn(rng, D, 100), random_headings(rng, D, 100)) for _ in 1:20_000]
        @test abs(sum(samples) / length(samples) - mean) < 0.003     # 0.0564, 0.0752: asymptotic
    end
end

ring(N, D) = [D >= k ? (k == 1 ? cos(2pi * i / N) : k == 2 ? sin(2pi * i / N) : 0.0) : 0.0 for k in 1:D, i in 1:N]
tangents(N, D) = [k == 1 ? -sin(2pi * i / N) : k == 2 ? cos(2pi * i / N) : 0.0 for k in 1:D, i in 1:N]

@testset "an_even_ring_rotates_and_is_not_polarised" begin
    for D in (2, 3), T in (Float32, Float64)
        X, V = T.(ring(12, D)), T.(tangents(12, D))
        @test polarisation(V) < 1e-6 && rotation(X, V) ≈ 1
        @test rotation(5 .* X .+ 100, 3 .* V) ≈ 1                    # neither place, size nor speed matters
        @test rotation(X, -V) ≈ 1                                    # nor the sense
        @test state(Flock(X, V)) === :milling
    end
end

@testset "who_has_no_heading_is_not_counted" begin
    V = [0.5 0 3 NaN Inf; 0 0 0 0 0]                                # speeds do not matter
    @test polarisation(V) == 1
    @test isnan(polarisation(zeros(2, 3)))
    X = [0.0 2 0 -2 0; 0 0 2 0 -2]                                   # the first is at the centroid
    @test rotation(X, [1.0 0 -1 0 1; 1 1 0 -1 0]) ≈ 1
    @test isnan(rotation(zeros(2, 3), ones(2, 3)))
end

@testset "a_ring_across_the_border_of_a_box_rotates_too" begin
    X, V = mod.(ring(12, 2) .+ [0.5, 9.7], 10), tangents(12, 2)
    @test rotation(X, V; box=10) ≈ 1
    @test rotation(X, V) < 0.9
    @test !is_ill_posed(X; box=10) && !is_ill_posed(Flock(X, V; box=(10, 10)))
    @test is_ill_posed(10 .* rand(MersenneTwister(3), 2, 200); box=10)
    @test is_ill_posed([0.0 2 4 6 8; 1 1 1 1 1]; box=10)
    @test !is_ill_posed(X)
end

@testset "wrong_shapes_are_refused_with_a_reason" begin
    @test_throws DimensionMismatch polarisation(zeros(4, 3))
    @test_throws DimensionMismatch rotation(zeros(2, 3), zeros(2, 4))
    @test_throws DimensionMismatch rotation(zeros(2, 3), zeros(2, 3); box=(1, 2, 3))
    @test_throws DomainError cohesion(zeros(2, 3); box=-1)
    @test_throws ArgumentError polarisation(Flock(zeros(2, 3)))
end

@testset "order_allocates_nothing_that_grows_with_the_group" begin
    work(X, V) = (polarisation(V); rotation(X, V); cohesion(X))
    function allocated(N)
        X, V = rand(Float32, 3, N), rand(Float32, 3, N)
        work(X, V)
        return @allocated work(X, V)
    end
    @test allocated(10) == allocated(100_000) <= 256
end
