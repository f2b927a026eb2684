# The run: watch, learn, answer, steer.

const AGENTS, RATE = 10_000, 60
const WINDOW = 60            # frames
const NUMBERS = 10           # in the code
const STEERED = :alignment   # 0.001 at first: agents hardly follow each other's headings
const STEERED_TO = 0.1       # they do, and the flock becomes ordered
const INITIAL_VALUES = (separation=0.1, centre_strength=0.0002) # a calm start: near neighbours, a soft edge
const FRAMES_PER_PICTURE = 5

mutable struct Session
    options::NamedTuple
    swarm::Wingbeat.Reader
    window::Window
    latent::Wingbeat.Writer     # of the answer
    stamped::Vector{Symbol}     # the fields that the stamp covers
    coder::WindowCoder
    flock::Flock                # an empty one; each frame reuses its memory
    record::RunRecord
    display::Display
    receipt::Union{Nothing,Receipt}
    order::FlockOrder
    began_ns::UInt64            # publish time of the first frame of the run; 0: the run has not begun
    newest_ns::UInt64           # publish time of the newest
    rate::Float64
    rate_mark::Tuple{Int,UInt64} # seq and publish time that the next rate is counted from
    compiling::String
    part::Float64               # of the compilation
end

new_record(options) = RunRecord(AGENTS, round(Int, RATE * options.seconds), NUMBERS, Steering(STEERED, STEERED_TO))

function Session(swarm, options, display::Display)
    return Session(
        options, swarm, window(swarm, WINDOW, :position), publish("latent"; code=zeros(Float32, NUMBERS)),
        filter(!=(:stamp), keys(swarm)), WindowCoder(AGENTS, WINDOW; numbers=NUMBERS), Flock(zeros(Float32, 3, 0)),
        new_record(options), display, nothing, FlockOrder(0, 0, 0, 0), UInt64(0), UInt64(0), 0.0, (0, UInt64(0)), "",
        0.0,
    )
end

function Base.close(session::Session)
    close(session.latent)
    close(session.window)
    close(session.swarm)
    return nothing
end

# ------------------------------------------------------------------------------------------------------------ one frame

is_whole(session, frame) = frame_stamp(frame.seq, Any[frame[name] for name in session.stamped]) == frame[:stamp][1]

measure!(session, X, V) = session.order = FlockOrder(Flock(session.flock, X, V))

learn_from!(session) = isfull(session.window) ? learn!(session.coder, session.window[:position]) : 1.0

# The code carries the step of the frame that it was made of.
function answer!(latent, code, frame)
    latent[:code] .= code
    publish!(latent; step=frame.step, time=frame.time)
    return nothing
end

# All work on a frame, the urgent part first.
function process_frame!(session::Session, frame)
    latency_ns = 1e9 * age(frame)
    record = session.record
    record.lost += frame.missed
    is_whole(session, frame) || (record.torn += 1)
    push!(session.window, frame)
    measure!(session, frame[:position], frame[:velocity])
    error = learn_from!(session)
    answer!(session.latent, session.coder.code, frame)
    add!(record, latency_ns, session.order, error, session.coder.code)
    count_rate!(session, frame)
    return nothing
end

function count_rate!(session, frame)
    session.newest_ns = frame.publish_time_ns
    seq, time = session.rate_mark
    seconds = (frame.publish_time_ns - time) / 1e9
    seq > 0 && seconds < 1 && return nothing
    seq > 0 && (session.rate = (frame.seq - seq) / seconds)
    session.rate_mark = (frame.seq, frame.publish_time_ns)
    return nothing
end

has_begun(session) = session.began_ns > 0
elapsed(session) = has_begun(session) ? (session.newest_ns - session.began_ns) / 1e9 : 0.0

present(session, agents) = Now(
    agents, session.compiling, session.part, elapsed(session), session.options.seconds, session.rate, session.order,
    session.options.join ? "" : get(ENV, "WINGBEAT_DIR", ""),
)

function show_frame!(session::Session, frame)
    seen = frame_count(session.record)
    if session.display.live
        seen % FRAMES_PER_PICTURE == 0 && show_screen!(session, frame)
    elseif has_begun(session) && seen % RATE == 0
        println(session.display.out, plain_line(session.record, present(session, frame.count)))
        flush(session.display.out)
    end
    return nothing
end

function show_screen!(session::Session, frame)
    X, V = frame[:position], frame[:velocity]
    flock_view!(session.display.picture, Tuple(centroid(X)), session.order.cohesion)
    now = present(session, frame.count)
    draw!((width, height) -> screen_rows(session.display, session.record, now, X, V, width, height), session.display)
    return nothing
end

# ------------------------------------------------------------------------------------------------------------- steering

function ask!(session::Session, value)
    steering = session.record.steering
    steering.from = parameter_of(session.swarm, steering.parameter)
    steering.frame = frame_count(session.record)
    session.receipt = request(session.swarm, steering.parameter => value)
    return nothing
end

# The receipt comes between two frames; the run does not wait for it.
function look_for_receipt!(session::Session)
    receipt = session.receipt
    receipt === nothing && return nothing
    status = receipt.status
    status === :pending && return nothing
    steering = session.record.steering
    steering.applied = status === :applied
    steering.receipt = steering.applied ? "applied at step $(receipt.step)" : string(status, " ", receipt.reason)
    session.receipt = nothing
    return nothing
end

# ------------------------------------------------------------------------------------------------------------ the start

# A part of the analysis. `begins` is the share of the starting time that is over before it, as measured.
struct Step
    name::String
    begins::Float64
    call::Function # of the session and a frame
end

# Julia compiles a function when it is called for the first time. So each part of the analysis is called once, on a live
# frame. The picture is the first: it is compiled when it shows that the next step begins.
const STEPS = [
    Step("picture of the flock", 0.3, (session, frame) -> nothing),
    Step("check of each frame's bytes", 0.49, (session, frame) -> is_whole(session, frame)),
    Step("order of the flock", 0.52, (session, frame) -> measure!(session, frame[:position], frame[:velocity])),
    Step("model of the motion", 0.79, (session, frame) -> learn!(session.coder, zeros(Float32, 3, AGENTS, WINDOW))),
    Step("answer to the swarm", 0.85, (session, frame) -> answer!(session.latent, session.coder.code, frame)),
    Step("curves", 0.87, (session, frame) -> draw_unseen(session, frame)),
    Step("steering", 0.98, (session, frame) -> steering_lines(session.record)),
]

function draw_unseen(session, frame)
    now = present(session, frame.count)
    plain_line(session.record, now)
    return screen_rows(session.display, session.record, now, frame[:position], frame[:velocity], 80, 24)
end

function compile!(session::Session, progress::Progress)
    for (k, step) in enumerate(STEPS)
        frame = take!(session.swarm)
        show_step!(session, progress, k, frame)
        step.call(session, frame)
    end
    return nothing
end

function show_step!(session::Session, progress::Progress, k, frame)
    session.part = STEPS[k].begins
    text = string("Julia compiles the analysis: ", k, " of ", length(STEPS), " (", STEPS[k].name, ")")
    session.display.live || return show!(progress, session.part, text)
    session.compiling = string(text, SwarmApps.time_left(session.part, time() - progress.began))
    X, V = frame[:position], frame[:velocity]
    session.display.picture.reach > 0 || flock_view!(session.display.picture, Tuple(centroid(X)), cohesion(Flock(X)))
    now = present(session, frame.count)
    names = [step.name for step in STEPS]
    draw!(
        (width, height) -> starting_rows(session.display, session.record, now, names, k - 1, X, V, width, height),
        session.display,
    )
    while session.display.writing
        sleep(0.002)
    end
    return nothing
end

# Then the run is rehearsed, with a request that changes nothing, until Julia keeps up.
function rehearse!(session::Session)
    session.compiling = "Julia catches up with the swarm"
    rehearse(session.swarm, RATE) do frame
        process_frame!(session, frame)
        show_frame!(session, frame)
        seen = frame_count(session.record)
        seen == 5 && ask!(session, parameter_of(session.swarm, STEERED))
        seen == 10 && effect(session.record)
        look_for_receipt!(session)
    end
    return nothing
end

# The run begins with nothing learned and nothing counted.
function begin_anew!(session::Session)
    GC.gc()
    session.coder = WindowCoder(AGENTS, WINDOW; numbers=NUMBERS)
    session.record = new_record(session.options)
    session.receipt, session.compiling = nothing, ""
    while (frame = wait(session.swarm; timeout=0)) !== nothing
        push!(session.window, frame) # frames that came meanwhile
    end
    return nothing
end

# -------------------------------------------------------------------------------------------------------------- the run

function perform!(session::Session)
    seconds = session.options.seconds
    for frame in session.swarm
        has_begun(session) || (session.began_ns = frame.publish_time_ns)
        (frame.publish_time_ns - session.began_ns) / 1e9 >= seconds && break
        process_frame!(session, frame)
        half_way = session.record.steering.frame == 0 && elapsed(session) >= seconds / 2
        half_way && ask!(session, STEERED_TO)
        look_for_receipt!(session)
        show_frame!(session, frame)
    end
    return nothing
end

# A swarm that no longer publishes must not keep the demo waiting.
time_limit(options) = SwarmApps.LONGEST_REHEARSAL_S + 1.5 * options.seconds + 40

function watch_swarm(process::SwarmProcess, options, display::Display, progress::Progress)
    session = Session(await_swarm(process), options, display)
    limit = Timer(_ -> close(session.swarm), time_limit(options))
    try
        compile!(session, progress)
        rehearse!(session)
        begin_anew!(session)
        is_running(process) || throw(SwarmEnded()) # else the stream `swarm` is another process's
        perform!(session)
        return session.record
    finally
        close(limit)
        close(session)
        close(display)
    end
end

function await_swarm(process::SwarmProcess)
    while is_running(process)
        try
            return subscribe("swarm"; mode=:every, label="demo", stay=false, quiet=true, timeout=0.5)
        catch err
            err isa Wingbeat.StreamNotReady || rethrow()
        end
    end
    throw(SwarmEnded())
end

# Two seconds: the frames that Julia may fall behind, while it collects garbage or waits for a processor, without losing
# one.
const HISTORY = 120

function swarm_arguments(options)
    arguments = Any[
        "--agents", AGENTS, "--rate", RATE, "--seconds", round(Int, time_limit(options) + 10), "--history", HISTORY,
        "--subscribe", "latent", "--stamp", "--json",
    ]
    foreach(((name, value),) -> append!(arguments, ("--set", "$name=$value")), pairs(INITIAL_VALUES))
    isempty(options.inject) || append!(arguments, ("--inject", options.inject))
    return arguments
end

const NEXT = """

Try next:
  scripts/demo --join               beside it: build/release/bin/wingbeat top
  make learn                        find a swarm's rules, steer it, find its leaders
  build/release/bin/wingbeat swarm  beside it: a program of examples/julia
"""

function conclude_demo(out::IO, options, record, swarm)
    failed = failures(record, swarm)
    foreach(line -> isempty(line) || println(out, line), steering_lines(record))
    isempty(options.json) || write(options.json, summary_json(record, swarm, failed), "\n")
    foreach(text -> println(out, "check failed: ", text), failed)
    isempty(slow_note(record)) || println(out, slow_note(record))
    println(out, NEXT)
    println(out, last_line(record, swarm))
    return isempty(failed) ? 0 : 1
end

"""
    run_demo(options, out) -> exit code

Starts the swarm, watches it, ends it, and prints the results on `out`.
"""
function run_demo(options, out::IO)
    set_num_threads(1) # the other core is the swarm's
    display = Display(out, out isa Base.TTY && !options.plain)
    progress = Progress(; interval=display.live ? 0.0 : 1.0)
    show!(progress, NaN, "Starting the swarm")
    yield_to_the_swarm()
    record, output = run_swarm(swarm -> watch_swarm(swarm, options, display, progress), swarm_arguments(options))
    return conclude_demo(out, options, record, read_summary(output))
end
