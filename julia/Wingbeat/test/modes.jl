# Reading modes beside latest and every: copies, observers, every k-th frame, lock-step.

const WITHOUT_LEASES = [(:copy, "by_copying", (copy=true,)), (:observer, "by_observing", (observe=true,))]

unchecked(X) = @inbounds X[1] + X[end]

for (way, name, how) in WITHOUT_LEASES
    @testset "frames_got_$(name)_are_as_leased_ones" begin
        with_flock(; frames=0, mode=:every, how...) do out, swarm
            @test stats(swarm).way === way
            w = window(swarm, 3, :position)
            for seq in 1:5
                fly!(out)
                frame = take!(swarm)
                X = frame[:position]
                @test frame.seq == seq && X == position_of(seq, 8) && X * X' isa Matrix
                @test_throws ReadOnlyFrame X[1, 1] = 0
                push!(w, frame)
            end
            @test w.seqs == [3, 4, 5] && w[:position][:, :, 3] == position_of(5, 8)
        end
    end

    @testset "a_frame_got_$(name)_ends_with_its_turn_can_be_held_and_its_memory_outlives_the_reader" begin
        with_flock(; frames=0, mode=:every, how...) do out, swarm
            fly!(out)
            first_one = take!(swarm)
            X = first_one[:position]
            held = hold(first_one)
            foreach(_ -> fly!(out), 1:30)
            Y = take!(swarm)[:position]
            @test held[:position] == position_of(1, 8)
            release(held)
            @test_throws FrameReleased X[1, 1]
            take!(swarm)
            @test_throws FrameReleased Y[1, 1]
            close(swarm)
            GC.gc()
            GC.gc()
            @test isfinite(unchecked(X))
        end
    end
end

@testset "every_third" begin
    with_flock(; frames=0, stride=3) do out, swarm
        foreach(_ -> fly!(out), 1:9)
        @test [take!(swarm).seq for _ in 1:3] == [3, 6, 9]
        reader = only(streams("flock").readers)
        @test (reader.mode, reader.stride) == (:every, 3)
        foreach(_ -> fly!(out), 1:40)
        frame = take!(swarm)
        @test frame.seq % 3 == 0 && frame.missed == div(frame.seq, 3) - 4 && stats(swarm).missed == frame.missed
    end
end

@testset "options_that_cannot_be_are_refused" begin
    with_flock() do out, swarm
        for options in (
            (mode=:newest,), (stride=0,), (every=0,), (mode=:latest, stride=2), (mode=:latest, every=2), (leases=0,), (leases=7,),
            (spin=-1,), (timeout=-1,), (fields=[:position],), (mode=:lockstep, observe=true),
        )
            @test (options, thrown(() -> subscribe("flock"; options...))) isa Tuple{NamedTuple,Wingbeat.InvalidArgument}
        end
        @test thrown(() -> wait(swarm; timeout=-1)) isa Wingbeat.InvalidArgument
        @test thrown(() -> subscribe("a/b/c"; timeout=0)) isa Wingbeat.InvalidName
        @test thrown(() -> subscribe("nobody-of-that-name/flock")) isa Wingbeat.NotFound
        @test thrown(() -> publish("other"; x=zeros(1), access=(:all_write,))) isa Wingbeat.InvalidArgument
        tenth = subscribe("flock"; every=10) # the stride's former name
        @test only(filter(r -> r.stride == 10, streams("flock").readers)).mode === :every
        close(tenth)
    end
end

@testset "a_shared_stream_has_its_modes" begin
    with_directory() do
        publish("open"; x=zeros(3), access=(:group_control, :all_read)) do out
            manifest = joinpath(Wingbeat.runtime_directory(), "open.manifest")
            @test filemode(manifest) & 0o777 == 0o644
        end
    end
end

@testset "lock_step_with_another_process_loses_nothing" begin
    with_directory() do
        publish("flock"; x=zeros(Int, 4), parameters=(gain=0.0,), leases=2, history=0) do out
            lock_step!(out, "trainer"; limit=20)
            requests(out) # answered below, not by publish!
            trainer = start("trainer", "flock", 200)
            @test eventually(() -> any(r -> r.label == "trainer" && r.asleep, streams("flock").readers); limit=60)
            gains = Float64[]
            for step in 1:200
                out[:x] .= step
                publish!(out)
                await_readers(out)
                for r in requests(out)
                    push!(gains, r.value)
                end
            end
            @test gains == (1:200) ./ 2
            @test stats(out).overruns == 0
            @test next_line(trainer) == "200 frames, 0 missed"
        end
    end
end

@testset "a_reader_that_overruns_does_not_stop_the_writer" begin
    with_directory() do
        publish("flock"; x=zeros(Int, 4)) do out
            subscribe("flock"; mode=:lockstep) do swarm
                lock_step!(out; limit=0.02)
                @test wait(swarm; timeout=0.001) === nothing
                out[:x] .= 1
                publish!(out)
                @test take!(swarm).seq == 1 # and holds it
                @test !await_readers(out)
                foreach(_ -> publish!(out), 1:100)
                @test stats(out).overruns == 1
                frame = take!(swarm)
                @test frame.seq == 101 && frame.missed == 99
            end
        end
    end
end
