"""
    Wingbeat

A running simulation, live and without copying, in Julia.

A *stream* is a named sequence of *frames* from one writer on this machine. Each frame holds every *field* (a named
array) of one simulation step.

```julia
using Wingbeat
swarm = subscribe("swarm")                     # waits until it is there
for frame in swarm                             # every new frame; never slows the simulation
    X = frame[:position]                       # 3 x N Float32, the writer's own memory, valid until the next turn
end
params(swarm)[:alignment] = 0.02               # steer
```

Read next: [`subscribe`](@ref), [`latest`](@ref), [`hold`](@ref), [`window`](@ref), [`params`](@ref), [`request`](@ref),
[`publish`](@ref), [`streams`](@ref), [`LockedArray`](@ref).

Times are seconds, unless a name ends in `_ns`. Errors are subtypes of [`WingbeatError`](@ref), and their texts say what
to do.
"""
module Wingbeat

# Little here is worth optimising further (what is, gets inlined into its callers), and it halves the time to the first
# frame.
if isdefined(Base, :Experimental) && isdefined(Base.Experimental, Symbol("@optlevel"))
    @eval Base.Experimental.@optlevel 1
end

using FileWatching: FDWatcher, poll_fd
import LinearAlgebra
import Libdl

# Base has this function since Julia 1.12, and exports it: one of our own would make the name ambiguous.
if isdefined(Base, :isfull)
    import Base: isfull
end

export lock_step!, await_readers
export subscribe, latest, hold, release, window, update!, isfull, params, request, publish, publish!, streams
export schema, labels, attributes, unverified, stats, restarts, age, requests, refuse!, previous
export per_agent, field, parameter, command
export Subscription, Frame, FrameCopy, FieldArray, SlotArray, Window, Receipt, Publication
export LockedArray
export WingbeatError, FrameReleased, ReadOnlyFrame, RequestRefused

include("errors.jl")
include("library.jl")
include("cstruct.jl")
include("api.jl")
include("schema.jl")
include("handle.jl")
include("arrays.jl")
include("frame.jl")
include("subscription.jl")
include("waiting.jl")
include("window.jl")
include("controls.jl")
include("receipt.jl")
include("publication.jl")
include("requests.jl")
include("streams.jl")
include("locked_array.jl")
include("show.jl")
include("warmup.jl")

end
