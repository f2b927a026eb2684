# Windows: the last W frames of chosen fields, each field as one dense array.

"""
    Window

The last frames of some fields of a stream, made by [`window`](@ref). `w[:position]` is `3 x capacity x length(w)`,
dense, oldest frame first. `w.counts` and `w.seqs` are vectors of `length(w)`: the number of agents and the `seq` of
each frame.
"""
mutable struct Window{F}
    handle::Handle
    hold::Hold
    reader::Reader
    fields::Vector{Field}
    views::Vector{CWindowView} # the present memory of each field
    frames::Int
    limit_ns::Int64 # of iteration
end

"""
    window(reader, W, fields...; timeout=nothing) -> Window

Keeps the last `W` frames (1 to 1,000,000) of the fields, each field as one dense array. `w[:position]` is `3 x capacity
x n`, where `n = length(w)` is the number of frames collected, up to `W`. Values of agents beyond a frame's count are
zero.

Frames are added by [`update!`](@ref), `push!(w, frame)`, or iteration, which ends when `timeout` seconds have passed
without a frame (`nothing`: no limit). When the window is full, each new frame removes the oldest. Adding a frame costs
one copy of its fields; the window holds no frame of the stream.

```julia
for w in window(swarm, 60, :position)          # after every new frame
    X = reshape(w[:position], :, length(w))    # 3N x n, without copying
end
```

The arrays are read-only and valid until the next frame is added. A writer that is restarted with other shapes makes
`push!` throw `Wingbeat.TypeMismatch`; open another window then.
"""
function window(s::Reader, frames::Integer, names::Symbol...; timeout=nothing)
    isempty(names) &&
        throw(InvalidArgument("a window needs the names of its fields: window(reader, $frames, :position)"))
    1 <= frames <= 1_000_000 || throw(InvalidArgument("a window has 1 to 1,000,000 frames, not $frames"))
    fields = [schema(s)[name] for name in names]
    handle = Handle(open_window(s, Int(frames), names), pointer_of_wb_window_close[])
    types = [FieldArray{f.type,length(f.shape) + 1} for f in fields]
    F = NamedTuple{names,Tuple{types...}}
    views = fill(CWindowView(C_NULL, 0, 0, 0, C_NULL, C_NULL), length(names))
    hold = Hold(Epoch(Layout(schema(s), names)), handle, nothing)
    w = Window{F}(handle, hold, s, fields, views, Int(frames), limit_ns(timeout))
    return update_views!(finalizer(finalize_owner, w))
end

function open_window(s::Reader, frames::Int, names)
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

# From now on, arrays that were made before are invalid: their memory shows other frames.
function update_views!(w::Window)
    w.hold.stamp += 1
    for i in eachindex(w.views)
        view = pointer(w.views, i)
        GC.@preserve w check(wb_window_get(w.handle.pointer, UInt32(i - 1), view))
    end
    return w
end

need_open(w::Window) = w.handle.open || throw_closed("window")

"""
    push!(window, frame) -> window

Adds a frame of the window's stream: one copy of each of its fields. Throws [`FrameReleased`](@ref) if the frame was
released, and `Wingbeat.TypeMismatch` if its shapes differ from the window's.
"""
function Base.push!(w::Window, frame::Frame)
    need_open(w)
    check_stamp(frame.hold, frame.stamp)
    hold = frame.hold
    check(GC.@preserve hold wb_window_push(w.handle.pointer, frame_pointer(hold)))
    return update_views!(w)
end

"""
    update!(window; timeout=nothing) -> Bool

Waits for the reader's next frame, adds it and releases it. Returns `false` if `timeout` seconds have passed without a
frame, or, with `stay=false`, if the writer has ended.
"""
update!(w::Window; timeout=nothing) = update!(w, limit_ns(timeout))

function update!(w::Window, limit_ns::Int64)
    need_open(w)
    s = w.reader
    advance!(s, limit_ns) == OK || return false
    push!(w, Frame{Nothing}(current(s)))
    end_turn!(s)
    return true
end

Base.IteratorSize(::Type{<:Window}) = Base.SizeUnknown()
Base.eltype(::Type{W}) where {W<:Window} = W
Base.iterate(w::Window, ::Nothing=nothing) = w.handle.open && update!(w, w.limit_ns) ? (w, nothing) : nothing

"""
    length(window) -> Int

The number of frames collected, up to the window's size. See [`isfull`](@ref).
"""
Base.length(w::Window) = Int(w.views[1].frames)

"""
    isfull(window) -> Bool

Whether the window has as many frames as it can keep.
"""
isfull(w::Window) = length(w) == w.frames

"""
    window[:position] -> FieldArray

The field's last frames: its shape at capacity, then time, oldest frame first: `3 x capacity x length(window)`. Valid
until the next frame is added.
"""
@inline Base.getindex(w::Window, name::Symbol) = window_field(w, Val(name))

@inline function window_field(w::Window{F}, ::Val{name}) where {F,name}
    i = index_in(F, Val(name))
    i == 0 && throw_not_chosen("window", name, fieldnames(F))
    need_open(w)
    return window_array(fieldtype(F, name), w, i)
end

function window_array(::Type{FieldArray{T,N}}, w::Window, i::Int) where {T,N}
    shape = w.hold.epoch.layout.chosen[i].shape
    size = ntuple(k -> k == N ? length(w) : shape[k], Val(N))
    return FieldArray{T,N}(window_vector(T, w, w.views[i].data, prod(size)), size, w.hold, w.hold.stamp)
end

# Each array keeps the window's memory mapped, also after close(window).
function window_vector(::Type{T}, w::Window, address::Ptr{Cvoid}, length::Int) where {T}
    length == 0 && return T[]
    handle = w.handle
    add_reference!(handle)
    return wrap(T, address, length, _ -> drop_reference_from_finalizer!(handle))
end

# The library's numbers are UInt64 below 2^63; Int is easier to use.
function numbers(w::Window, address::Ptr{UInt64})
    need_open(w)
    return FieldArray{Int,1}(window_vector(Int, w, Ptr{Cvoid}(address), length(w)), (length(w),), w.hold, w.hold.stamp)
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

Closes the window. Its memory is freed when its arrays are garbage. The reader stays open.
"""
function Base.close(w::Window)
    w.handle.open || return nothing
    w.handle.open = false
    w.hold.stamp += 1
    drop_reference!(w.handle)
    return nothing
end
