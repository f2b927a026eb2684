using Learning: Alarm, HELD_BACK, IN_A_ROW, LEAST_SEEN, distance!, is_raised
using Learning: PathCoder, Principal, add_paths!, decode, encode, lost_share, solve!, teach!

# Paths on a plane of `directions` random directions, and a little noise.
function flat_paths(rng, inputs, directions, agents)
    basis = Matrix(qr(randn(rng, inputs, directions)).Q)[:, 1:directions]
    return () -> Float32.(
        sqrt(inputs / directions) .* (basis * randn(rng, directions, agents)) .+ 0.01 .* randn(rng, inputs, agents)
    )
end

@testset "a_coder_learns_paths_that_need_no_more_numbers_than_it_has" begin
    rng = MersenneTwister(1)
    draw = flat_paths(rng, 30, 4, 40)
    coder = PathCoder(30, 4)
    error_now() = (paths = draw(); lost_share(coder, paths, first(encode(coder, paths))))
    at_first = error_now()
    for _ in 1:1500
        teach!(coder, draw())
    end
    @test at_first > 0.5
    @test error_now() < 0.01
end

# The gradients used in learning equal the differences of the error, for each weight.
@testset "a_coder_goes_down_the_slope_of_its_error" begin
    rng = MersenneTwister(2)
    coder, paths = PathCoder(9, 3), randn(rng, Float32, 9, 5)
    loss() = (codes = first(encode(coder, paths)); sum(abs2, first(decode(coder, codes)) .- paths) / 2 / size(paths, 2))
    before = map(copy, coder.weights)
    teach!(coder, paths)
    foreach(copyto!, coder.weights, before)
    for (weights, slopes) in zip(coder.weights, coder.slopes), i in (1, length(weights) ÷ 2 + 1, length(weights))
        kept, h = weights[i], 0.01f0
        weights[i] = kept + h
        above = loss()
        weights[i] = kept - h
        below = loss()
        weights[i] = kept
        @test slopes[i] ≈ (above - below) / 2h atol = 0.01
    end
end

@testset "principal_components_lose_what_is_outside_their_plane" begin
    rng = MersenneTwister(3)
    draw = flat_paths(rng, 30, 4, 40)
    components = Principal(30, 4)
    @test lost_share(components, draw()) == 1
    foreach(_ -> add_paths!(components, draw()), 1:20)
    solve!(components)
    @test lost_share(components, draw()) < 0.001
    @test components.patterns' * components.patterns ≈ I(4) atol = 1e-4
end

@testset "a_change_of_the_code_raises_the_alarm_and_nothing_else_does" begin
    rng = MersenneTwister(4)
    alarm = Alarm(10)
    usual() = 1 .+ 0.1 .* randn(rng, 10)
    for k in 1:3000
        distance = distance!(alarm, usual())
        @test isnan(distance) == (k < HELD_BACK + LEAST_SEEN)
        is_raised(alarm) && error("a false alarm at code $k")
    end
    after = findfirst(_ -> (distance!(alarm, usual() .+ 1); is_raised(alarm)), 1:50)
    @test after == IN_A_ROW
end
