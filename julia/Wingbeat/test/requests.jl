const STEERED = (
    parameters=(rate=parameter(0.5; min=0, max=1, unit="1/s", help="how fast"), n=parameter(3; min=0, max=10), on=true,
        mode=parameter(:slow; choices=(:fast, :slow)), free=1.5),
    triggers=(reset="start anew",), commands=(place=(:id, :x, :y),),
)

# A writer that goes on in its own task, applies what it is asked, and refuses what it does not like.
function with_steered(f; handle=r -> nothing, reader...)
    with_flock(; writer=STEERED, frames=0, reader...) do out, swarm
        running = Ref(true)
        writer = @async while running[]
            fly!(out)
            for r in requests(out)
                handle(r)
            end
            sleep(0.002)
        end
        try
            f(out, swarm)
        finally
            running[] = false
            wait(writer)
        end
    end
end

@testset "parameters_are_read_and_set_like_a_dictionary" begin
    with_steered() do out, swarm
        p = params(swarm)
        @test p isa AbstractDict && sort(collect(keys(p))) == [:free, :mode, :n, :on, :rate] && length(p) == 5
        @test (p[:rate], p[:n], p[:on], p[:mode], p["free"]) === (0.5, 3, true, :slow, 1.5)
        p[:rate] = 0.25
        p[:n] = 7
        p[:on] = false
        p[:mode] = :fast
        p["free"] = 2 # a whole number for a Float64
        @test Dict(p) == Dict(:rate => 0.25, :n => 7, :on => false, :mode => :fast, :free => 2.0)
        @test params(out)[:rate] == 0.25 && params(out)[:mode] === :fast
        p[:n] = 4.0
        @test p[:n] === 4
        @test haskey(p, :rate) && !haskey(p, :reset) && get(p, :nothing, 1) == 1
    end
end

@testset "wrong_values_are_refused_where_they_are_set" begin
    with_steered() do out, swarm
        p = params(swarm)
        err = thrown(() -> p[:rate] = 2)
        @test err isa Wingbeat.InvalidArgument && occursin("1", err.message)
        each_throws(
            Wingbeat.InvalidArgument, () -> p[:n] = 2.5, () -> p[:mode] = :quick, () -> p[:rate] = "much",
            () -> request(swarm, :place, 1, 2), () -> request(swarm, :reset, 1), () -> request(swarm, :rate),
        )
        each_throws(
            Wingbeat.NotFound, () -> p[:speed] = 1, () -> p[:reset] = 1, () -> p[:speed], () -> request(swarm, :speed)
        )
        @test p[:rate] == 0.5
    end
end

@testset "a_receipt_says_from_which_step_on_a_request_is_in_force" begin
    applied = Ref(0)
    with_steered(; handle=r -> r.name === :rate && (applied[] = 1)) do out, swarm
        receipt = request(swarm, :rate => 0.75)
        @test receipt isa Receipt
        @test wait(receipt; timeout=20) === receipt
        @test receipt.status === :applied && receipt.reason == ""
        @test receipt.seq >= 2 && receipt.step == 10 * (receipt.seq - 1)
        @test params(swarm)[:rate] == 0.75 && applied[] == 1
        @test occursin("applied at step $(receipt.step)", sprint(show, receipt))
        @test wait(receipt).status === :applied # again
    end
end

@testset "triggers_and_commands_arrive_with_their_numbers" begin
    seen = Any[]
    with_steered(; handle=r -> push!(seen, (r.kind, r.name, r.arguments))) do out, swarm
        foreach(r -> wait(r; timeout=20), [request(swarm, :reset), request(swarm, :reset), request(swarm, :place, 1, 2.5, -3)])
        @test seen == [(:trigger, :reset, []), (:trigger, :reset, []), (:command, :place, [1.0, 2.5, -3.0])]
    end
end

@testset "a_refusal_carries_the_writers_reason" begin
    with_steered(; handle=r -> refuse!(r, "not today, $(r.name)")) do out, swarm
        receipt = request(swarm, :place, 99, 0, 0)
        err = thrown(() -> wait(receipt; timeout=20))
        @test err isa RequestRefused && err.reason == "not today, place"
        @test occursin("place(99.0, 0.0, 0.0) was refused: not today, place", sprint(showerror, err))
        @test receipt.status === :refused && receipt.reason == "not today, place"
        @test thrown(() -> params(swarm)[:rate] = 0.9) isa RequestRefused
        @test params(swarm)[:rate] == 0.5 # as it was
    end
end

@testset "of_two_requests_for_one_parameter_the_later_counts" begin
    with_flock(; writer=STEERED) do out, swarm
        first_one, second_one = request(swarm, :rate => 0.1), request(swarm, :rate => 0.2)
        @test first_one.status === :pending
        seen = [(r.name, r.value) for r in requests(out)]
        @test seen == [(:rate, 0.2)]
        @test wait(first_one).status === :superseded && wait(second_one).status === :applied
        several = request(swarm, :rate => 0.3, :n => 5)
        collect(requests(out))
        @test [wait(r).status for r in several] == [:applied, :applied]
    end
end

@testset "a_request_without_an_answer_ends_at_its_time_limit_and_can_be_waited_for_again" begin
    with_flock(; writer=STEERED) do out, swarm
        receipt = request(swarm, :rate => 0.1)
        @test_throws Wingbeat.RequestTimeout wait(receipt; timeout=0.05)
        @test receipt.status === :pending
        @test_throws Wingbeat.RequestTimeout params(swarm; timeout=0.05)[:n] = 4
        collect(requests(out))
        @test wait(receipt).status === :applied
    end
end

@testset "a_request_to_a_writer_that_was_restarted_says_so" begin
    with_directory() do
        out = flock("flock"; STEERED...)
        swarm = subscribe("flock")
        fly!(out)
        take!(swarm)
        receipt = request(swarm, :reset)
        close(out)
        out = flock("flock"; STEERED...)
        fly!(out)
        take!(swarm)
        @test thrown(() -> wait(receipt; timeout=20)) isa Wingbeat.RequestRestarted
        @test receipt.status === :restarted
        @test isempty(collect(requests(out)))
        # A parameter is asked for again.
        setting = @async (params(swarm; timeout=20)[:rate] = 0.125)
        sleep(0.05)
        close(out)
        out = flock("flock"; STEERED...)
        @test eventually(() -> (fly!(out); wait(swarm; timeout=0); collect(requests(out)); istaskdone(setting)))
        wait(setting)
        @test params(swarm)[:rate] == params(out)[:rate] == 0.125
        foreach(close, (swarm, out))
    end
end

@testset "a_writer_with_parameters_alone_applies_them_by_publishing" begin
    with_flock(; writer=(parameters=(rate=0.5,),)) do out, swarm
        receipt = request(swarm, :rate => 3)
        publish!(out)
        @test wait(receipt; timeout=5).status === :applied && params(out)[:rate] == 3.0
        params(out)[:rate] = 4 # from the writer's own side
        @test params(swarm)[:rate] == 4.0
    end
end
