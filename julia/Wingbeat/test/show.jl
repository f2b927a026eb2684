# The texts of the REPL, whole lines where they do not depend on the machine.
shown(x) = sprint(show, MIME("text/plain"), x)
has(text, parts...) = all(p -> occursin(p, text), parts)

@testset "the_repl_shows_what_a_stream_is_about" begin
    parameters = (rate=parameter(0.5; min=0, max=1, unit="1/s", help="how fast"), mode=parameter(:a; choices=(:a, :b)))
    options = (parameters=parameters, triggers=(:reset,), attributes=("model" => "zones",))
    with_flock(; writer=options, frames=0) do out, swarm
        @test has(shown(swarm), "Reader of flock (:latest), writer alive", "position  Float32  3×N  x y z  [m]",
            "2 parameters, 1 trigger", "model = zones", "0 missed, 0 restarts")
        fly!(out; count=5)
        frame = take!(swarm)
        @test has(shown(frame), "Frame 1 of flock: step 10", "5 agents", "grid      Int32    2×3")
        @test has(shown(hold(frame)), "on hold")
        X = frame[:position]
        @test startswith(shown(X), "3×5 FieldArray{Float32,2}:") && has(shown(X), "111.0")
        @test has(shown(copy(frame)), "Copy of frame 1", "Float32")
        @test shown(params(swarm)) == """
            2 parameters of flock
              rate  0.5  1/s  0.0 .. 1.0  how fast
              mode  a         a | b"""
        @test has(shown(schema(swarm)), "Schema of flock: up to 8 agents")
        @test has(shown(out), "Writer of flock: 1 frame published")
        @test has(sprint(show, request(swarm, :reset)), "Receipt(reset: pending)")
        w = window(swarm, 4, :position)
        @test has(shown(w), "Window over flock: 0 of 4 frames")
        push!(w, frame)
        @test has(shown(w), "1 of 4 frames, 1 to 1", "3×8×1")
        @test has(shown(streams()), "1 stream in $(ENV["WINGBEAT_DIR"])", "stream  writer", "flock   alive")
        @test has(shown(streams("flock")), "Stream flock: writer alive", "5 of 8 agents", "julia $(getpid())")
        @test has(sprint(show, collect(requests(out))), "Request(reset)")
        release(frame)
        @test shown(frame) == "Frame 1 (released)" && shown(X) == "3×5 FieldArray{Float32,2} (released)"
        @test sprint(show, X) == shown(X)
        @test sprint.(show, Any[swarm, out, frame, w, schema(swarm), params(swarm)]) == [
            "Reader(flock)", "Writer(flock)", "Frame(1, released)", "Window(position)", "Schema of flock (3 fields)",
            "Parameters of flock",
        ]
        foreach(close, (w, swarm, out))
        @test has(shown(swarm), "closed") && has(shown(out), "closed") && has(shown(w), "closed")
    end
    with_directory() do
        @test shown(streams()) == "No streams in $(ENV["WINGBEAT_DIR"])"
    end
end

@testset "the_repl_shows_how_a_stream_is_read" begin
    with_flock(; frames=1, stride=3, copy=true) do out, swarm
        @test has(shown(swarm), "Reader of flock (:every, by copying), writer alive")
        @test has(shown(streams("flock")), ":every 3", "copies")
        subscribe(unseen -> (@test has(shown(unseen), "(:latest, observing)")), "flock"; observe=true)
    end
    @test Wingbeat.human_time(-1e6) == "?" # a writer whose clock is another
end

quietly(f) = with_logger(f, NullLogger())

@testset "a_stream_whose_frames_may_be_torn_says_so_everywhere" begin
    writer = (attributes=("unverified" => "/data has no lock",),)
    quietly(() -> with_flock(; writer=writer) do out, swarm
        @test unverified(swarm) == unverified(out) == unverified(schema(swarm)) == "/data has no lock"
        @test unverified(streams("flock")) == "/data has no lock"
        @test has(shown(swarm), "unverified = /data has no lock") && has(shown(streams("flock")), "unverified: /data has no lock")
        @test has(shown(streams()), "flock (unverified)")
    end)
    with_flock() do out, swarm
        @test unverified(swarm) === unverified(out) === unverified(streams("flock")) === nothing
        @test !has(shown(swarm), "unverified") && !has(shown(streams()), "unverified") && !has(shown(streams("flock")), "unverified")
    end
end

# The log of two readers. (The logger of Test in Julia 1.5 does not support maxlog.)
function logged_by_two_readers(attributes)
    text = IOBuffer()
    logger = SimpleLogger(text)
    with_directory() do
        flock("loose"; attributes=attributes) do out
            with_logger(() -> foreach(_ -> subscribe(identity, "loose"), 1:2), logger)
        end
    end
    return String(take!(text))
end

@testset "a_reader_of_an_unverified_stream_warns_once" begin
    @test logged_by_two_readers(()) == ""
    logged = logged_by_two_readers(("unverified" => "/data has no lock",))
    @test length(collect(eachmatch(r"stream loose is unverified: /data has no lock", logged))) == 1
end

@testset "errors_say_their_kind_and_what_to_do" begin
    @test sprint(showerror, FrameReleased()) ==
        "FrameReleased: the frame of this memory was released; copy data that is needed longer, or hold(frame)"
    @test sprint(showerror, RequestRefused("rate = 2", "too fast")) == "RequestRefused: rate = 2 was refused: too fast"
end
