# Headings that wander, D x T; smooth ones are as flocks' are.
function wandering(rng, D, T; smooth=1)
    noise = randn(rng, D, T + smooth)
    return headings(reduce(hcat, [sum(noise[:, t:(t + smooth - 1)]; dims=2) for t in 1:T]))
end

# Agents that do what the first did, each with its own delay.
function followers(rng, D, T, delays; smooth=1)
    path = wandering(rng, D, T + maximum(delays); smooth=smooth)
    V = zeros(D, length(delays), T)
    for (i, delay) in enumerate(delays)
        V[:, i, :] = (0.5 + i) .* path[:, (1 + maximum(delays) - delay):(end - delay)]
    end
    return V
end

@testset "a_delayed_copy_is_led_by_its_delay" begin
    rng = MersenneTwister(20)
    for D in (2, 3), smooth in (1, 9), k in (0, 1, 7, 12)
        V = followers(rng, D, 200, [0, k]; smooth=smooth)
        l = leadership(V; delays=12)
        @test l.delay == [0 k; -k 0] && l.correlation[1, 2] ≈ 1 && l.correlation[2, 1] ≈ 1
        @test leadership(Float32.(V); delays=12).delay == l.delay
        @test net_leadership(l) == [k, -k]
    end
end

@testset "each_pair_has_its_own_delay" begin
    rng = MersenneTwister(21)
    delays = [3, 0, 8, 5, 3]
    V = followers(rng, 2, 300, delays; smooth=5)
    l = leadership(V .+ 0.05 .* randn(rng, size(V)...); delays=10)
    @test l.delay == delays' .- delays
    @test net_leadership(l) == [sum(delays .- delay) / 4 for delay in delays]
    few = leadership(V; delays=10, pairs=[(1, 2), (4, 3)])
    @test few.delay[1, 2] == -3 && few.delay[2, 1] == 3 && few.delay[4, 3] == 3 && few.delay[1, 5] == 0
    @test count(!isnan, few.correlation) == 4
end

# C_ij(tau) written down.
function plain_correlation_at(U, i, j, delay)
    products = [sum(U[:, i, t] .* U[:, j, t + delay]) for t in 1:(size(U, 3) - delay)]
    present = [any(!iszero, U[:, i, t]) && any(!iszero, U[:, j, t + delay]) for t in 1:(size(U, 3) - delay)]
    return sum(products) / count(present)
end

@testset "it_is_the_largest_of_the_plain_correlations" begin
    rng = MersenneTwister(22)
    V = randn(rng, 3, 6, 40)
    V[:, 2, 5:20] .= 0 # at rest
    V[1, 4, 7] = NaN
    U = headings(V)
    all_pairs = leadership(V; delays=5)
    some = leadership(V; delays=5, pairs=[(i, j) for j in 1:6 for i in 1:(j - 1)])
    for i in 1:6, j in 1:6
        i == j && continue
        values = Dict(d => d >= 0 ? plain_correlation_at(U, i, j, d) : plain_correlation_at(U, j, i, -d) for d in -5:5)
        @test all_pairs.correlation[i, j] ≈ maximum(Base.values(values))
        @test values[all_pairs.delay[i, j]] ≈ all_pairs.correlation[i, j]
    end
    @test some.delay == all_pairs.delay
    @test filter(!isnan, some.correlation) ≈ filter(!isnan, all_pairs.correlation)
end

@testset "who_never_moves_leads_nobody" begin
    V = followers(MersenneTwister(23), 2, 100, [0, 4, 0])
    V[:, 3, :] .= 0
    l = leadership(V; delays=6)
    @test all(isnan, l.correlation[3, :]) && all(iszero, l.delay[3, :])
    @test net_leadership(l) == [4, -4, 0]
    @test headings([3.0 0.0; 4.0 0.0]) == [0.6 0.0; 0.8 0.0]
end

@testset "the_weakly_correlated_do_not_count" begin
    l = Leadership([0 2 9; -2 0 -9; -9 9 0], [NaN 0.9 0.3; 0.9 NaN 0.6; 0.3 0.6 NaN])
    @test net_leadership(l) == [2, -5.5, 9] && net_leadership(l; least=0) == [5.5, -5.5, 0]
    @test net_leadership(l; least=0.8) == [2, -2, 0]
end

@testset "a_window_too_short_is_refused" begin
    V = randn(MersenneTwister(24), 2, 3, 30)
    @test_throws ArgumentError leadership(V)
    @test_throws DomainError leadership(V; delays=-1)
    @test_throws ArgumentError leadership(V; delays=3, pairs=[(1, 1)])
    @test_throws DimensionMismatch leadership(randn(5, 3, 40))
end
