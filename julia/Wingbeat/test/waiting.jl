@testset "other_tasks_and_timers_run_while_a_wait_sleeps_or_spins" begin
    for spin in (false, true, 0.01)
        with_flock(; spin=spin) do out, swarm
            take!(swarm)
            ticks, worked = Ref(0), Ref(0)
            timer = Timer(_ -> ticks[] += 1, 0; interval=0.01)
            worker = @async while worked[] < 50
                worked[] += 1
                sleep(0.002)
            end
            publisher = @async (eventually(() -> ticks[] >= 5 && worked[] >= 5); fly!(out))
            @test wait(swarm; timeout=30).seq == 2
            @test ticks[] >= 5 && worked[] >= 5
            close(timer)
            wait(publisher)
            wait(worker)
        end
    end
end

@testset "subscribe_waits_for_the_stream_while_other_tasks_run" begin
    with_directory() do
        writer = @async (sleep(0.3); flock("late"))
        swarm = subscribe("late"; timeout=30)
        out = fetch(writer)
        fly!(out)
        @test take!(swarm).seq == 1
        foreach(close, (swarm, out))
        started = time()
        @test_throws Wingbeat.StreamNotReady subscribe("never"; timeout=0.1)
        @test time() - started >= 0.09
    end
end

@testset "closing_from_another_task_ends_the_loop" begin
    for spin in (false, true)
        with_flock(; spin=spin) do out, swarm
            @async (sleep(0.2); close(swarm))
            seqs = [frame.seq for frame in swarm]
            @test seqs == [1]
        end
    end
    with_flock() do out, swarm
        take!(swarm)
        @async (sleep(0.1); close(swarm))
        @test_throws Wingbeat.Closed wait(swarm; timeout=20)
    end
end

@testset "the_loop_ends_with_the_writer_if_asked_to" begin
    with_directory() do
        out = flock("flock")
        staying, leaving = subscribe("flock"), subscribe("flock"; stay=false, mode=:every)
        foreach(_ -> fly!(out), 1:3)
        @async (sleep(0.2); close(out))
        @test [f.seq for f in leaving] == 1:3
        @test wait(leaving; timeout=5) === nothing
        @test_throws Wingbeat.WriterGone take!(leaving)
        @test take!(staying).seq == 3
        started = time()
        @test wait(staying; timeout=0.2) === nothing && time() - started >= 0.19
        @test !stats(staying).writer_alive
        foreach(close, (staying, leaving))
    end
end

start_waiting(how, kinds...) = start("wait", how, kinds...; compiled=true, errors=true)

# The rest of its output, and its exit code. On a slow machine the wait has lasted long enough for its message.
function interrupt(child)
    kill(child.process, Base.SIGINT)
    lines = filter(line -> !startswith(line, "waiting for "), rest_of_lines(child))
    return lines, finish(child).exitcode
end

@testset "control_c_is_thrown_into_a_wait_at_once" begin
    with_flock() do out, swarm
        children = [start_waiting("throw", kind) for kind in ("stream", "frame", "spin", "limit")]
        @test next_line.(children) == fill("ready", 4)
        sleep(0.5)
        @test interrupt.(children) == fill((["interrupted"], 0), 4)
    end
end

function with_held_array(f)
    array = LockedArray("/wingbeat-test-held", Float64, 2)
    try
        lock(f, array)
    finally
        rm(LockedArray, "/wingbeat-test-held")
    end
end

@testset "a_wait_of_2_s_says_what_it_waits_for_and_control_c_ends_it_without_a_trace" begin
    with_flock(; writer=(parameters=(rate=0.5,),), frames=0) do out, swarm
        with_held_array() do
            child = start_waiting("exit", "first", "latest", "stream", "array", "lock", "receipt")
            @test next_line(child) == "ready"
            @test sort([next_line(child) for _ in 1:6]) == [
                "waiting for a frame of stream 'flock'; its writer is alive",
                "waiting for array '/wingbeat-test-none'",
                "waiting for stream 'nobody'; there are: flock",
                "waiting for the first frame of stream 'flock'",
                "waiting for the lock of array '/wingbeat-test-held', which another process or task holds",
                "waiting for the writer of stream 'flock' to answer rate = 0.25",
            ]
            @test interrupt(child) == ([], 130)
            fly!(out)
            without_writer = start_waiting("exit", "frame", "spin", "window")
            quiet = start_waiting("quiet", "frame", "stream", "lock", "array")
            @test next_line(without_writer) == next_line(quiet) == "ready"
            close(out)
            text = "waiting for a new writer of stream 'flock'; the last one ended after frame 1"
            @test [next_line(without_writer) for _ in 1:3] == fill(text, 3)
            @test interrupt(without_writer) == interrupt(quiet) == ([], 130)
        end
    end
end

@testset "the_message_says_that_there_are_no_streams" begin
    with_directory() do
        @test Wingbeat.list_streams() == "there are no streams on this machine"
        out = flock("ended")
        reader = subscribe("ended")
        close(out)
        @test Wingbeat.list_streams() == "there are no streams on this machine" # without a living writer
        close(reader)
    end
end

@testset "loops_and_turns_end_at_their_time_limit" begin
    with_flock(; mode=:every) do out, swarm
        @test [frame.seq for frame in eachframe(swarm; timeout=0.1)] == [1]
        fly!(out)
        @test [last(w.seqs) for w in window(swarm, 3, :mass; timeout=0.1)] == [2]
        @test thrown(() -> take!(swarm; timeout=0.05)) isa Wingbeat.StreamNotReady
        @test_throws Wingbeat.InvalidArgument eachframe(swarm; timeout=-1)
        fly!(out)
        @test take!(swarm; timeout=20).seq == 3
    end
end

@testset "tasks_on_several_threads_wait_independently" begin
    with_flock(; frames=0, writer=(history=20,)) do out, swarm
        readers = [subscribe("flock"; leases=1, mode=:every) for _ in 1:3]
        sums = zeros(3)
        tasks = map(1:3) do k
            Threads.@spawn for frame in readers[k]
                sums[k] += sum(frame[:mass])
                frame.seq == 20 && break
            end
        end
        for _ in 1:20
            fly!(out)
            sleep(0.005)
        end
        foreach(wait, tasks)
        @test all(==(sum(sum(mass_of(seq, 8)) for seq in 1:20)), sums)
        foreach(close, readers)
    end
end
