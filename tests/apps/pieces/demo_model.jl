using Demo: WindowCoder, learn!

function errors_of(coder, X, frames)
    window = X[:, :, 1:frames]
    return map(frames:size(X, 3)) do t
        window .= view(X, :, :, (t - frames + 1):t)
        learn!(coder, window)
    end
end

mean_of(values) = sum(values) / length(values)

@testset "an untaught model explains no more than its share by chance" begin
    X = swinging_agents(300, 60)
    coder = WindowCoder(300, 60; looked_at=200)
    @test 0.8 < learn!(coder, X) <= 1
end

@testset "the error on agents it never learns from falls, and stays up without learning" begin
    X = swinging_agents(300, 500)
    taught = errors_of(WindowCoder(300, 60; looked_at=200), X, 60)
    @test mean_of(taught[(end - 100):end]) < 0.1 * mean_of(taught[1:100])
    untaught = errors_of(WindowCoder(300, 60; looked_at=200, rate=0.0f0), X, 60)
    @test minimum(untaught) > 0.5
end

@testset "taught and examined agents are different ones" begin
    for agents in (2, 10, 255, 256, 10_000)
        coder = WindowCoder(agents, 60)
        @test isempty(intersect(coder.taught, coder.examined))
        @test all(i -> 1 <= i <= agents, vcat(coder.taught, coder.examined))
    end
end

@testset "the error is that of decoding the code" begin
    X = swinging_agents(100, 200)
    coder = WindowCoder(100, 60; looked_at=100)
    errors_of(coder, X[:, :, 1:150], 60)
    patterns = copy(coder.patterns)
    window = X[:, :, 141:200]
    paths = Float32[
        window[c, i, k] - mean_of(window[c, i, :]) for c in 1:3, k in 1:60, i in coder.examined
    ]
    paths = reshape(paths, 180, :)
    decoded = patterns * (patterns' * paths)
    @test learn!(coder, window) ≈ sum(abs2, paths .- decoded) / sum(abs2, paths) rtol = 1e-2
end

@testset "the patterns stay orthonormal" begin
    coder = WindowCoder(300, 60; looked_at=200)
    errors_of(coder, swinging_agents(300, 300), 60)
    products = coder.patterns' * coder.patterns
    @test all(i -> isapprox(products[i], i in 1:11:100 ? 1 : 0; atol=1e-4), 1:100)
end

@testset "where a flock is and its unit of length do not matter" begin
    X = swinging_agents(200, 150)
    plain = errors_of(WindowCoder(200, 60), X, 60)
    moved = errors_of(WindowCoder(200, 60), 8 .* X .+ 1024.0f0, 60)
    @test plain ≈ moved rtol = 0.02
end

@testset "a flock that stands still has error 1 and the model learns nothing" begin
    still = repeat(swinging_agents(100, 1), 1, 1, 60)
    coder = WindowCoder(100, 60; looked_at=100)
    before = copy(coder.patterns)
    @test learn!(coder, still) == 1
    @test coder.patterns == before
    @test all(iszero, coder.code)
end

@testset "a window of another length is refused" begin
    @test_throws DimensionMismatch learn!(WindowCoder(100, 60), zeros(Float32, 3, 100, 59))
end
