@testset "susceptibility_is_the_scaled_variance" begin
    @test susceptibility([0.5, 0.5, 0.5], 100) == 0
    @test susceptibility([0.4, 0.6], 100) ≈ 1
    @test susceptibility(1e-9 .* [4, 6] .+ 0.5, 100) ≈ 1e-16 rtol = 1e-6
end

@testset "binders_cumulant_has_its_limits" begin
    rng = MersenneTwister(11)
    @test binder(fill(0.7, 10)) ≈ 2 / 3
    disorder(D) = [sqrt(sum(abs2, randn(rng, D))) for _ in 1:200_000]
    @test binder(disorder(2)) ≈ 1 / 3 atol = 0.01
    @test binder(disorder(3)) ≈ 4 / 9 atol = 0.01
end

@testset "random_headings_have_the_susceptibility_of_chance" begin
    # N (1/N - pi/4N) = 1 - pi/4 in two dimensions.
    rng = MersenneTwister(12)
    series = [polarisation(random_headings(rng, 2, 100)) for _ in 1:20_000]
    @test susceptibility(series, 100) ≈ 1 - pi / 4 rtol = 0.05
end
