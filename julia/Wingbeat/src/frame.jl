# Frames, and arrays over their memory. Both are small values with the stamp of a Hold, which tells whether they are
# valid.

"""
    Frame

One step of the simulation, lent by the stream.

| property | meaning |
| --- | --- |
| `seq` | number of the frame: 1, 2, 3 and so on, without gaps |
| `step`, `time` | step number and time (s) of the simulation |
| `count` | number of agents present |
| `missed` | number of frames lost before this one, in the modes that take frames in order |
| `epoch`, `generation` | numbers of the schema, and of the writer within one schema |

`frame[:position]` is the field as a [`FieldArray`](@ref), and `keys(frame)` are the names of the fields. A frame is
valid until the next turn of the loop or [`release`](@ref); after that its fields throw [`FrameReleased`](@ref).
`copy(frame)` returns a [`FrameCopy`](@ref); [`hold`](@ref) keeps the frame itself valid.
"""
struct Frame{F}
    hold::Hold
    stamp::Int
    seq::Int
    step::Int
    time::Float64
    count::Int
    missed::Int
    publish_time_ns::UInt64
    epoch::Int
    generation::Int
end

@inline function Frame{F}(hold::Hold) where {F}
    c = hold.frame
    return Frame{F}(
        hold, hold.stamp, c.seq % Int, c.step % Int, c.sim_time, c.count % Int, c.missed % Int, c.publish_time_ns,
        c.epoch % Int, c.generation % Int,
    )
end

is_valid(frame::Frame) = frame.hold.stamp == frame.stamp

"""
    frame[:position] -> FieldArray

The field, without copying. A field with `C` components per agent is `C x N` with `N = frame.count`, or a vector of `N`
if `C` is 1. Other fields have their own shape.

Throws [`FrameReleased`](@ref) if the frame was released, and `Wingbeat.NotFound` if the stream has no such field.
"""
@inline Base.getindex(frame::Frame{Nothing}, name::Symbol) = any_field(frame, name)
@inline Base.getindex(frame::Frame, name::Symbol) = typed_field(frame, Val(name))
Base.getindex(frame::Frame, name::AbstractString) = frame[Symbol(name)]

# The index of a name among the fields of a typed reader or window, known when the caller is compiled. 0 if there is
# none.
@generated index_in(::Type{F}, ::Val{name}) where {F,name} = something(findfirst(==(name), fieldnames(F)), 0)

@inline function typed_field(frame::Frame{F}, ::Val{name}) where {F,name}
    i = index_in(F, Val(name))
    i == 0 && throw_not_chosen("reader", name, fieldnames(F))
    check_stamp(frame.hold, frame.stamp)
    layout = @inbounds frame.hold.epoch.layout.chosen[i]
    return field_array(fieldtype(F, name), frame, layout)
end

@noinline throw_not_chosen(owner, name, names) =
    throw(NotFound("this $owner has no field $name; its fields are: $(list_names(names))"))

@noinline function any_field(frame::Frame, name::Symbol)
    check_stamp(frame.hold, frame.stamp)
    i = field_index(frame.hold.epoch.layout.schema, name)
    layout = frame.hold.epoch.layout.fields[i]
    return field_array(FieldArray{ELEMENT_TYPES[layout.type],layout.dimensions}, frame, layout)
end

Base.keys(frame::Frame{Nothing}) = keys(frame.hold.epoch.layout.schema)
Base.keys(::Frame{F}) where {F} = collect(fieldnames(F))
Base.haskey(frame::Frame, name::Symbol) = name in keys(frame)
schema(frame::Frame) = frame.hold.epoch.layout.schema
labels(frame::Frame, name::Symbol) = schema(frame)[name].labels

"""
    age(frame) -> Float64

Seconds since the writer published the frame, by the machine's monotonic clock. The value is meaningless, and may be
negative, if the writer runs in a container with a clock of its own (a time namespace).
"""
age(frame::Frame) = (Int64(wb_now_ns()) - Int64(frame.publish_time_ns)) / 1e9

"""
    hold(frame) -> frame

Keeps the frame and its arrays valid beyond the turn of the loop, without copying, until [`release`](@ref) or until the
frame is garbage. A reader can hold `leases - 1` frames besides the loop's (`subscribe(name; leases=6)`). When all are
in use, the next wait throws `Wingbeat.NoRoom`. Throws [`FrameReleased`](@ref) if the frame was released already.
"""
function hold(frame::Frame)
    h = frame.hold
    lock(h.handle.lock)
    valid = h.stamp == frame.stamp
    if valid && !h.kept
        h.kept = true
        add_reference!(h.handle)
    end
    unlock(h.handle.lock)
    valid || throw_released()
    return frame
end

"""
    release(frame)

Releases a frame before the end of its turn, or a frame kept by [`hold`](@ref). May be called from any thread. A second
call does nothing.
"""
release(frame::Frame) = release!(frame.hold, frame.stamp)

"""
    FrameCopy

The result of `copy(frame)`: the frame's numbers, and all its fields as `Array`s (`c[:position]`). It stays valid.
"""
struct FrameCopy{F<:NamedTuple}
    seq::Int
    step::Int
    time::Float64
    count::Int
    missed::Int
    epoch::Int
    generation::Int
    fields::F
end

function Base.copy(frame::Frame)
    names = Tuple(keys(frame))
    fields = NamedTuple{names}(map(name -> copy(frame[name]), names))
    return FrameCopy(
        frame.seq, frame.step, frame.time, frame.count, frame.missed, frame.epoch, frame.generation, fields
    )
end
Base.getindex(c::FrameCopy, name::Symbol) = c.fields[name]
Base.keys(c::FrameCopy) = collect(keys(c.fields))

# -------------------------------------------------------------------------------------------------------------- arrays

# FieldArray (read) and SlotArray (written). Both are dense and keep their memory mapped.
abstract type FrameArray{T,N} <: DenseArray{T,N} end

"""
    FieldArray{T,N} <: DenseArray{T,N}

A field of a frame, in the writer's memory. The array is column-major (`3 x N`: the numbers of an agent are adjacent)
and strided, so BLAS, broadcasting, `view`, `reshape` and `reinterpret` work at the speed of `Array`. It is read-only:
writing throws [`ReadOnlyFrame`](@ref).

The array is valid as long as its frame. After that, `pointer`, bounds-checked indexing, iteration and broadcasting
throw [`FrameReleased`](@ref). Loops under `@inbounds` are not checked: they read values of later frames, but never
leave the mapping, which stays as long as any array of it exists.
"""
struct FieldArray{T,N} <: FrameArray{T,N}
    data::Vector{T} # begins at the array's first element, and is at least as long
    size::NTuple{N,Int}
    hold::Hold
    stamp::Int
end

"""
    SlotArray{T,N} <: DenseArray{T,N}

A field of the frame being written (`out[:position]`), in shared memory. It is valid until [`publish!`](@ref). Its
content is undefined until it is filled.
"""
struct SlotArray{T,N} <: FrameArray{T,N}
    data::Vector{T}
    size::NTuple{N,Int}
    hold::Hold
    stamp::Int
end

# A Vector of a reader's slot keeps the slot's mapping, by a reference of its own.
@inline function field_array(::Type{FieldArray{T,N}}, frame::Frame, layout::FieldLayout) where {T,N}
    data = @inbounds frame.hold.vectors[layout.index]
    data isa Vector{T} || (data = make_vector(T, frame, layout))
    return FieldArray{T,N}(data, dimensions(layout, frame.count, Val(N)), frame.hold, frame.stamp)
end

@noinline function make_vector(::Type{T}, frame::Frame, layout::FieldLayout) where {T}
    hold, out = frame.hold, Ref{Ptr{Cvoid}}(C_NULL)
    GC.@preserve hold out check(wb_frame_memory(frame_pointer(hold), Base.unsafe_convert(Ptr{Opaque}, out)))
    memory = filled(out)
    data = wrap(T, hold.frame.data + layout.offset, length(layout), _ -> wb_memory_release(memory))
    hold.vectors[layout.index] = data
    return data
end

@inline check_valid(a::FrameArray) = check_stamp(a.hold, a.stamp)
is_valid(a::FrameArray) = a.hold.stamp == a.stamp

Base.size(a::FrameArray) = a.size
Base.length(a::FrameArray) = prod(a.size)
Base.IndexStyle(::Type{<:FrameArray}) = IndexLinear()
Base.elsize(::Type{<:FrameArray{T}}) where {T} = sizeof(T)
Base.sizeof(a::FrameArray) = length(a) * Base.elsize(typeof(a))
Base.strides(a::FrameArray) = strides_from(1, a.size...)
Base.dataids(a::FrameArray) = Base.dataids(a.data)

strides_from(step) = ()
strides_from(step, length, lengths...) = (step, strides_from(step * length, lengths...)...)

# Every reduction, broadcast, copy and loop asks for the axes first, so a released frame is noticed here.
@inline function Base.axes(a::FrameArray)
    check_valid(a)
    return map(Base.OneTo, a.size)
end

@inline function Base.unsafe_convert(::Type{Ptr{T}}, a::FrameArray{T}) where {T}
    check_valid(a)
    return pointer(a.data)
end

# The index first, the frame second: in a loop over eachindex(a) the compiler drops the first check, moves the second out
# of the loop, and then uses vector instructions. In the other order it does none of this.
@inline function check_index(a::FrameArray, i::Int)
    (i - 1) % UInt < length(a) % UInt || throw_no_element(a, i)
    check_valid(a)
    return nothing
end
@noinline function throw_no_element(a::FrameArray, i::Int)
    check_valid(a)
    throw(BoundsError(a, (i,)))
end

@inline function Base.getindex(a::FrameArray, i::Int)
    @boundscheck check_index(a, i)
    return @inbounds a.data[i]
end

# Indexing of matrices and windows does not use axes(), which would check in every turn of an @inbounds loop.
@inline linear(a::FrameArray, i::Int, j::Int) = i + a.size[1] * (j - 1)
@inline linear(a::FrameArray, i::Int, j::Int, k::Int) = i + a.size[1] * ((j - 1) + a.size[2] * (k - 1))

for (N, I) in ((2, (:i, :j)), (3, (:i, :j, :k)))
    indices = [:($n::Int) for n in I]
    @eval @inline function Base.getindex(a::FrameArray{T,$N}, $(indices...)) where {T}
        @boundscheck checkbounds(a, $(I...))
        return @inbounds a.data[linear(a, $(I...))]
    end
    @eval @inline function Base.setindex!(a::SlotArray{T,$N}, value, $(indices...)) where {T}
        @boundscheck checkbounds(a, $(I...))
        @inbounds a.data[linear(a, $(I...))] = convert(T, value)::T
        return a
    end
end

@inline function Base.setindex!(a::SlotArray{T}, value, i::Int) where {T}
    @boundscheck check_index(a, i)
    @inbounds a.data[i] = convert(T, value)::T
    return a
end

@noinline Base.setindex!(::FieldArray, value, ::Int...) = throw(ReadOnlyFrame())

@inline function Base.iterate(a::FrameArray, i::Int=1)
    i == 1 && check_valid(a)
    (i - 1) % UInt < length(a) % UInt || return nothing
    return (@inbounds(a[i]), i + 1)
end

# ------------------------------------------------------------------------------------------------------- derived arrays

# The same memory in another shape or type.
rewrap(a::FieldArray, data::Vector{T}, size::Dims{N}) where {T,N} = FieldArray{T,N}(data, size, a.hold, a.stamp)
rewrap(a::SlotArray, data::Vector{T}, size::Dims{N}) where {T,N} = SlotArray{T,N}(data, size, a.hold, a.stamp)

function Base.reshape(a::FrameArray, size::Dims)
    prod(size) == length(a) || throw(DimensionMismatch(
        "new dimensions $size must be consistent with array size $(length(a))"
    ))
    check_valid(a)
    return rewrap(a, a.data, size)
end
function Base.reshape(a::FrameArray{T,N}, size::Dims{N}) where {T,N}
    return size == a.size ? a : invoke(reshape, Tuple{FrameArray,Dims}, a, size)
end
function Base.reshape(a::FrameArray, size::Tuple{Vararg{Union{Int,Colon}}})
    return reshape(a, Base.size(reshape(1:length(a), size))) # reshaping a range replaces the colon
end
Base.vec(a::FrameArray) = reshape(a, (length(a),))
Base.vec(a::FrameArray{T,1}) where {T} = a

keep_alive(::Vector) = nothing

# The first dimension takes up the difference in size, as in Base.
function reinterpreted_size(::Type{T}, a::FrameArray{S,N}) where {T,S,N}
    (isbitstype(T) && sizeof(T) > 0) || throw(ArgumentError("cannot reinterpret as $T: its values are not plain bits"))
    sizeof(T) == sizeof(S) && return a.size
    N == 0 && throw(ArgumentError("cannot reinterpret a zero-dimensional array to a type of another size"))
    bytes = a.size[1] * sizeof(S)
    rem(bytes, sizeof(T)) == 0 || throw(ArgumentError(
        "cannot reinterpret $S as $T: the first dimension has $bytes bytes, no multiple of $(sizeof(T))"
    ))
    return ntuple(k -> k == 1 ? div(bytes, sizeof(T)) : a.size[k], Val(N))
end

function Base.reinterpret(::Type{T}, a::FrameArray) where {T}
    size = reinterpreted_size(T, a)
    check_valid(a)
    data = a.data # the finalizer of the new Vector keeps it
    return rewrap(a, wrap(T, Ptr{Cvoid}(pointer(data)), prod(size), _ -> keep_alive(data)), size)
end
Base.reinterpret(::Type{T}, a::FrameArray{T}) where {T} = a

# Views are Base's own. They notice a released frame as well.
const FrameView{T,N} = SubArray{T,N,<:FrameArray}

@inline function Base.axes(v::FrameView)
    check_valid(parent(v))
    return invoke(axes, Tuple{SubArray}, v)
end

@inline function Base.checkbounds(v::FrameView, indices...)
    check_valid(parent(v))
    checkbounds(Bool, v, indices...) || throw_outside(v, indices)
    return nothing
end
@noinline throw_outside(v, indices) = throw(BoundsError(v, indices))

# -------------------------------------------------------------------------------------------------------------- copying

function Base.copyto!(to::Array{T}, start::Integer, from::FrameArray{T}, first::Integer, n::Integer) where {T}
    n == 0 && return to
    n < 0 && throw(ArgumentError("tried to copy n=$n elements, but n should be nonnegative"))
    check_valid(from)
    checkbounds(to, start:(start + n - 1))
    checkbounds(from, first:(first + n - 1))
    return copyto!(to, start, from.data, first, n)
end
Base.copyto!(to::Array{T}, from::FrameArray{T}) where {T} = copyto!(to, 1, from, 1, length(from))

Base.copy(a::FrameArray{T,N}) where {T,N} = copyto!(Array{T,N}(undef, a.size), a)
Base.Array(a::FrameArray{T,N}) where {T,N} = copy(a)
Base.Array{T}(a::FrameArray{T,N}) where {T,N} = copy(a)
Base.Array{T,N}(a::FrameArray{T,N}) where {T,N} = copy(a)
Base.collect(a::FrameArray) = copy(a)

function Base.copyto!(to::SlotArray{T}, from::Union{Array{T},FrameArray{T}}) where {T}
    length(from) <= length(to) || throw(BoundsError(to, length(from)))
    check_valid(to)
    copyto!(to.data, 1, from isa Array ? from : from.data, 1, length(from))
    return to
end

# The element types for which BLAS has functions.
const BlasFloat = Union{Float32,Float64,ComplexF32,ComplexF64}

# Functions that would write into a frame through a pointer, perhaps on other threads, are refused before they start.
refuse_write(::FieldArray) = throw(ReadOnlyFrame())
for M in (:AbstractVector, :AbstractMatrix)
    @eval LinearAlgebra.mul!(c::FieldArray, ::AbstractMatrix, ::$M) = refuse_write(c)
    @eval LinearAlgebra.mul!(c::FieldArray, ::AbstractMatrix, ::$M, ::Number, ::Number) = refuse_write(c)
end
# One method for each signature that some Julia version has for BLAS: a less special one would be ambiguous.
for X in (:(Union{DenseArray{T},AbstractVector{T}}), :(Union{DenseArray{T},StridedVector{T}}))
    @eval LinearAlgebra.axpy!(::Number, ::$X, y::FieldArray{T}) where {T<:BlasFloat} = refuse_write(y)
    @eval LinearAlgebra.axpby!(::Number, ::$X, ::Number, y::FieldArray{T}) where {T<:BlasFloat} = refuse_write(y)
end
function LinearAlgebra.mul!(
    c::FieldArray{T,2}, ::StridedVecOrMat{T}, ::StridedVecOrMat{T}, ::Number, ::Number
) where {T<:BlasFloat}
    return refuse_write(c)
end
function LinearAlgebra.mul!(
    c::FieldArray{T,1}, ::StridedVecOrMat{T}, ::StridedVector{T}, ::Number, ::Number
) where {T<:BlasFloat}
    return refuse_write(c)
end
Base.copyto!(to::FieldArray, ::AbstractArray) = refuse_write(to)
Base.copyto!(to::FieldArray, ::Integer, ::AbstractArray, ::Integer, ::Integer) = refuse_write(to)
Base.fill!(to::FieldArray, value) = refuse_write(to)

size_text(::Tuple{}) = "0-dimensional"
size_text(size::Tuple{Int}) = "$(size[1])-element"
size_text(size::Dims) = join(size, "×")

function Base.showarg(io::IO, a::FrameArray, toplevel)
    toplevel || print(io, "::")
    print(io, nameof(typeof(a)), "{", eltype(a), ",", ndims(a), "}")
    return toplevel && !is_valid(a) && print(io, " (released)")
end

function Base.show(io::IO, mime::MIME"text/plain", a::FrameArray)
    is_valid(a) && return invoke(show, Tuple{IO,MIME"text/plain",AbstractArray}, io, mime, a)
    return print(io, size_text(a.size), " ", nameof(typeof(a)), "{", eltype(a), ",", ndims(a), "} (released)")
end
function Base.show(io::IO, a::FrameArray)
    is_valid(a) && return invoke(show, Tuple{IO,AbstractArray}, io, a)
    return show(io, MIME("text/plain"), a)
end
