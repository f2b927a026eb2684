using LinearAlgebra: logdet
using SwarmMetrics: KDTree, count_within, digamma, kth_distances

# Y'(t + 1) = a X(t) + sigma noise.
function driven(rng, n; a=0.8, sigma=0.6)
    X = randn(rng, n)
    return X, vcat(randn(rng), a .* X[1:(end - 1)] .+ sigma .* randn(rng, n - 1))
end

@testset "transfer_entropy_of_a_linear_drive" begin
    exact = 0.5 * log(1 + 0.8^2 / 0.6^2)
    @test exact ≈ 0.5108 atol = 5e-5
    X, Y = driven(MersenneTwister(30), 200_000)
    @test transfer_entropy(X, Y) ≈ exact atol = 0.006
    @test abs(transfer_entropy(Y, X)) < 1e-4
    X, Y = X[1:10_000], Y[1:10_000]
    @test transfer_entropy(X, Y; estimator=KSG()) ≈ exact atol = 0.03
    @test abs(transfer_entropy(Y, X; estimator=KSG())) < 0.02
end

@testset "transfer_entropy_of_a_noisy_bit_copy" begin
    rng = MersenneTwister(31)
    source = rand(rng, Bool, 400_000)
    target = vcat(false, xor.(source[1:(end - 1)], rand(rng, length(source) - 1) .< 0.1))
    @test 1 + 0.1 * log2(0.1) + 0.9 * log2(0.9) ≈ 0.5310 atol = 5e-5
    @test bits(transfer_entropy(source, target; estimator=Discrete())) ≈ 0.5310 atol = 0.005
    @test bits(transfer_entropy(target, source; estimator=Discrete())) < 1e-4
    @test bits(transfer_entropy(Int.(source), 3 .* target; lag=2, estimator=Discrete())) < 1e-4
end

@testset "mutual_information_of_correlated_gaussians" begin
    rng = MersenneTwister(32)
    for r in (0.0, 0.5, 0.9)
        x = randn(rng, 100_000)
        y = 7 .- 3 .* (r .* x .+ sqrt(1 - r^2) .* randn(rng, length(x)))
        exact = -0.5 * log(1 - r^2)
        @test mutual_information(x, y) ≈ exact atol = 0.01
        @test mutual_information(x[1:5000], y[1:5000]; estimator=KSG()) ≈ exact atol = 0.05
    end
end

@testset "what_is_not_linear_only_ksg_sees" begin
    rng = MersenneTwister(33)
    x = randn(rng, 4000)
    y = x .^ 2 .+ 0.1 .* randn(rng, 4000)
    @test mutual_information(x, y) < 0.02
    @test mutual_information(x, y; estimator=KSG()) > 1
end

correlations(W) = (C = W .- sum(W; dims=2) ./ size(W, 2); C ./= sqrt.(sum(abs2, C; dims=2)); C * C')

# The determinants of correlation matrices.
function plain_gaussian(x, y, z)
    part(parts...) = logdet(correlations(vcat(parts...)))
    nothing_given = size(z, 1) == 0
    nothing_given && return 0.5 * (part(x) + part(y) - part(x, y))
    return 0.5 * (part(x, z) + part(y, z) - part(z) - part(x, y, z))
end

@testset "gaussian_information_is_that_of_the_determinants" begin
    rng = MersenneTwister(34)
    mixed = randn(rng, 12, 12) * randn(rng, 12, 80) .+ 100
    for (d, e) in ((1, 1), (2, 3), (4, 2))
        x, y = mixed[1:d, :], mixed[(d + 1):(d + e), :]
        @test mutual_information(x, y) ≈ plain_gaussian(x, y, zeros(0, 80))
        past = vcat(y[:, 2:(end - 1)], y[:, 1:(end - 2)])
        @test transfer_entropy(x, y; history=2) ≈ plain_gaussian(x[:, 2:(end - 1)], y[:, 3:end], past)
        @test transfer_entropy(x, y; lag=3) ≈ plain_gaussian(x[:, 1:(end - 3)], y[:, 4:end], y[:, 3:(end - 1)])
    end
end

@testset "a_windows_matrix_holds_each_pair" begin
    rng = MersenneTwister(35)
    W = cumsum(randn(rng, 2, 5, 60); dims=3)
    for estimator in (Gaussian(), Gaussian(; unbiased=true), KSG(3))
        T = transfer_entropy(W; lag=2, estimator=estimator)
        I = mutual_information(W, W[:, 1:3, :]; estimator=estimator)
        @test size(T) == (5, 5) && size(I) == (5, 3) && all(iszero, T[k, k] for k in 1:5)
        @test T[2, 4] ≈ transfer_entropy(W[:, 2, :], W[:, 4, :]; lag=2, estimator=estimator)
        @test I[5, 1] ≈ mutual_information(W[:, 5, :], W[:, 1, :]; estimator=estimator)
    end
    symbols = rand(rng, 0:2, 1, 4, 50)
    T = transfer_entropy(symbols; estimator=Discrete())
    @test T[3, 1] == transfer_entropy(symbols[1, 3, :], symbols[1, 1, :]; estimator=Discrete())
end

@testset "the_bias_of_gaussian_estimates_is_known" begin
    rng = MersenneTwister(36)
    mean(f) = sum(_ -> f(), 1:4000) / 4000
    raw, corrected = Gaussian(), Gaussian(; unbiased=true)
    pair() = (randn(rng, 2, 15), randn(rng, 3, 15))
    @test mean(() -> mutual_information(pair()...; estimator=corrected)) ≈ 0 atol = 0.015
    @test mean(() -> mutual_information(pair()...; estimator=raw)) > 6 / 30
    @test mean(() -> transfer_entropy(pair()...; estimator=corrected)) ≈ 0 atol = 0.02
end

@testset "limits_are_said_plainly" begin
    x = randn(MersenneTwister(38), 50)
    @test mutual_information(x, 2 .* x .+ 1) == Inf
    @test transfer_entropy(x, vcat(0, x[1:(end - 1)])) == Inf
    @test isnan(transfer_entropy(x, x))
    @test mutual_information([1, 2, 1, 2], [5, 5, 5, 5]; estimator=Discrete()) == 0
    @test mutual_information([1, 2, 1, 2], [3, 4, 3, 4]; estimator=Discrete()) ≈ log(2)
    @test bits(mutual_information([1 2 1 2; 1 1 2 2], [1 1 2 2; 0 0 0 0]; estimator=Discrete())) ≈ 1
end

message_of(f) = try
    f()
    ""
catch err
    sprint(showerror, err)
end

@testset "bad_input_is_named" begin
    x, y = randn(MersenneTwister(39), 2, 40), randn(MersenneTwister(40), 40)
    @test_throws DimensionMismatch mutual_information(x, y[1:30])
    @test_throws DimensionMismatch mutual_information(randn(2, 3, 10), randn(2, 3, 11))
    @test_throws DimensionMismatch transfer_entropy(x, y[1:30])
    @test_throws DomainError transfer_entropy(x, y; lag=0)
    @test_throws DomainError KSG(0)
    @test occursin("y has values that are not finite", message_of(() -> mutual_information(x, [y[1:39]; NaN])))
    @test occursin("row 2", message_of(() -> mutual_information(vcat(x[1:1, :], ones(1, 40)), y)))
    @test occursin("linear function", message_of(() -> mutual_information(vcat(x, x[1:1, :] .+ x[2:2, :]), y)))
    @test occursin("too few", message_of(() -> mutual_information(x[:, 1:4], y[1:4])))
    @test occursin("too few", message_of(() -> transfer_entropy(x, y; lag=39)))
    @test occursin("too few", message_of(() -> mutual_information(y[1:5], y[1:5]; estimator=KSG())))
    @test occursin("the target", message_of(() -> transfer_entropy(y, sin.(1:40) .* 0)))
    @test occursin("the past of the target", message_of(() -> transfer_entropy(y, collect(1.0:40); history=2)))
    @test occursin("equal", message_of(() -> mutual_information(round.(y), round.(y); estimator=KSG())))
    @test occursin("integers", message_of(() -> mutual_information(y, y; estimator=Discrete())))
    W = cat(randn(2, 3, 40), zeros(2, 1, 40); dims=2)
    @test occursin("agent 4 does not change in row 1", message_of(() -> transfer_entropy(W)))
end

@testset "a_tree_is_cut_into_smaller_and_larger_halves" begin
    rng = MersenneTwister(43)
    for n in (1, 2, 3, 17, 400), kinds in (2, 9, 10^6), k in unique((1, cld(n, 2), n))
        values, order = rand(rng, 1:kinds, n), collect(1:n)
        SwarmMetrics.select!(order, i -> values[i], 1, n, k)
        @test sort(order) == 1:n && values[order[k]] == sort(values)[k]
        @test maximum(values[order[1:k]]) == values[order[k]] == minimum(values[order[k:n]])
    end
end

@testset "near_points_are_those_of_comparing_all" begin
    rng = MersenneTwister(41)
    for d in (1, 2, 5), n in (5, 40, 300), rounded in (false, true)
        X = rounded ? float.(rand(rng, 0:3, d, n)) : randn(rng, d, n)
        far(i, j) = maximum(abs, X[:, i] .- X[:, j])
        tree = KDTree(X)
        others(i) = sort([far(i, j) for j in 1:n if j != i])
        @test kth_distances(tree, 3) == [others(i)[3] for i in 1:n]
        @test [count_within(tree, X, i, 0.7) for i in 1:n] == [count(j -> far(i, j) < 0.7, 1:n) for i in 1:n]
    end
end

@testset "digamma_has_its_known_values" begin
    gamma = Float64(Base.MathConstants.eulergamma)
    @test digamma(1) ≈ -gamma && digamma(0.5) ≈ -gamma - 2 * log(2)
    @test digamma(5) ≈ -gamma + 1 + 1 / 2 + 1 / 3 + 1 / 4
    @test digamma(100) ≈ 4.600161852738087 && digamma(1e6) ≈ log(1e6) - 5e-7
    @test_throws DomainError digamma(0)
end
