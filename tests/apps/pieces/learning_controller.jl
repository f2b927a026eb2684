using Learning: Controller, Response, measured_response, steer_by!

# A first-order response with a delay: each step moves it by a fixed fraction towards the target of an earlier step.
function respond!(values, order, lag, delay, target)
    steered = values[max(1, end - delay + 1)]
    return push!(order, last(order) + (target(steered) - last(order)) / lag)
end

@testset "a_response_is_measured_by_a_step" begin
    before, after = fill(0.8, 100), [0.6 + 0.2 * exp(-k / 20) for k in 1:200]
    r = measured_response(before, after, 0.5)
    @test r.gain ≈ -0.4 rtol = 0.01
    @test r.lag ≈ 20 atol = 4
end

@testset "a_wanted_value_is_held_although_the_response_differs_from_the_measured_one" begin
    for (gain, lag, delay) in ((-0.3, 20.0, 1), (-0.3, 1.0, 1), (-0.45, 30.0, 3), (-0.15, 20.0, 2))
        c = Controller(Response(-0.3, 20.0), 0.0, 2pi, 3.0)
        values, order = [3.0], [0.9]
        for wanted in (0.8, 0.5)
            for _ in 1:800
                push!(values, steer_by!(c, wanted - last(order)))
                respond!(values, order, lag, delay, noise -> 1.1 + gain * noise)
            end
            @test last(order) ≈ wanted atol = 1e-3
        end
    end
end

@testset "an_unreachable_value_does_not_wind_up_the_controller" begin
    c = Controller(Response(-0.3, 20.0), 0.0, 2pi, 3.0)
    @test all(steer_by!(c, 1.0) >= 0 for _ in 1:1000)
    @test steer_by!(c, 1.0) == 0
    back = findfirst(k -> steer_by!(c, -0.2) > 0.2, 1:1000)
    @test back !== nothing && back < 20
end
