# Windows: the last W frames of chosen fields, dense.

"""
    Window

The last frames of some fields, made by [`window`](@ref). `w[:position]` is `3 x capacity x length(w)`, dense, oldest
frame first; `w.counts` and `w.seqs` are of each frame. What [`update!`](@ref) or `push!` adds at the end falls out at
the beginning.
"""
mutable struct Window{F}
    handle::Handle
    hold::Hold
    subscription::Subscription
    fields::Vector{Field}
    views::Vector{CWindowView} # one for each field, of now
    frames::Int
end

"""
    window(subscription, W, fields...) -> Window

Keeps the last `W` frames (1 to 1,000,000) of the fields as one dense array each: `w[:position]` is `3 x capacity x n`,
where `n = length(w)` frames are there, up to `W`; agents beyond a frame's count are zero. Feed it with
[`update!`](@ref), `push!(w, frame)` or by iterating it:

```julia
for w in window(swarm, 60, :position)          # after every new frame
    X = reshape(w[:position], :, length(w))    # 3N x n, free
end
```

The arrays are read-only and valid until the next frame is added. A writer restarted with other shapes makes `push!`
throw `Wingbeat.TypeMismatch`: open another window.
"""
function window(s::Subscription, frames::Integer, names::Symbol...)
    isempty(names) &&
        throw(InvalidArgument("a window needs the names of its fields: window(swarm, $frames, :position)"))
    1 <= frames <= 1_000_000 || throw(InvalidArgument("a window has 1 to 1,000,000 frames, not $frames"))
    fields = [schema(s)[name] for name in names]
    handle = Handle(open_window(s, Int(frames), names), pointer_of_wb_window_close[])
    types = [FieldArray{f.type,length(f.shape) + 1} for f in fields]
    F = NamedTuple{names,Tuple{types...}}
    views = fill(CWindowView(C_NULL, 0, 0, 0, C_NULL, C_NULL), length(names))
    hold = Hold(Epoch(Layout(schema(s), names)), handle, nothing)
    w = finalizer(finalize_owner, Window{F}(handle, hold, s, fields, views, Int(frames)))
    return refresh!(w)
end

function open_window(s::Subscription, frames::Int, names)
    out = Ref{Ptr{Cvoid}}(C_NULL)
    texts = [Base.cconvert(Cstring, String(name)) for name in names]
    GC.@preserve texts out begin
        pointers = [Base.unsafe_convert(Cstring, text) for text in texts]
        result = Base.unsafe_convert(Ptr{Opaque}, out)
        code = GC.@preserve pointers with_reader(s) do reader
            wb_window_open(reader, pointer(pointers), UInt32(length(pointers)), UInt32(frames), result)
        end
    end
    check(code)
    return filled(out)
end

# What was handed out before shows other frames from now on.
function refresh!(w::Window)
    w.hold.ticket += 1
    for i in eachindex(w.views)
        view = pointer(w.views, i)
        GC.@preserve w check(wb_window_get(w.handle.pointer, UInt32(i - 1), view))
    end
    return w
end

need_open(w::Window) = w.handle.open || throw_closed("window")

"""
    push!(window, frame) -> window

Adds a frame of the window's stream: one copy of each of its fields.
"""
function Base.push!(w::Window, frame::Frame)
    need_open(w)
    check_ticket(frame.hold, frame.ticket)
    hold = frame.hold
    check(GC.@preserve hold wb_window_push(w.handle.pointer, frame_pointer(hold)))
    return refresh!(w)
end

"""
    update!(window; timeout=nothing) -> Bool

Waits for the subscription's next frame, adds it and gives it back. `false` if there was none within `timeout` seconds
(or, with `stay=false`, if the writer has ended).
"""
function update!(w::Window; timeout=nothing)
    need_open(w)
    s = w.subscription
    advance!(s, limit_ns(timeout)) == OK || return false
    push!(w, Frame{Nothing}(current(s)))
    turn!(s)
    return true
end

Base.IteratorSize(::Type{<:Window}) = Base.SizeUnknown()
Base.eltype(::Type{W}) where {W<:Window} = W
Base.iterate(w::Window, ::Nothing=nothing) = w.handle.open && update!(w) ? (w, nothing) : nothing

"""
    length(window) -> Int

How many frames are there, up to the window's size. See [`isfull`](@ref).
"""
Base.length(w::Window) = Int(w.views[1].frames)

"""
    isfull(window) -> Bool

Whether all its frames are there.
"""
isfull(w::Window) = length(w) == w.frames

"""
    window[:position] -> FieldArray

The field's last frames: its shape at capacity, then time, oldest first: `3 x capacity x length(window)`. Valid until
the next frame is added.
"""
@inline Base.getindex(w::Window, name::Symbol) = window_field(w, Val(name))

@inline function window_field(w::Window{F}, ::Val{name}) where {F,name}
    i = place(F, Val(name))
    i == 0 && throw_not_in_window(name, fieldnames(F))
    need_open(w)
    return window_array(fieldtype(F, name), w, i)
end

@noinline throw_not_in_window(name, names) =
    throw(NotFound("the window's fields are $(list_names(names)); $name is not among them"))

function window_array(::Type{FieldArray{T,N}}, w::Window, i::Int) where {T,N}
    shape = w.hold.epoch.layout.chosen[i].shape
    size = ntuple(k -> k == N ? length(w) : shape[k], Val(N))
    return FieldArray{T,N}(window_vector(T, w, w.views[i].data, prod(size)), size, w.hold, w.hold.ticket)
end

# Arrays of a window that was closed still show its memory: the window goes with the last of them.
function window_vector(::Type{T}, w::Window, address::Ptr{Cvoid}, length::Int) where {T}
    length == 0 && return T[]
    handle = w.handle
    retain!(handle)
    return wrap(T, address, length, _ -> drop_from_finalizer!(handle))
end

# Frame numbers and counts are below 2^63, and more readable so.
function numbers(w::Window, address::Ptr{UInt64})
    need_open(w)
    return FieldArray{Int,1}(window_vector(Int, w, Ptr{Cvoid}(address), length(w)), (length(w),), w.hold, w.hold.ticket)
end

function Base.getproperty(w::Window, name::Symbol)
    name === :seqs && return numbers(w, getfield(w, :views)[1].seqs)
    name === :counts && return numbers(w, getfield(w, :views)[1].counts)
    return getfield(w, name)
end
Base.propertynames(::Window) = (:seqs, :counts)

Base.keys(::Window{F}) where {F} = collect(fieldnames(F))
Base.isopen(w::Window) = w.handle.open

"""
    close(window)

Gives the window's memory back once its arrays are garbage. The subscription stays open.
"""
function Base.close(w::Window)
    w.handle.open || return nothing
    w.handle.open = false
    w.hold.ticket += 1
    drop!(w.handle) && finish!(w.handle)
    return nothing
end
