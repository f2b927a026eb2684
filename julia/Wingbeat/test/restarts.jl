# Writers and readers that are killed, and come again.

# Frames of a writer are numbered anew in their content (position_of takes its own count), so only the form is compared.
function whole(frame)
    own = round(Int, frame[:mass][1]) - 1
    return frame[:position] == position_of(own, 5) && frame[:mass] == mass_of(own, 5)
end

@testset "a_writer_killed_and_restarted_is_followed_and_frames_on_hold_survive" begin
    with_directory() do
        writer = start("writer", 8)
        swarm = subscribe("flock"; mode=:every, leases=3, timeout=CHILD_LIMIT)
        @test next_line(writer) == "flying"
        seqs = Int[]
        take_some(n) = foreach(1:n) do _
            frame = wait(swarm; timeout=CHILD_LIMIT)
            @test whole(frame)
            push!(seqs, frame.seq)
        end
        take_some(20)
        kept = hold(wait(swarm; timeout=CHILD_LIMIT))
        X, c = kept[:position], copy(kept)
        for turn in 1:2
            kill_hard(writer)
            while wait(swarm; timeout=0.2) !== nothing # what was there still comes
            end
            @test !stats(swarm).writer_alive && streams("flock").writer === :dead
            @test X == c[:position]
            writer = start("writer", 8)
            take_some(40) # the ring goes round
            @test restarts(swarm) == turn && stats(swarm).writer_alive
            @test X == c[:position] && kept[:mass] == c[:mass]
        end
        release(kept)
        @test_throws FrameReleased X[1]
        @test issorted(seqs) && allunique(seqs)
        @test stats(swarm).generation == 3 && stats(swarm).epoch == 1
        kill_hard(writer)
        close(swarm)
    end
end

@testset "a_reader_killed_while_it_holds_a_frame_costs_the_others_nothing" begin
    with_flock(; mode=:every, leases=2, writer=(leases=4, history=4)) do out, swarm
        reader = start("reader")
        @test startswith(next_line(reader), "holding")
        kill_hard(reader)
        @test eventually(() -> any(r -> r.label == "doomed" && !r.alive, streams("flock").readers))
        for seq in 1:60
            seq > 1 && fly!(out)
            @test wait(swarm; timeout=5).seq == seq
        end
        other = subscribe("flock"; leases=2) # takes the entry of the dead one
        @test take!(other).seq == 60
        close(other)
    end
end

@testset "another_schema_is_a_new_epoch_that_the_same_loop_goes_on_with" begin
    with_directory() do
        out = flock("flock")
        swarm, other = subscribe("flock"; mode=:every), subscribe("flock")
        fly!(out)
        frame = take!(swarm)
        @test (frame.epoch, size(frame[:position]), schema(swarm).capacity) == (1, (3, 8), 8)
        @test latest(f -> keys(f), other) == [:position, :mass, :grid]
        close(out)
        out = publish("flock"; capacity=3, position=per_agent(Float64, 2), extra=[1, 2])
        out[:position] = [1.0 2 3; 4 5 6]
        out[:extra] .= 7
        publish!(out)
        frame = wait(swarm; timeout=20)
        @test (frame.epoch, keys(frame), schema(swarm).capacity) == (2, [:position, :extra], 3)
        @test frame[:position] == [1 2 3; 4 5 6] && frame[:extra] == [7, 7] && schema(swarm) == schema(out)
        @test restarts(swarm) == 1
        @test latest(f -> f[:extra][1], swarm) == 7
        @test eventually(() -> latest(f -> keys(f), other) == [:position, :extra]) # the first to see the epoch
        foreach(close, (swarm, other, out))
    end
end

@testset "a_typed_reader_goes_on_if_its_fields_fit_and_says_if_they_do_not" begin
    with_directory() do
        out = flock("flock")
        swarm = subscribe("flock"; fields=(mass=Float64,), mode=:every)
        fly!(out)
        @test take!(swarm)[:mass] == mass_of(1, 8)
        close(out)
        out = publish("flock"; capacity=4, new=[1.0], mass=per_agent(Float64)) # elsewhere in the frame
        out[:mass] .= 3
        publish!(out)
        @test wait(swarm; timeout=20)[:mass] == fill(3.0, 4)
        close(out)
        out = publish("flock"; capacity=4, mass=per_agent(Float32))
        publish!(out)
        err = thrown(() -> wait(swarm; timeout=20))
        @test err isa Wingbeat.TypeMismatch && occursin("mass", err.message)
        foreach(close, (swarm, out))
    end
end

@testset "iteration_without_stay_ends_when_the_writer_is_killed" begin
    with_directory() do
        writer = start("writer", 8)
        @test next_line(writer) == "flying"
        swarm = subscribe("flock"; stay=false, timeout=CHILD_LIMIT)
        @async (sleep(0.3); kill_hard(writer))
        @test count(_ -> true, swarm) > 0
        close(swarm)
    end
end
