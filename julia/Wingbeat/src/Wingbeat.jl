"""
    Wingbeat

Reads the streams of running simulations, without copying, and steers them.

A *stream* is a named sequence of *frames* from one writer on this machine. Each frame holds every *field* (a named
array) of one simulation step.

```julia
using Wingbeat
swarm = subscribe("swarm")                     # waits until the stream is there
for frame in swarm                             # every new frame; never slows the simulation
    X = frame[:position]                       # 3 x N Float32, the writer's own memory, valid until the next turn
end
params(swarm)[:alignment] = 0.02               # steer
```

See also [`subscribe`](@ref), [`eachframe`](@ref), [`latest`](@ref), [`hold`](@ref), [`window`](@ref), [`params`](@ref),
[`request`](@ref), [`publish`](@ref), [`streams`](@ref), [`LockedArray`](@ref).

Times are in seconds, unless a name ends in `_ns`. All exceptions are subtypes of [`WingbeatError`](@ref).
"""
module Wingbeat

# Level 1 halves the time to the first frame. The code whose speed matters is inlined into its callers.
if isdefined(Base, :Experimental) && isdefined(Base.Experimental, Symbol("@optlevel"))
    @eval Base.Experimental.@optlevel 1
end

using FileWatching: FDWatcher, poll_fd
import LinearAlgebra
import Libdl

# Base exports this function since Julia 1.12. A second function of the name would make it ambiguous.
if isdefined(Base, :isfull)
    import Base: isfull
end

export lock_step!, await_readers
export subscribe, eachframe, latest, hold, release, window, update!, isfull, params, request, publish, publish!, streams
export schema, labels, attributes, unverified, stats, restarts, age, requests, refuse!, previous
export per_agent, field, parameter, command
export Frame, FrameCopy, FieldArray, SlotArray, Window, Receipt
export LockedArray
export WingbeatError, FrameReleased, ReadOnlyFrame, RequestRefused

include("errors.jl")
include("library.jl")
include("schema.jl")
include("memory.jl")
include("frame.jl")
include("reader.jl")
include("waiting.jl")
include("window.jl")
include("requests.jl")
include("spec.jl")
include("writer.jl")
include("streams.jl")
include("locked_array.jl")
include("show.jl")

# Inferred code for the way to the first frame, which Julia keeps from one session to the next.
let T = Nothing
    precompile(Tuple{typeof(iterate),Reader{T}})
    precompile(Tuple{typeof(take!),Reader{T}})
    precompile(Tuple{typeof(has_frame),Reader{T},Int64})
    precompile(Tuple{typeof(wait),Reader{T}})
    precompile(Tuple{typeof(close),Reader{T}})
    precompile(Tuple{typeof(advance_slowly!),Reader{T},Cint,Int64})
    precompile(Tuple{typeof(sleep_until_readable!),Reader{T},Int64})
    precompile(Tuple{typeof(getindex),Frame{T},Symbol})
    precompile(Tuple{typeof(finalize_owner),Reader{T}})
    precompile(Tuple{typeof(show),IOContext{Base.TTY},MIME"text/plain",Reader{T}})
end
precompile(Tuple{typeof(__init__)})
precompile(Tuple{typeof(subscribe),String})
precompile(Tuple{typeof(publish),String})
precompile(Tuple{typeof(streams)})
precompile(Tuple{typeof(close_everything)})
precompile(Tuple{typeof(finalize_hold),Hold})
precompile(Tuple{typeof(publish!),Writer})
precompile(Tuple{typeof(getindex),Writer,Symbol})
for T in (Float32, Float64), N in (1, 2)
    A = FieldArray{T,N}
    precompile(Tuple{typeof(field_array),Type{A},Frame{Nothing},FieldLayout})
    precompile(Tuple{typeof(getindex),A,Vararg{Int,N}})
end

end
