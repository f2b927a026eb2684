"The run itself: watch, learn, answer, steer."
module Live

using SwarmMetrics: Flock, centroid
using SwarmApps: SwarmEnded, SwarmProcess, command_path, in_own_directory, is_running, spawn_swarm, stop
using Wingbeat
using ..Attendants
using ..Learner
using ..Options
using ..Order
using ..Picture
using ..Record
using ..Screen
using ..Stamp
using ..Verdict

export run_demo

const WINDOW = 60            # frames
const NUMBERS = 10           # in the code
const STEERED = :alignment   # a flock whose agents hardly heed each other's heading ...
const STEERED_TO = 0.1       # ... becomes one that does
# A calm start: neighbours at arm's length, and a soft edge.
const INITIAL_VALUES = (separation=0.1, centre_strength=0.0002)
const FRAMES_PER_PICTURE = 5
const WARM_UP_LIMIT = 30.0   # seconds
const CALM_FRAMES = 30       # in a row, none of which Julia took longer for than the swarm

mutable struct Session
    settings::Settings
    swarm::Wingbeat.Reader
    window::Window
    latent::Wingbeat.Writer
    stamped::Vector{Symbol}     # the fields that the stamp is made of
    coder::WindowCoder
    flock::Flock                # an empty one, whose memory serves each frame's
    record::RunRecord
    display::Display
    receipt::Union{Nothing,Receipt}
    order::FlockOrder
    began_ns::UInt64            # publish time of the first frame of this phase
    newest_ns::UInt64           # publish time of the newest
    rate::Float64
    rate_mark::Tuple{Int,UInt64} # seq and publish time the next rate is counted from
    note::String
end

new_record(settings) =
    RunRecord(settings.agents, round(Int, settings.rate * settings.seconds), NUMBERS, Steering(STEERED, STEERED_TO))

function Session(swarm::Wingbeat.Reader, settings::Settings, display::Display, note)
    agents = Wingbeat.schema(swarm).capacity
    return Session(
        settings, swarm, window(swarm, WINDOW, :position), publish("latent"; code=zeros(Float32, NUMBERS)),
        filter(!=(:stamp), keys(swarm)), WindowCoder(agents, WINDOW; numbers=NUMBERS), Flock(zeros(Float32, 3, 0)),
        new_record(settings), display, nothing, FlockOrder(0, 0, 0, 0), 0, 0, 0.0, (0, 0), note,
    )
end

function Base.close(session::Session)
    close(session.latent)
    close(session.window)
    close(session.swarm)
    return nothing
end

# ------------------------------------------------------------------------------------------------------------ one frame

is_whole(session, frame) =
    frame_stamp(frame.seq, Any[frame[name] for name in session.stamped]) == frame[:stamp][1]

# The code carries the step it was made of.
function answer!(latent::Wingbeat.Writer, code, frame)
    latent[:code] .= code
    publish!(latent; step=frame.step, time=frame.time)
    return nothing
end

# Everything that happens with a frame, in the order of urgency: the frame is on loan.
function take_in!(session::Session, frame)
    latency_ns = 1e9 * age(frame)
    record = session.record
    record.lost += frame.missed
    is_whole(session, frame) || (record.torn += 1)
    X, V = frame[:position], frame[:velocity]
    push!(session.window, frame)
    session.order = FlockOrder(Flock(session.flock, X, V))
    error = learn_from!(session)
    answer!(session.latent, session.coder.code, frame)
    add!(record, latency_ns, session.order, error, session.coder.code)
    count_rate!(session, frame)
    return nothing
end

learn_from!(session) = isfull(session.window) ? learn!(session.coder, session.window[:position]) : 1.0

function count_rate!(session, frame)
    session.newest_ns = frame.publish_time_ns
    seq, time = session.rate_mark
    seconds = (frame.publish_time_ns - time) / 1e9
    seq > 0 && seconds < 1 && return nothing
    seq > 0 && (session.rate = (frame.seq - seq) / seconds)
    session.rate_mark = (frame.seq, frame.publish_time_ns)
    return nothing
end

elapsed(session) = is_warming(session) ? 0.0 : (session.newest_ns - session.began_ns) / 1e9

is_warming(session) = session.began_ns == 0

present(session, agents) = Now(
    agents, is_warming(session), elapsed(session), session.settings.seconds, session.rate, session.order, session.note
)

function show!(session::Session, frame)
    seen = frames(session.record)
    if session.display.live
        seen % FRAMES_PER_PICTURE == 0 || return nothing
        update_view!(session, frame[:position])
        draw!(session.display, session.record, present(session, frame.count), frame[:position], frame[:velocity])
    elseif seen % session.settings.rate == 0
        println(session.display.out, plain_line(session.record, present(session, frame.count)))
        flush(session.display.out)
    end
    return nothing
end

update_view!(session, X) = flock_view!(session.display.picture, Tuple(centroid(X)), session.order.cohesion)

# ------------------------------------------------------------------------------------------------------------- steering

function ask!(session::Session, value)
    steering = session.record.steering
    steering.from = params(session.swarm)[steering.parameter]
    steering.frame = frames(session.record)
    session.receipt = request(session.swarm, steering.parameter => value)
    return nothing
end

# The receipt comes between two frames; nobody waits for it.
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

# --------------------------------------------------------------------------------------------------------------- phases

# Julia compiles what it meets for the first time. So the run is rehearsed on the live stream, with a request that
# changes nothing, until Julia keeps up; then it begins anew with nothing learned.
function rehearse!(session::Session)
    began = time()
    calm = 0
    for frame in session.swarm
        arrived = time()
        rehearse_frame!(session, frame)
        calm = time() - arrived > 1 / session.settings.rate ? 0 : calm + 1
        ready = calm >= CALM_FRAMES && isfull(session.window) && session.receipt === nothing
        (ready || time() - began > WARM_UP_LIMIT) && break
    end
    begin_anew!(session)
    return nothing
end

function rehearse_frame!(session::Session, frame)
    take_in!(session, frame)
    show!(session, frame)
    seen = frames(session.record)
    seen == 5 && ask!(session, params(session.swarm)[STEERED])
    seen == 10 && (plain_line(session.record, present(session, frame.count)); effect(session.record))
    look_for_receipt!(session)
    return nothing
end

function begin_anew!(session::Session)
    GC.gc()
    session.coder = WindowCoder(Wingbeat.schema(session.swarm).capacity, WINDOW; numbers=NUMBERS)
    session.record = new_record(session.settings)
    skip_backlog!(session)
    return nothing
end

# What piled up meanwhile belongs to the rehearsal.
function skip_backlog!(session::Session)
    while (frame = wait(session.swarm; timeout=0)) !== nothing
        push!(session.window, frame)
    end
    return nothing
end

function perform!(session::Session)
    settings = session.settings
    session.began_ns = 0
    for frame in session.swarm
        is_warming(session) && (session.began_ns = frame.publish_time_ns)
        (frame.publish_time_ns - session.began_ns) / 1e9 >= settings.seconds && break
        take_in!(session, frame)
        half_way = session.record.steering.frame == 0 && elapsed(session) >= settings.seconds / 2
        half_way && ask!(session, STEERED_TO)
        look_for_receipt!(session)
        show!(session, frame)
    end
    return nothing
end

# ------------------------------------------------------------------------------------------------------------ the whole

# A swarm that no longer publishes must not keep the demo waiting.
time_limit(settings) = WARM_UP_LIMIT + 1.5 * settings.seconds + 10

function watch!(process::SwarmProcess, settings::Settings, display::Display, note)
    session = Session(await_swarm(process), settings, display, note)
    attend(() -> (sleep(time_limit(settings)); close(session.swarm)))
    try
        rehearse!(session)
        is_running(process) || throw(SwarmEnded()) # else what was seen is somebody else's `swarm`
        perform!(session)
        return session.record
    finally
        close(session)
        close(display)
    end
end

function await_swarm(process::SwarmProcess)
    while is_running(process)
        try
            return subscribe("swarm"; mode=:every, label="demo", stay=false, timeout=0.5)
        catch err
            err isa Wingbeat.StreamNotReady || rethrow()
        end
    end
    throw(SwarmEnded())
end

# Where both want one core, the simulation goes first: a batch process that wakes up displaces nobody (see sched(7)).
const SCHED_BATCH = 3
yield_to_the_swarm() = Sys.islinux() && ccall(:sched_setscheduler, Cint, (Cint, Cint, Ref{Cint}), 0, SCHED_BATCH, 0)

# Frames that Julia may fall behind (when it collects garbage, say) without losing one: half a second.
const HISTORY = 30

function swarm_arguments(settings::Settings)
    arguments = [
        "--agents", string(settings.agents), "--rate", string(settings.rate), "--seconds",
        string(round(Int, time_limit(settings) + 10)), "--history", string(HISTORY), "--subscribe", "latent", "--stamp", "--json",
    ]
    foreach(((name, value),) -> append!(arguments, ("--set", "$name=$value")), pairs(INITIAL_VALUES))
    isempty(settings.inject) || append!(arguments, ("--inject", settings.inject))
    return arguments
end

function run_swarm_and_watch(root, settings::Settings, display::Display, note)
    process = spawn_swarm(root, swarm_arguments(settings))
    yield_to_the_swarm()
    record = nothing
    output = ""
    try
        record = watch!(process, settings, display, note)
    catch err
        err isa InterruptException && rethrow()
        sleep(0.1) # for Julia to notice that a child has ended
        is_running(process) ? rethrow() : throw(SwarmEnded())
    finally
        output, complaints = stop(process)
        print(stderr, complaints)
    end
    return record, read_summary(output)
end

function conclude(out::IO, settings::Settings, record, swarm)
    failed = failures(record, swarm)
    foreach(line -> isempty(line) || println(out, line), steering_lines(record))
    isempty(settings.json) || write(settings.json, summary_json(record, swarm, failed), "\n")
    foreach(text -> println(out, "check failed: ", text), failed)
    println(out, last_line(record, swarm))
    return isempty(failed) ? 0 : 1
end

"""
    run_demo(root, settings, out) -> exit code

Starts the swarm of the checkout `root`, watches it, ends it, and says on `out` what there was to see.
"""
function run_demo(root, settings::Settings, out::IO)
    command_path(root) # before anything is made
    live = out isa Base.TTY && !settings.plain
    display = Display(out, live)
    settings.join && return conclude(out, settings, run_swarm_and_watch(root, settings, display, "")...)
    in_own_directory(root, "demo") do directory
        note = "elsewhere: WINGBEAT_DIR=$directory build/release/bin/wingbeat top"
        conclude(out, settings, run_swarm_and_watch(root, settings, display, note)...)
    end
end

end
