# Julia keeps the code of these calls from one session to the next.

let (_, options) = parse_arguments(PROGRAM, ["--seconds", "5"])
    display, record = Display(devnull, false), new_record(options)
    X, V = rand(Float32, 3, 64), rand(Float32, 3, 64)
    flock_view!(display.picture, Tuple(centroid(X)), 1.0)
    for (compiling, k) in (("compiling", 0), ("", 2))
        k == 0 || add!(record, 1e3, FlockOrder(0.1, 0.1, 1.0, 1.0), 0.5, zeros(Float32, NUMBERS))
        now = Now(AGENTS, compiling, 0.5, 1.0, 5.0, 60.0, FlockOrder(0.1, 0.1, 1.0, 1.0), "/tmp")
        starting_rows(display, record, now, [step.name for step in STEPS], k, X, V, 80, 24)
        screen_rows(display, record, now, X, V, 80, 24)
        plain_line(record, now)
    end
    learn!(WindowCoder(64, WINDOW), zeros(Float32, 3, 64, WINDOW))
    swarm_arguments(options)
    conclude_demo(IOBuffer(), options, record, read_summary("{}"))
    for positions in (FieldArray{Float32,2},)
        precompile(count!, (Matrix{Int32}, Matrix{Float32}, positions, positions, NTuple{3,Float32}, Float32))
        precompile(update!, (FlockPicture, positions, positions, Int, Int))
        precompile(screen_rows, (Display, RunRecord, Now, positions, positions, Int, Int))
        precompile(starting_rows, (Display, RunRecord, Now, Vector{String}, Int, positions, positions, Int, Int))
        precompile(frame_stamp, (Int, Vector{Any}))
        precompile(words_sum, (positions,))
    end
    for f in (process_frame!, show_frame!, is_whole, count_rate!)
        precompile(f, (Session, Wingbeat.Frame{Nothing}))
    end
    for f in (ask!, learn_from!, look_for_receipt!, begin_anew!, rehearse!, perform!, close)
        precompile(f, f === ask! ? (Session, Float64) : (Session,))
    end
    precompile(Session, (Wingbeat.Reader{Nothing}, typeof(options), Display))
    precompile(compile!, (Session, Progress))
    precompile(show_step!, (Session, Progress, Int, Wingbeat.Frame{Nothing}))
    precompile(watch_swarm, (SwarmProcess, typeof(options), Display, Progress))
    precompile(run_demo, (typeof(options), Base.TTY))
    precompile(main, (Vector{String},))
end
