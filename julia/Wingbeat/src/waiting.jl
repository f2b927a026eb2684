# Waiting for frames without freezing other tasks or Ctrl-C.
#
# A blocking foreign call would stop both, and the garbage collection of all threads. So a wait spins in calls of a few
# microseconds, then sleeps in Julia's event loop on the descriptor that the library makes readable.

const SPIN_SLICE_NS = Int64(2_000)  # longest time inside one call
const SLICES_PER_YIELD = 25         # so that other tasks run at least every 50 us

# One look for a frame, of at most limit_ns: the result as the library has it.
@inline function look!(s::Subscription, limit_ns::Int64)
    handle, hold = s.handle, current(s)
    lock(handle.lock)
    handle.open || (unlock(handle.lock); throw_closed("subscription"))
    code = GC.@preserve hold wb_reader_wait(handle.pointer, limit_ns, frame_pointer(hold))
    if code == OK
        hold.ticket += 1
        s.ticket = hold.ticket
    end
    unlock(handle.lock)
    return code
end

# Ends the turn: its frame goes back, unless it was kept; then the next one needs another Hold.
@inline function turn!(s::Subscription)
    hold = current(s)
    if hold.ticket == s.ticket && isodd(hold.ticket)
        hold.kept ? (s.current = lease(s.epoch, s.handle, s)) : give_back!(hold, s.ticket)
    end
    return nothing
end

# The next frame into s.current: OK, NO_FRAME at the deadline, or WRITER_GONE if the subscription does not stay.
@inline function advance!(s::Subscription, limit_ns::Int64)
    turn!(s)
    code = look!(s, Int64(0))
    code == OK && is_of(current(s).frame, current(s).epoch) && return settle!(current(s))
    return advance_slowly!(s, code, deadline(limit_ns))
end

@noinline function advance_slowly!(s::Subscription, code::Cint, until::Int64)
    spun = 0
    while true
        code == OK && return arrive!(s)
        code < 0 && throw_error(code)
        if code == RESTARTED
            s.restarts += 1
        end
        ended = code == WRITER_GONE || code == RESTARTED
        ended && !s.stay && return WRITER_GONE
        left = left_ns(until)
        left == 0 && code != RESTARTED && return NO_FRAME
        spun = pause!(s, code, spun, left)
        code = look!(s, spin_slice(s, spun, left))
    end
end

@inline function settle!(hold::Hold)
    hold.vectors = vectors_of_slot(hold.epoch, hold.frame.data)
    return OK
end

# A frame of another epoch than the last brings its schema and its memory.
function arrive!(s::Subscription)
    hold = current(s)
    is_of(hold.frame, hold.epoch) && return settle!(hold)
    s.current = in_its_epoch(s, hold)
    s.epoch = current(s).epoch
    return OK
end

function in_its_epoch(s::Subscription{F}, hold::Hold) where {F}
    try
        schema = Schema(hold.frame.schema)
        layout = s.epoch.layout
        if schema != layout.schema
            frame_type(schema, types_of(F)) === F || throw(TypeMismatch(
                "the writer of $(s.name) was restarted with fields of other dimensions; subscribe again"
            ))
            layout = Layout(schema, chosen_names(F))
            warn_unverified(schema)
        end
        return moved(hold, Epoch(hold.frame, layout))
    catch
        give_back!(hold, hold.ticket)
        rethrow()
    end
end

types_of(::Type{Nothing}) = nothing
types_of(::Type{F}) where {F} = NamedTuple{fieldnames(F)}(map(eltype, fieldtypes(F)))

spin_slice(s::Subscription, spun::Int, left::Int64) =
    spun < 0 ? Int64(0) : left < 0 ? SPIN_SLICE_NS : min(SPIN_SLICE_NS, left)

nothing_to_do() = nothing

# Between two looks: a safe point, a turn for the other tasks, or sleep. Returns how many slices were spun; -1 after
# sleep.
function pause!(s::Subscription, code::Cint, spun::Int, left::Int64)
    spun = max(spun, 0) + 1
    GC.safepoint()
    disable_sigint(nothing_to_do) # a pending Ctrl-C is thrown at its end
    if s.spin_ns >= 0 && (code == NOT_READY || code == WRITER_GONE || spun * SPIN_SLICE_NS > s.spin_ns)
        sleep_until_readable!(s, left)
        return -1
    end
    spun % SLICES_PER_YIELD == 0 && yield()
    return spun
end

function sleep_until_readable!(s::Subscription, left::Int64)
    descriptor = with_reader(wb_reader_fd, s) # arms it
    check(descriptor)
    left < 0 ? sleep_for_ever!(s, descriptor) : sleep_with_limit!(s, descriptor, left)
    return nothing
end

function sleep_for_ever!(s::Subscription, descriptor::Cint)
    watcher = s.watcher
    if watcher === nothing
        watcher = s.watcher = FDWatcher(RawFD(descriptor), true, false)
    end
    await(watcher)
    return nothing
end

# A second task waits for the timer, and ends the wait by closing the watcher. Ctrl-C is thrown into whichever task ran
# last, so that task passes it on; and it is waited for, because Julia cannot throw into a task that is done.
function sleep_with_limit!(s::Subscription, descriptor::Cint, left::Int64)
    s.watcher === nothing || close(s.watcher)
    watcher = s.watcher = FDWatcher(RawFD(descriptor), true, false)
    timer = Timer(left / 1e9)
    alarm = @async close_at_time(watcher, timer)
    try
        await(watcher)
    finally
        close(timer)
        problem = fetch(alarm)
        close(watcher)
        s.watcher === watcher && (s.watcher = nothing)
        problem === nothing || throw(problem)
    end
    return nothing
end

# Returns what was thrown into it.
function close_at_time(watcher::FDWatcher, timer::Timer)
    try
        wait(timer)
        return nothing
    catch err
        return err isa EOFError ? nothing : err
    finally
        close(watcher)
    end
end

function await(watcher::FDWatcher)
    try
        wait(watcher)
    catch err
        err isa EOFError || rethrow() # closed: by the timer, or with the subscription
    end
    return nothing
end

# ------------------------------------------------------------------------------------------------------- for the user

Base.IteratorSize(::Type{<:Subscription}) = Base.SizeUnknown()
Base.eltype(::Type{Subscription{F}}) where {F} = Frame{F}

# Inlined, so that the frame never has to be put on the heap.
@inline function Base.iterate(s::Subscription{F}, ::Nothing=nothing) where {F}
    has_frame(s) || return nothing
    return (Frame{F}(current(s)), nothing)
end

function has_frame(s::Subscription)
    s.handle.open || return false
    try
        return advance!(s, NO_LIMIT) == OK
    catch err
        err isa Closed && return false # by another task, while this one waited
        rethrow()
    end
end

"""
    wait(subscription; timeout=nothing) -> Frame or nothing

Waits for the next frame, which is valid until the next wait or turn of a loop. `nothing` when `timeout` (seconds) has
passed before there was one, or, with `stay=false`, when the writer has ended. `timeout=0` only looks.
"""
function Base.wait(s::Subscription{F}; timeout=nothing) where {F}
    return advance!(s, limit_ns(timeout)) == OK ? Frame{F}(current(s)) : nothing
end

"""
    take!(subscription) -> Frame

The next frame, as `wait` without a time limit. With `stay=false` throws `Wingbeat.WriterGone` when the writer has
ended.
"""
function Base.take!(s::Subscription{F}) where {F}
    advance!(s, NO_LIMIT) == OK && return Frame{F}(current(s))
    throw(WriterGone("the writer of $(s.name) has ended; subscribe with stay=true to wait for its restart"))
end

"""
    latest(f, subscription; timeout=nothing)
    latest(subscription; timeout=nothing) -> Frame

The newest frame there is, seen before or not; waits (up to `timeout` seconds, then throws `Wingbeat.StreamNotReady`)
only if there has been none yet. The block's frame is valid inside the block; without a block the frame is on
[`hold`](@ref) until [`release`](@ref). Needs a lease beside that of the loop (`leases`, 2 by default).

```julia
latest(swarm) do frame
    sum(frame[:position]; dims=2) ./ frame.count
end
```
"""
function latest(s::Subscription; timeout=nothing)
    return hold(newest(s, deadline(limit_ns(timeout))))
end

function latest(f, s::Subscription; timeout=nothing)
    frame = newest(s, deadline(limit_ns(timeout)))
    try
        return f(frame)
    finally
        frame.hold.kept || recycle!(s, frame)
    end
end

function recycle!(s::Subscription, frame::Frame)
    release(frame)
    s.spare = frame.hold
    return nothing
end

function newest(s::Subscription{F}, until::Int64) where {F}
    hold = spare_hold!(s)
    while true
        code = check(take_newest!(s, hold))
        if code == OK
            is_of(hold.frame, hold.epoch) ? settle!(hold) : (hold = in_its_epoch(s, hold))
            return Frame{F}(hold)
        end
        Int64(time_ns()) >= until &&
            throw(StreamNotReady("stream $(s.name) has no frame yet; its writer has not published one"))
        sleep(ATTACH_INTERVAL)
    end
end

function spare_hold!(s::Subscription)
    hold, s.spare = s.spare, nothing
    return hold === nothing || hold.epoch !== s.epoch ? lease(s.epoch, s.handle, s) : hold
end

function take_newest!(s::Subscription, hold::Hold)
    return with_reader(s) do pointer
        code = GC.@preserve hold wb_reader_latest(pointer, frame_pointer(hold))
        code == OK && (hold.ticket += 1)
        code
    end
end
