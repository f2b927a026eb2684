# The reference swarm (`wingbeat swarm`) as a child process, and its stream.
#
# `apps/run` gives the program a runtime directory of its own (WINGBEAT_DIR), which the swarm inherits, and ends the
# swarm together with the program. After a sudden death of both, the kernel's signal to orphans ends the swarm where
# `setpriv` exists; elsewhere its time limit does.

const ROOT = normpath(joinpath(@__DIR__, "..", "..", ".."))

struct MissingBinary <: Exception
    path::String
end

function Base.showerror(io::IO, err::MissingBinary)
    return print(io, "the wingbeat command is not built (", err.path, " is missing); run: make build")
end

"The swarm ended by itself. Its own message is on the standard error."
struct SwarmEnded <: Exception end

function Base.showerror(io::IO, ::SwarmEnded)
    return print(io, "the swarm ended by itself; see its message above, or run: build/release/bin/wingbeat doctor")
end

"`WINGBEAT_COMMAND`, or the release build of this checkout."
function command_path()
    path = get(ENV, "WINGBEAT_COMMAND", joinpath(ROOT, "build", "release", "bin", "wingbeat"))
    isfile(path) || throw(MissingBinary(path))
    return path
end

struct SwarmProcess
    process::Base.Process
    output::IOStream # files without a name
    errors::IOStream
end

"Starts `wingbeat swarm` with these arguments."
function spawn_swarm(arguments)
    output, errors = nameless_file(), nameless_file()
    command = ignorestatus(`$(orphan_guard()) $(command_path()) swarm $arguments`)
    return SwarmProcess(run(pipeline(command; stdin=devnull, stdout=output, stderr=errors); wait=false), output, errors)
end

function orphan_guard()
    guard = Sys.islinux() ? Sys.which("setpriv") : nothing
    return guard === nothing ? String[] : [guard, "--pdeathsig", "INT"]
end

function nameless_file()
    path, file = mktemp()
    rm(path)
    return file
end

is_running(swarm::SwarmProcess) = process_running(swarm.process)

function ended_within(swarm::SwarmProcess, seconds)
    deadline = time() + seconds
    while is_running(swarm) && time() < deadline
        sleep(0.01)
    end
    return !is_running(swarm)
end

"Ends the swarm, with SIGINT first, and returns its (standard output, standard error)."
function stop(swarm::SwarmProcess)
    for (signal, patience) in ((Base.SIGINT, 5), (Base.SIGTERM, 2), (Base.SIGKILL, 2))
        is_running(swarm) || break
        kill(swarm.process, signal)
        ended_within(swarm, patience)
    end
    return (whole_text(swarm.output), whole_text(swarm.errors))
end

function whole_text(file)
    text = read(seekstart(file), String)
    close(file)
    return text
end

# -------------------------------------------------------------------------------------------------------------- one run

const LONGEST_RUN_S = 3600

"""
    run_swarm(f, arguments) -> (f(swarm), the swarm's standard output)

Starts a swarm with these arguments, calls `f` with the [`SwarmProcess`](@ref) and ends the swarm. Throws
[`SwarmEnded`](@ref) if `f` failed because the swarm ended by itself. The swarm's standard error is copied to the
program's.
"""
function run_swarm(f, @nospecialize(arguments))
    swarm = spawn_swarm(String[string(argument) for argument in arguments])
    output, errors = "", ""
    value = nothing
    try
        value = f(swarm)
    catch
        sleep(0.1) # until Julia has noticed the end of a child
        is_running(swarm) ? rethrow() : throw(SwarmEnded())
    finally
        output, errors = stop(swarm)
        print(stderr, errors)
    end
    return value, output
end

"Calls `f()` while a swarm with these arguments runs, from its first frame on."
function with_swarm(f, @nospecialize(arguments))
    value, _ = run_swarm(Any[arguments..., "--seconds", LONGEST_RUN_S, "--quiet"]) do swarm
        await_stream(swarm)
        f()
    end
    return value
end

# Throws if the swarm ends before its stream is there.
function await_stream(swarm::SwarmProcess)
    while !any(s -> s.name == "swarm", streams())
        is_running(swarm) || throw(SwarmEnded())
        sleep(0.01)
    end
    return nothing
end

# Where both want one core, the simulation goes first: a batch process that wakes up does not displace another (see
# sched(7)).
const SCHED_BATCH = 3
yield_to_the_swarm() = Sys.islinux() && ccall(:sched_setscheduler, Cint, (Cint, Cint, Ref{Cint}), 0, SCHED_BATCH, 0)

"""
    watch(f, arguments; mode=:every, fields, label="learner")

Starts a swarm with these arguments and calls `f(reader)`. The reader's frames have these fields.
"""
function watch(f, @nospecialize(arguments); mode=:every, fields, label="learner")
    with_swarm(arguments) do
        yield_to_the_swarm()
        subscribe(f, "swarm"; mode=mode, fields=fields, label=label, stay=false, quiet=true)
    end
end

const CALM_FRAMES = 30
const LONGEST_REHEARSAL_S = 30

"""
    rehearse(turn, reader, rate)

Calls `turn(frame)` for each frame until Julia has compiled its code and keeps up with `rate` frames per second: until
$CALM_FRAMES frames in a row were not late, or $LONGEST_REHEARSAL_S s are over.
"""
function rehearse(turn, reader, rate)
    calm, began = 0, time()
    for frame in reader
        turn(frame)
        calm = age(frame) < 2 / rate ? calm + 1 : 0
        (calm >= CALM_FRAMES || time() - began > LONGEST_REHEARSAL_S) && return nothing
    end
    throw(SwarmEnded())
end

"""
    steer!(reader, name => value) -> Receipt

Sets a parameter of the reader's stream and waits until it is in force: `receipt.step`, `receipt.seq`. Throws
`RequestRefused` with the reason, or `Wingbeat.RequestTimeout` after half a minute.
"""
steer!(reader, change::Pair) = wait(request(reader, change); timeout=30)

"The value of a parameter of the reader's stream."
parameter_of(reader, name) = Float64(params(reader)[name])
