# Shared by the tests. Every test has a runtime directory of its own, and leaves nothing in it or in shared memory.

include("flock.jl")

const PACKAGE = dirname(@__DIR__)
const CHECKOUT = dirname(dirname(PACKAGE))

function with_directory(f)
    mktempdir() do directory
        before = get(ENV, "WINGBEAT_DIR", nothing)
        ENV["WINGBEAT_DIR"] = joinpath(directory, "runtime")
        try
            call(f)
        finally
            @test eventually(leave_nothing)
            before === nothing ? delete!(ENV, "WINGBEAT_DIR") : (ENV["WINGBEAT_DIR"] = before)
        end
    end
end

# The last result of a test refers to the values compared, which may be arrays. After this call there is no reference.
@noinline call(f) = (f(); nothing)

# Whether Julia checks indices that are marked as checked.
@inline function is_checked()
    @boundscheck return true
    return false
end
checks_all_the_same() = @inbounds is_checked()

# Readers and writers that a test did not close are garbage now. The memory of a stream is freed with the last of them.
function leave_nothing()
    isempty(Wingbeat.stream_names()) && return true
    GC.gc()
    sleep(0)
    Wingbeat.collect_dead()
    return isempty(Wingbeat.stream_names())
end

# A publisher and a subscriber of one stream.
function with_flock(f; capacity=8, count=capacity, frames=1, writer=(;), reader...)
    with_directory() do
        flock("flock"; capacity=capacity, writer...) do out
            subscribe("flock"; reader...) do swarm
                for _ in 1:frames
                    fly!(out; count=count)
                end
                f(out, swarm)
            end
        end
    end
end

# Runs a program of test/programs in a Julia of its own. `lines` are its output.
mutable struct Child
    process::Base.Process
    lines::Channel{String}
end

# Not compiled, which starts in half the time; tests of waiting need compiled programs. With `errors`, its lines on
# stderr are among its lines.
function start(program::String, arguments...; compiled=false, errors=false)
    path = joinpath(@__DIR__, "programs", program * ".jl")
    how = compiled ? `` : `--compile=min`
    command = `$(Base.julia_cmd()) $how --startup-file=no --project=$PACKAGE $path $(string.(arguments))`
    pipe = Pipe()
    process = run(pipeline(command; stdin=devnull, stdout=pipe, stderr=errors ? pipe : stderr); wait=false)
    close(pipe.in)
    lines = Channel{String}(1000)
    @async begin
        for line in eachline(pipe)
            put!(lines, line)
        end
        close(lines)
    end
    return Child(process, lines)
end

const CHILD_LIMIT = 60

# The next line of the child; an error if none comes.
next_line(child::Child) = with_limit(child) do
    try
        take!(child.lines)
    catch
        "(the child printed no more)"
    end
end

function with_limit(f, child::Child)
    timer = Timer(_ -> kill(child.process, Base.SIGKILL), CHILD_LIMIT)
    try
        return f()
    finally
        close(timer)
    end
end

rest_of_lines(child::Child) = with_limit(() -> collect(child.lines), child)
finish(child::Child) = with_limit(() -> (wait(child.process); child.process), child)

function kill_hard(child::Child)
    kill(child.process, Base.SIGKILL)
    wait(child.process)
end

function eventually(condition; limit=20)
    until = time() + limit
    while !condition()
        time() < until || return false
        sleep(0.01)
    end
    return true
end

# The error that f throws, or nothing.
function thrown(f)
    try
        f()
    catch err
        return err
    end
    return nothing
end

# Tests that each of the functions throws a T.
function each_throws(T, functions...)
    for (k, f) in enumerate(functions)
        @test (k, thrown(f)) isa Tuple{Int,T}
    end
end
