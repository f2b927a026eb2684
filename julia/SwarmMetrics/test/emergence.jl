# Two agents whose sum remembers, s(t + 1) = a s(t) + noise, and whose difference d is new each time: X = (s + d, s - d)
# / sqrt(2), V = s.
function remembering_sum(rng, T, a)
    s = randn(rng, T)
    for t in 2:T
        s[t] = a * s[t - 1] + sqrt(1 - a^2) * s[t]
    end
    d = randn(rng, T)
    return reshape(permutedims([s .+ d s .- d]) ./ sqrt(2), 1, 2, T), s
end

@testset "a_sum_that_remembers_emerges" begin
    a = 0.9
    X, s = remembering_sum(MersenneTwister(50), 200_000, a)
    information(r) = -0.5 * log(1 - r^2)
    found = emergence(X, s)
    @test found.whole ≈ information(a) atol = 0.01
    @test found.parts ≈ 2 * information(a / sqrt(2)) atol = 0.01
    @test found.psi ≈ information(a) - 2 * information(a / sqrt(2)) atol = 0.01 # 0.311
    @test found.delta ≈ information(a / sqrt(2)) - 2 * information(a / 2) atol = 0.01 # 0.034
    @test found.gamma ≈ information(a / sqrt(2)) atol = 0.01
    @test emergence(X).psi ≈ found.psi # V = the mean is as good as the sum
    later = emergence(X, s; lag=5)
    @test later.psi ≈ information(a^5) - 2 * information(a^5 / sqrt(2)) atol = 0.01
end

@testset "ksg_finds_the_same" begin
    X, s = remembering_sum(MersenneTwister(51), 3000, 0.9)
    exact, found = emergence(X, s), emergence(X, s; estimator=KSG())
    @test all(isapprox.(values(found), values(exact); atol=0.08))
end

# The two discrete cases of ReconcilingEmergences.
@testset "parity_shows_downward_causation" begin
    rng = MersenneTwister(52)
    T = 50_000
    X = zeros(Int, 1, 2, T)
    for t in 2:T
        X[1, 1, t] = xor(X[1, 1, t - 1], X[1, 2, t - 1])
        X[1, 2, t] = rand(rng, Bool)
    end
    found = emergence(X, xor.(X[1, 1, :], X[1, 2, :]); estimator=Discrete())
    @test abs(bits(found.psi)) < 0.01
    @test bits(found.delta) ≈ 1 atol = 0.01
    @test bits(found.gamma) ≈ 1 atol = 0.01
end

@testset "parity_that_remembers_is_decoupled" begin
    rng = MersenneTwister(53)
    T, kept = 50_000, 0.99
    X = zeros(Int, 1, 2, T)
    for t in 2:T
        parity = xor(X[1, 1, t - 1], X[1, 2, t - 1], Int(rand(rng) > kept))
        X[1, 1, t] = rand(rng, Bool)
        X[1, 2, t] = xor(parity, X[1, 1, t])
    end
    found = emergence(X, xor.(X[1, 1, :], X[1, 2, :]); estimator=Discrete())
    @test bits(found.psi) ≈ 1 + kept * log2(kept) + (1 - kept) * log2(1 - kept) atol = 0.01
    @test abs(bits(found.delta)) < 0.01 && bits(found.gamma) < 0.01
end

@testset "nothing_emerges_from_noise" begin
    X = randn(MersenneTwister(54), 2, 4, 20_000)
    @test all(x -> abs(x) < 0.005, values(emergence(X)))
    short = X[:, :, 1:100]
    @test emergence(short).psi < -0.02 # three biases too many
    mean_psi = sum(k -> emergence(X[:, :, (100k + 1):(100k + 100)]; estimator=Gaussian(; unbiased=true)).psi, 0:199) / 200
    @test abs(mean_psi) < 0.01
end

@testset "what_emergence_cannot_use_is_refused" begin
    X = randn(MersenneTwister(56), 2, 3, 40)
    @test_throws DimensionMismatch emergence(X, randn(39))
    @test_throws DomainError emergence(X; lag=0)
    @test_throws DomainError emergence(X; lag=40)
    @test_throws ArgumentError emergence(zeros(2, 0, 40), randn(40))
    @test_throws ArgumentError emergence(X, ones(40))
end
