# Waiting without stopping other tasks or Ctrl-C.
#
# A blocking foreign call would stop both, and the garbage collection of all threads. A wait for a frame therefore spins
# in calls of a few microseconds, then sleeps in Julia's event loop on the descriptor that the library makes readable.
# Every other wait looks, sleeps in the event loop, and looks again.

const NO_LIMIT = Int64(-1)
const NEVER = typemax(Int64)
const MESSAGE_DELAY_NS = Int64(2_000_000_000)
const SPIN_SLICE_NS = Int64(2_000)  # longest time inside one call
const SLICES_PER_YIELD = 25         # so that other tasks run at least every 50 us

limit_ns(::Nothing) = NO_LIMIT
function limit_ns(seconds::Real)
    seconds >= 0 || throw(InvalidArgument("timeout must be 0 or more seconds, or nothing for no limit, not $seconds"))
    return seconds > 1e9 ? NO_LIMIT : round(Int64, 1e9 * seconds)
end
deadline(limit::Int64) = limit < 0 ? NEVER : Int64(time_ns()) + limit
left_ns(until::Int64) = until == NEVER ? NO_LIMIT : max(until - Int64(time_ns()), Int64(0))

# ---------------------------------------------------------------------------------------------- messages and interrupts

# One call of print: lines of several processes do not mix.
print_wait(text) = print(stderr, string("waiting for ", text, "\n"))

function list_streams()
    names = filter(has_living_writer, stream_names())
    return isempty(names) ? "there are no streams on this machine" : "there are: $(join(names, ", "))"
end

function has_living_writer(name)
    try
        info = inspect(name)
        return info !== nothing && info.writer === :alive
    catch err
        err isa WingbeatError || rethrow() # another process's stream may be damaged
        return false
    end
end

const EXITS_ON_INTERRUPT = Ref(false)

"""
    Wingbeat.exit_on_interrupt()

Makes Ctrl-C during a wait of this package end the process with exit code 130 and without a stack trace, after the
functions registered with `atexit` have run. Meant for scripts: without it Julia prints a stack trace when a script gets
Ctrl-C. Outside of the package's waits Ctrl-C then throws an `InterruptException`, as in the REPL.
"""
function exit_on_interrupt()
    EXITS_ON_INTERRUPT[] = true
    Base.exit_on_sigint(false)
    return nothing
end

function exit_if_interrupted(err)
    err isa InterruptException && EXITS_ON_INTERRUPT[] && exit(130)
    return nothing
end

# A pending Ctrl-C is thrown at the end of disable_sigint.
throw_pending_interrupt() = disable_sigint(() -> nothing)

# Calls is_ready() until it returns true, and pause(k) after the k-th call. Returns false if the deadline has passed.
function wait_until(is_ready, pause, text, until::Int64, quiet::Bool)
    message_due = quiet ? NEVER : Int64(time_ns()) + MESSAGE_DELAY_NS
    looks = 0
    try
        while !is_ready()
            left_ns(until) == 0 && return false
            if Int64(time_ns()) >= message_due
                message_due = NEVER
                print_wait(text())
            end
            pause(looks += 1)
        end
    catch err
        exit_if_interrupted(err)
        rethrow()
    end
    return true
end

# --------------------------------------------------------------------------------------------------- waiting for frames

# Looks once for the next frame, for at most limit_ns. Returns the library's result.
@inline function poll!(s::Reader, limit_ns::Int64)
    handle, hold = s.handle, current(s)
    lock(handle.lock)
    handle.open || (unlock(handle.lock); throw_closed("reader"))
    code = GC.@preserve hold wb_reader_wait(handle.pointer, limit_ns, frame_pointer(hold))
    if code == OK
        hold.stamp += 1
        s.stamp = hold.stamp
    end
    unlock(handle.lock)
    return code
end

# Releases the frame of this turn. If the frame was kept by hold(), the next turn needs another Hold instead.
@inline function end_turn!(s::Reader)
    hold = current(s)
    if hold.stamp == s.stamp && isodd(hold.stamp)
        hold.kept ? (s.current = reader_hold(s.epoch, s.handle, s)) : release!(hold, s.stamp)
    end
    return nothing
end

# Takes the next frame into s.current. Returns OK, NO_FRAME at the deadline, or WRITER_GONE if the reader does not stay.
@inline function advance!(s::Reader, limit_ns::Int64)
    end_turn!(s)
    code = poll!(s, Int64(0))
    if code == OK && contains_frame(current(s).epoch, current(s).frame)
        find_vectors!(current(s))
        return OK
    end
    return advance_slowly!(s, code, deadline(limit_ns))
end

@noinline function advance_slowly!(s::Reader, code::Cint, until::Int64)
    spun = 0
    try
        while true
            code == OK && return accept_frame!(s)
            code < 0 && throw_error(code)
            code == RESTARTED && (s.restarts += 1)
            (code == WRITER_GONE || code == RESTARTED) && !s.stay && return WRITER_GONE
            left = left_ns(until)
            left == 0 && code != RESTARTED && return NO_FRAME
            spun = pause!(s, code, spun, left)
            code = poll!(s, spun < 0 ? Int64(0) : left < 0 ? SPIN_SLICE_NS : min(SPIN_SLICE_NS, left))
        end
    catch err
        exit_if_interrupted(err)
        rethrow()
    end
end

function accept_frame!(s::Reader)
    s.message_due_ns = 0
    hold = current(s)
    if contains_frame(hold.epoch, hold.frame)
        find_vectors!(hold)
    else
        s.current = enter_epoch(s, hold)
        s.epoch = current(s).epoch
    end
    return OK
end

# The first frame of a new epoch brings a new schema and new memory.
function enter_epoch(s::Reader{F}, hold::Hold) where {F}
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
        return move_frame!(hold, Epoch(hold.frame, layout))
    catch
        release!(hold, hold.stamp)
        rethrow()
    end
end

types_of(::Type{Nothing}) = nothing
types_of(::Type{F}) where {F} = NamedTuple{fieldnames(F)}(map(eltype, fieldtypes(F)))

# Between two looks: a safe point, and a turn for the other tasks, or sleep. Returns the number of slices spun; -1 after
# sleep.
function pause!(s::Reader, code::Cint, spun::Int, left::Int64)
    spun = max(spun, 0) + 1
    GC.safepoint()
    throw_pending_interrupt()
    if s.spin_ns >= 0 && (code == NOT_READY || code == WRITER_GONE || spun * SPIN_SLICE_NS > s.spin_ns)
        sleep_until_readable!(s, earlier(left, print_message_if_due!(s, code)))
        return -1
    end
    if spun % SLICES_PER_YIELD == 0
        print_message_if_due!(s, code)
        yield()
    end
    return spun
end

earlier(a::Int64, b::Int64) = a < 0 ? b : b < 0 ? a : min(a, b)

# A wait for a writer, or for the reader's first frame, prints a message once, after 2 s. A living writer may pause as
# long as it wants. Returns the time until the message is due, NO_LIMIT if there will be none.
function print_message_if_due!(s::Reader, code::Cint)
    (code == WRITER_GONE || code == NOT_READY || s.stamp == 0) || return NO_LIMIT
    s.message_due_ns == 0 && (s.message_due_ns = s.quiet ? NEVER : Int64(time_ns()) + MESSAGE_DELAY_NS)
    if s.message_due_ns != NEVER && Int64(time_ns()) >= s.message_due_ns
        s.message_due_ns = NEVER
        print_wait(
            code == NO_FRAME ? "a frame of stream '$(s.name)'; its writer is alive" :
            "a new writer of stream '$(s.name)'; the last one ended after frame $(stats(s).newest)",
        )
    end
    return left_ns(s.message_due_ns)
end

function sleep_until_readable!(s::Reader, left::Int64)
    descriptor = check(with_reader(wb_reader_fd, s)) # arms it
    if left >= 0
        sleep_with_limit!(s, descriptor, left)
    else
        s.watcher === nothing && (s.watcher = FDWatcher(RawFD(descriptor), true, false))
        wait_readable(s.watcher)
    end
    return nothing
end

# A second task waits for the timer, and ends the wait by closing the watcher. Julia throws Ctrl-C into the task that
# ran last, so the second task returns the exception to the first, which waits for it: Julia cannot throw into a
# finished task.
function sleep_with_limit!(s::Reader, descriptor::Cint, left::Int64)
    s.watcher === nothing || close(s.watcher)
    watcher = s.watcher = FDWatcher(RawFD(descriptor), true, false)
    timer = Timer(left / 1e9)
    alarm = @async close_at_time(watcher, timer)
    try
        wait_readable(watcher)
    finally
        close(timer)
        problem = fetch(alarm)
        close(watcher)
        s.watcher === watcher && (s.watcher = nothing)
        problem === nothing || throw(problem)
    end
    return nothing
end

# Returns the exception that was thrown into it, or nothing.
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

function wait_readable(watcher::FDWatcher)
    try
        wait(watcher)
    catch err
        err isa EOFError || rethrow() # the watcher was closed: by the timer, or with the reader
    end
    return nothing
end
