# The reference swarm (`wingbeat swarm`) as a child process, and the folder in which the program and the swarm find each other.
#
# The swarm ends with the program: in order, by `stop`; after a sudden death of the program by the kernel's signal to orphans
# (where `setpriv` exists). A time limit (`--seconds`) covers the systems without `setpriv`.

struct MissingBinary <: Exception
    path::String
end

function Base.showerror(io::IO, err::MissingBinary)
    return print(io, "the wingbeat command is not built (", err.path, " is missing); run: make build")
end

"The swarm ended by itself; what it complained of is on the standard error."
struct SwarmEnded <: Exception end

function Base.showerror(io::IO, ::SwarmEnded)
    return print(io, "the swarm ended by itself; see its message, or run `wingbeat doctor`")
end

struct SwarmProcess
    process::Base.Process
    output::IOStream     # files without a name
    complaints::IOStream
end

"`WINGBEAT_COMMAND`, or the release build of this checkout."
function command_path(root)
    path = get(ENV, "WINGBEAT_COMMAND", joinpath(root, "build", "release", "bin", "wingbeat"))
    isfile(path) || throw(MissingBinary(path))
    return path
end

"Starts `wingbeat swarm` of the checkout `root` with these arguments."
spawn_swarm(root, arguments) = spawn(`$(orphan_guard()) $(command_path(root)) swarm $arguments`)

function orphan_guard()
    guard = Sys.islinux() ? Sys.which("setpriv") : nothing
    return guard === nothing ? String[] : [guard, "--pdeathsig", "INT"]
end

function spawn(command)
    output, complaints = nameless_file(), nameless_file()
    # In a session of its own: Ctrl-C is for the parent, which then ends the swarm.
    apart = detach(ignorestatus(command))
    process = run(pipeline(apart; stdin=devnull, stdout=output, stderr=complaints); wait=false)
    return SwarmProcess(process, output, complaints)
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

"Ends the swarm, asking first, and returns what it wrote: (standard output, standard error)."
function stop(swarm::SwarmProcess)
    for (signal, patience) in ((Base.SIGINT, 5), (Base.SIGTERM, 2), (Base.SIGKILL, 2))
        is_running(swarm) || break
        kill(swarm.process, signal)
        ended_within(swarm, patience)
    end
    return (whole_text(swarm.output), whole_text(swarm.complaints))
end

function whole_text(file)
    text = read(seekstart(file), String)
    close(file)
    return text
end

# ------------------------------------------------------------------------------------------------- the runtime directory

"""
    in_own_directory(f, root, kind)

Calls `f(directory)` with a fresh runtime directory in force, and removes it afterwards with all that its streams left. Its name says
what it is for and whose it is: what others of its kind left that were killed is removed first.
"""
function in_own_directory(f, root, kind)
    sweep_directories(root, kind)
    directory = mktempdir(; prefix=string("wingbeat-", kind, "-", getpid(), "-"), cleanup=false)
    try
        return withenv(() -> f(directory), "WINGBEAT_DIR" => directory)
    finally
        remove_directory(root, directory)
    end
end

function remove_directory(root, directory)
    isdir(directory) || return nothing
    withenv("WINGBEAT_DIR" => directory) do
        run(pipeline(ignorestatus(`$(command_path(root)) gc`); stdout=devnull, stderr=devnull))
    end
    rm(directory; recursive=true, force=true)
    return nothing
end

function sweep_directories(root, kind)
    pattern = Regex("^wingbeat-$kind-(\\d+)-")
    for name in readdir(tempdir())
        owner = match(pattern, name)
        owner === nothing && continue
        path = joinpath(tempdir(), name)
        is_mine(path) && !is_alive(parse(Int32, owner.captures[1])) && remove_directory(root, path)
    end
    return nothing
end

is_mine(path) = !islink(path) && isdir(path) && stat(path).uid == ccall(:getuid, UInt32, ())
is_alive(pid::Int32) = ccall(:kill, Cint, (Cint, Cint), pid, 0) == 0 || Libc.errno() != Libc.ESRCH

# ------------------------------------------------------------------------------------------------- a swarm for one study

const LONGEST_RUN_S = 3600 # whatever happens to us, the swarm ends

"""
    with_swarm(f, root, arguments)

Starts `wingbeat swarm` of the checkout `root` with these arguments, calls `f()` once its stream `swarm` is there, and ends it. Throws
`SwarmEnded` if the swarm ended by itself meanwhile; what it complained of goes to the standard error.
"""
function with_swarm(f, root, arguments)
    swarm = spawn_swarm(root, string.([arguments..., "--seconds", LONGEST_RUN_S, "--quiet"]))
    complaints = ""
    try
        await_stream(swarm)
        return f()
    catch err
        is_running(swarm) || err isa InterruptException ? rethrow() : throw(SwarmEnded())
    finally
        _, complaints = stop(swarm)
        isempty(complaints) || print(stderr, complaints)
    end
end

# Until its first frames are there. A swarm that complains ends, and then nobody waits for it.
function await_stream(swarm)
    while !any(s -> s.name == "swarm", streams())
        is_running(swarm) || throw(SwarmEnded())
        sleep(0.01)
    end
    return nothing
end

"""
    steer!(swarm, name => value) -> Receipt

Sets a parameter of the subscription's stream and waits until it is in force: `receipt.step`, `receipt.seq`. Throws `RequestRefused` with
the reason, or `Wingbeat.RequestTimeout` after half a minute.
"""
steer!(swarm::Wingbeat.Reader, change::Pair) = wait(request(swarm, change); timeout=30)
