@testset "streams_lists_writers_and_readers" begin
    with_directory() do
        @test isempty(streams()) && Wingbeat.runtime_directory() == ENV["WINGBEAT_DIR"]
        flock("a") do a
            flock("b"; capacity=20) do b
                fly!(a; count=3)
                reader = subscribe("a"; mode=:every, leases=3, label="analysis")
                frame = wait(reader; timeout=0)
                list = streams()
                @test [s.name for s in list] == ["a", "b"]
                s = list[1]
                @test (s.writer, s.pid, s.seq, s.step, s.time, s.count, s.capacity) == (:alive, getpid(), 1, 10, 1 / 60, 3, 8)
                @test (s.epoch, s.generation, s.lease_budget, s.max_readers) == (1, 1, 8, 32)
                @test s.memory_bytes > s.frame_bytes > 0 && 0 <= s.age < 60
                @test length(s.readers) == 1
                r = s.readers[1]
                @test (r.pid, r.label, r.mode, r.alive, r.leases) == (getpid(), "analysis", :every, true, 3)
                @test isnan(list[2].age) && list[2].seq == 0 && isempty(list[2].readers)
                @test streams("b").capacity == 20
                close(reader)
                @test isempty(streams("a").readers)
            end
            @test streams("a").writer === :alive
        end
        err = thrown(() -> streams("c"))
        @test err isa Wingbeat.StreamNotReady && occursin("there is no stream c", err.message)
    end
end
@testset "many_streams_are_listed" begin
    with_directory() do
        outs = [publish("s$k"; x=[1.0], leases=0, history=0) for k in 10:49]
        @test [s.name for s in streams()] == ["s$k" for k in 10:49]
        foreach(close, outs)
        @test !any(s -> s.writer === :alive, streams())
    end
end

@testset "what_a_dead_writer_left_is_seen_and_collected" begin
    with_directory() do
        writer = start("writer", 8)
        @test next_line(writer) == "flying"
        @test streams("flock").pid != getpid()
        kill_hard(writer)
        @test streams("flock").writer === :dead
        report = Wingbeat.collect_dead()
        @test report.streams == 1 && report.objects == 2 && report.bytes > 0
        @test isempty(streams())
        @test Wingbeat.collect_dead("flock").streams == 0
    end
end
