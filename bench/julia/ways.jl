# The ways to receive frames. receive!(way) waits without a limit and returns the frame's words, which are valid until
# the next call. It returns nothing after the way was closed.

abstract type Way end

@inline function take_frame!(way::Way, tally::Tally)
    words = receive!(way)
    seen_ns = time_ns()
    words === nothing && return false
    whole = sums_up(words)
    summed_ns = time_ns()
    count!(tally, seq_of(words) % Int, whole, seen_ns - publish_ns_of(words), summed_ns - start_ns_of(words))
    return true
end

const CONNECT_LIMIT_S = 10

function open_way(part::Part)
    part.way == "wingbeat" && return WingbeatWay(part)
    part.way == "unix-socket" && return SocketWay(part)
    part.way == "file" && return FileWay(part)
    part.way == "raw-shm" && return MemoryWay(part)
    return error("no way $(part.way)")
end

# A polling loop lets other tasks run: sometimes (spin), or by the shortest sleep that Julia has.
@inline function pause(spins::Bool, polls::Int)
    spins || return sleep(0.001)
    polls % 64 == 0 && yield()
    return nothing
end

# ------------------------------------------------------------------------------------------------------------ wingbeat

struct WingbeatWay{S} <: Way
    subscription::S
end

# The reader has one lease, as the sender's budget assumes. The loop releases a frame at the start of its next
# iteration.
function WingbeatWay(part::Part)
    ENV["WINGBEAT_DIR"] = part.directory
    fields = (payload=UInt64,)
    return WingbeatWay(subscribe(
        "frames"; mode=:every, fields=fields, leases=1, spin=part.spins, timeout=CONNECT_LIMIT_S
    ))
end

@inline function receive!(way::WingbeatWay)
    turn = iterate(way.subscription)
    turn === nothing && return nothing
    return turn[1][:payload]
end

Base.close(way::WingbeatWay) = close(way.subscription)

# -------------------------------------------------------------------------------------------------------- Unix socket

struct SocketWay <: Way
    socket::Base.PipeEndpoint
    words::Vector{UInt64}
end

SocketWay(part::Part) = SocketWay(connect(joinpath(part.directory, "socket")), Vector{UInt64}(undef, part.bytes ÷ 8))

@inline function receive!(way::SocketWay)
    try
        return read!(way.socket, way.words)
    catch err
        (err isa EOFError || err isa Base.IOError) && return nothing # closed
        rethrow()
    end
end

Base.close(way::SocketWay) = close(way.socket)

# --------------------------------------------------------------------------------------------------------------- file

# The files of bench/peers/file.cpp: one has slots (a page with the frame's number, then the frame), the other has the
# newest number.
const PAGE_BYTES = 4096

mutable struct FileWay <: Way
    number_file::IOStream
    frames_file::IOStream
    changes::Union{Nothing,FolderMonitor} # a FileMonitor stops watching between two waits
    stride::Int
    slots::Int
    number::UInt64 # of the last frame that was read
    one::Vector{UInt64}
    words::Vector{UInt64}
    open::Bool
end

function FileWay(part::Part)
    number, frames = (open(joinpath(part.directory, name)) for name in ("number", "frames"))
    changes = part.spins ? nothing : FolderMonitor(part.directory)
    stride = PAGE_BYTES + cld(part.bytes, PAGE_BYTES) * PAGE_BYTES
    words = Vector{UInt64}(undef, part.bytes ÷ 8)
    return FileWay(number, frames, changes, stride, part.readers + 3, 0, zeros(UInt64, 1), words, true)
end

@inline function receive!(way::FileWay)
    polls = 0
    while way.open
        reads_a_new_one!(way) && return way.words
        way.changes === nothing ? pause(true, polls += 1) : await_change(way)
    end
    return nothing
end

# The buffer of an IOStream may hold old data, so pread bypasses it.
function read_at!(words::Vector{UInt64}, file::IOStream, offset::Int)
    bytes = ccall(:pread, Cssize_t, (Cint, Ptr{UInt64}, Csize_t, Int64), fd(file), words, sizeof(words), offset)
    bytes == sizeof(words) || error("cannot read $file")
    return @inbounds words[1]
end

function reads_a_new_one!(way::FileWay)
    newest = read_at!(way.one, way.number_file, 0)
    newest == way.number && return false
    late = newest - way.number >= way.slots - 1 # the next frame is or will soon be overwritten
    number = late ? newest : way.number + 1
    slot = (number % way.slots) % Int * way.stride
    read_at!(way.words, way.frames_file, slot + PAGE_BYTES)
    read_at!(way.one, way.frames_file, slot) == number || return false
    way.number = number
    return true
end

function await_change(way::FileWay)
    try
        while first(wait(way.changes::FolderMonitor)) != "number"
        end
    catch err
        err isa EOFError || rethrow() # closed
    end
    return nothing
end

function Base.close(way::FileWay)
    way.open = false
    way.changes === nothing || close(way.changes)
    return nothing
end

# -------------------------------------------------------------------------------------------------- raw shared memory

const LOCK_BYTES = 128 # the mutex, then the frame

mutable struct MemoryWay <: Way
    memory::Vector{UInt8}
    frame::Vector{UInt64} # a view into `memory`
    mutex::Ptr{Cvoid}
    words::Vector{UInt64}
    last_ns::UInt64 # start time of the last frame that was taken
    spins::Bool
    open::Bool
end

function MemoryWay(part::Part)
    path = joinpath(part.directory, "memory")
    memory = open(file -> Mmap.mmap(file, Vector{UInt8}, LOCK_BYTES + part.bytes), path, "r+")
    frame = unsafe_wrap(Array, Ptr{UInt64}(pointer(memory) + LOCK_BYTES), part.bytes ÷ 8)
    return MemoryWay(memory, frame, pointer(memory), similar(frame), 0, part.spins, true)
end

@inline function receive!(way::MemoryWay)
    polls = 0
    while way.open
        copies_a_new_one!(way) && return way.words
        pause(way.spins, polls += 1)
    end
    return nothing
end

# The original project has no signal for a new frame. This receiver compares the time in the frame instead.
function copies_a_new_one!(way::MemoryWay)
    ccall(:pthread_mutex_lock, Cint, (Ptr{Cvoid},), way.mutex)
    start_ns = start_ns_of(way.frame)
    is_new = start_ns != way.last_ns
    is_new && copyto!(way.words, way.frame)
    ccall(:pthread_mutex_unlock, Cint, (Ptr{Cvoid},), way.mutex)
    way.last_ns = start_ns
    return is_new
end

function Base.close(way::MemoryWay)
    way.open = false
    return nothing
end
