function plain_correlation(X, V, box, reach, bins)
    U = V .- sum(V; dims=2) ./ size(V, 2)
    sums, pairs = zeros(bins), zeros(Int, bins)
    for i in 1:size(X, 2), j in 1:(i - 1)
        d = plain_distance(X, i, j, box)
        d <= reach || continue
        bin = min(floor(Int, d / reach * bins) + 1, bins)
        sums[bin] += sum(U[:, i] .* U[:, j])
        pairs[bin] += 1
    end
    return sums ./ pairs ./ (sum(abs2, U) / size(V, 2)), pairs
end

@testset "correlation_equals_comparing_all_pairs" begin
    rng = MersenneTwister(8)
    for D in (2, 3), box in (nothing, 10.0), reach in (1.0, 4.0)
        X, V = 10 .* rand(rng, D, 150), randn(rng, D, 150)
        c = correlation(X, V; box=box, reach=reach, bins=7)
        value, pairs = plain_correlation(X, V, box, reach, 7)
        @test c.pairs == pairs
        @test isequal(isnan.(c.value), isnan.(value)) && all(x -> isnan(x) || x < 1e-9, abs.(c.value .- value))
    end
end

@testset "a_wave_is_uncorrelated_at_a_quarter_of_its_length" begin
    rng = MersenneTwister(9)
    X = 40 .* rand(rng, 2, 4000)
    V = vcat(zeros(1, 4000), sin.(2pi .* X[1:1, :] ./ 40))
    c = correlation(X, V; box=40, bins=40)
    # The mean over directions of cos(k r cos a) is the Bessel function J0(k r), whose first zero is at 2.4048.
    @test correlation_length(c) ≈ 2.4048 * 40 / 2pi rtol = 0.03
    @test c.value[1] ≈ 1 atol = 0.06
    @test correlation_length(Flock(X, V; box=40); bins=40) == correlation_length(c)
end

@testset "no_zero_is_said_to_be_none" begin
    @test isnan(correlation_length(SwarmMetrics.Correlation([0.5, 1.5], [0.9, 0.5], [3, 3])))
    @test correlation_length(SwarmMetrics.Correlation([1.0, 2.0, 3.0], [0.5, NaN, -0.5], [1, 0, 1])) == 2
    @test correlation_length(SwarmMetrics.Correlation([1.0], [-1.0], [1])) == 0.5
end

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
