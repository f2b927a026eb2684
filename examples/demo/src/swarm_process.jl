"""
The swarm, started as a child process, and the folder in which the two find each other.

Whatever happens to the demo, the swarm ends: in order, by `stop`; after the demo's sudden death by the kernel's signal to
orphans (where `setpriv` exists), else by its own time limit.
"""
module SwarmProcesses

export SwarmProcess, SwarmEnded, MissingBinary, command_path, start_swarm, stop, is_running
export own_directory, remove_directory, sweep_directories

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

# Frames that Julia may fall behind (when it collects garbage, say) without losing one: half a second.
const HISTORY = 30

function start_swarm(root, settings, limit_seconds, initial_values)
    arguments = String[
        "swarm", "--agents", string(settings.agents), "--rate", string(settings.rate), "--seconds",
        string(limit_seconds), "--history", string(HISTORY), "--subscribe", "latent", "--stamp", "--json",
    ]
    for (name, value) in initial_values
        append!(arguments, ("--set", string(name, "=", value)))
    end
    isempty(settings.inject) || append!(arguments, ("--inject", settings.inject))
    return spawn(`$(orphan_guard()) $(command_path(root)) $arguments`)
end

function orphan_guard()
    guard = Sys.islinux() ? Sys.which("setpriv") : nothing
    return guard === nothing ? String[] : [guard, "--pdeathsig", "INT"]
end

function spawn(command)
    output, complaints = nameless_file(), nameless_file()
    # In a session of its own: Ctrl-C is for the demo, which then ends the swarm.
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

const PREFIX = "wingbeat-demo-"

"A fresh runtime directory, whose name says whose it is."
own_directory() = mktempdir(; prefix=string(PREFIX, getpid(), "-"), cleanup=false)

"Gives back the memory that dead processes of that directory left, and removes it."
function remove_directory(root, directory)
    isdir(directory) || return nothing
    withenv("WINGBEAT_DIR" => directory) do
        run(pipeline(ignorestatus(`$(command_path(root)) gc`); stdout=devnull, stderr=devnull))
    end
    rm(directory; recursive=true, force=true)
    return nothing
end

"Removes the directories of demos that were killed."
function sweep_directories(root)
    for name in readdir(tempdir())
        owner = match(r"^wingbeat-demo-(\d+)-", name)
        owner === nothing && continue
        path = joinpath(tempdir(), name)
        is_mine(path) && !is_alive(parse(Int32, owner.captures[1])) && remove_directory(root, path)
    end
    return nothing
end

is_mine(path) = !islink(path) && isdir(path) && stat(path).uid == ccall(:getuid, UInt32, ())
is_alive(pid::Int32) = ccall(:kill, Cint, (Cint, Cint), pid, 0) == 0 || Libc.errno() != Libc.ESRCH

end
