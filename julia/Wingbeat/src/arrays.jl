# Arrays over the library's memory: dense, strided, and each with its Hold, so that the memory lives as long as they do.

"""
    Wingbeat.SharedArray{T,N} <: DenseArray{T,N}

What [`FieldArray`](@ref) (read) and [`SlotArray`](@ref) (written) have in common.
"""
abstract type SharedArray{T,N} <: DenseArray{T,N} end

"""
    FieldArray{T,N} <: DenseArray{T,N}

A field of a frame, where the writer put it: no copy. Column-major (`3 x N`: an agent's numbers lie together), strided,
so BLAS, broadcasting, `view`, `reshape` and `reinterpret` work as with an `Array`, at its speed. Read-only: writing
throws [`ReadOnlyFrame`](@ref).

Valid as long as its frame: then field access, `pointer`, bounds-checked indexing, iteration and broadcasting throw
[`FrameReleased`](@ref). Loops under `@inbounds` are not checked: they then read what later frames hold, but never leave
the mapping, which lives as long as any array made of it.
"""
struct FieldArray{T,N} <: SharedArray{T,N}
    data::Vector{T} # begins where the array begins, and is at least as long
    size::NTuple{N,Int}
    hold::Hold
    ticket::Int
end

"""
    SlotArray{T,N} <: DenseArray{T,N}

A field of the frame being written (`out[:position]`), in the slot itself. Valid until [`publish!`](@ref); what it holds
before it is filled is undefined.
"""
struct SlotArray{T,N} <: SharedArray{T,N}
    data::Vector{T}
    size::NTuple{N,Int}
    hold::Hold
    ticket::Int
end

@inline check_valid(a::SharedArray) = check_ticket(a.hold, a.ticket)
is_valid(a::SharedArray) = a.hold.ticket == a.ticket

Base.size(a::SharedArray) = a.size
Base.length(a::SharedArray) = prod(a.size)
Base.IndexStyle(::Type{<:SharedArray}) = IndexLinear()
Base.elsize(::Type{<:SharedArray{T}}) where {T} = sizeof(T)
Base.sizeof(a::SharedArray) = length(a) * Base.elsize(typeof(a))
Base.strides(a::SharedArray) = strides_from(1, a.size...)
Base.dataids(a::SharedArray) = Base.dataids(a.data)

strides_from(step) = ()
strides_from(step, length, lengths...) = (step, strides_from(step * length, lengths...)...)

# What every reduction, broadcast, copy and loop asks for first: the one place to notice a frame that was given back.
@inline function Base.axes(a::SharedArray)
    check_valid(a)
    return map(Base.OneTo, a.size)
end

@inline function Base.unsafe_convert(::Type{Ptr{T}}, a::SharedArray{T}) where {T}
    check_valid(a)
    return pointer(a.data)
end

@inline function Base.getindex(a::SharedArray, i::Int)
    @boundscheck begin
        check_valid(a)
        checkbounds(a, i)
    end
    return @inbounds a.data[i]
end

# Matrices and windows without the detour over axes(), which would check in every turn of an @inbounds loop.
@inline linear(a::SharedArray, i::Int, j::Int) = i + a.size[1] * (j - 1)
@inline linear(a::SharedArray, i::Int, j::Int, k::Int) = i + a.size[1] * ((j - 1) + a.size[2] * (k - 1))

for (N, I) in ((2, (:i, :j)), (3, (:i, :j, :k)))
    indices = [:($n::Int) for n in I]
    @eval @inline function Base.getindex(a::SharedArray{T,$N}, $(indices...)) where {T}
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
    @boundscheck begin
        check_valid(a)
        checkbounds(a, i)
    end
    @inbounds a.data[i] = convert(T, value)::T
    return a
end

@noinline Base.setindex!(::FieldArray, value, ::Int...) = throw(ReadOnlyFrame())

@inline function Base.iterate(a::SharedArray, i::Int=1)
    i == 1 && check_valid(a)
    (i - 1) % UInt < length(a) % UInt || return nothing
    return (@inbounds(a[i]), i + 1)
end

# ------------------------------------------------------------------------------------------------------- derived arrays

# The same memory in another shape or type.
rewrap(a::FieldArray, data::Vector{T}, size::Dims{N}) where {T,N} = FieldArray{T,N}(data, size, a.hold, a.ticket)
rewrap(a::SlotArray, data::Vector{T}, size::Dims{N}) where {T,N} = SlotArray{T,N}(data, size, a.hold, a.ticket)

function Base.reshape(a::SharedArray, size::Dims)
    prod(size) == length(a) || throw(DimensionMismatch(
        "new dimensions $size must be consistent with array size $(length(a))"
    ))
    check_valid(a)
    return rewrap(a, a.data, size)
end
function Base.reshape(a::SharedArray{T,N}, size::Dims{N}) where {T,N}
    return size == a.size ? a : invoke(reshape, Tuple{SharedArray,Dims}, a, size)
end
function Base.reshape(a::SharedArray, size::Tuple{Vararg{Union{Int,Colon}}})
    return reshape(a, Base.size(reshape(1:length(a), size))) # a range knows what the colon stands for
end
Base.vec(a::SharedArray) = reshape(a, (length(a),))
Base.vec(a::SharedArray{T,1}) where {T} = a

keep(::Vector) = nothing

# As Base does it: the first dimension takes up the difference in size.
function reinterpreted_size(::Type{T}, a::SharedArray{S,N}) where {T,S,N}
    (isbitstype(T) && sizeof(T) > 0) || throw(ArgumentError("cannot reinterpret as $T: its values are not plain bits"))
    sizeof(T) == sizeof(S) && return a.size
    N == 0 && throw(ArgumentError("cannot reinterpret a zero-dimensional array to a type of another size"))
    bytes = a.size[1] * sizeof(S)
    rem(bytes, sizeof(T)) == 0 || throw(ArgumentError(
        "cannot reinterpret $S as $T: the first dimension has $bytes bytes, no multiple of $(sizeof(T))"
    ))
    return ntuple(k -> k == 1 ? div(bytes, sizeof(T)) : a.size[k], Val(N))
end

function Base.reinterpret(::Type{T}, a::SharedArray) where {T}
    size = reinterpreted_size(T, a)
    check_valid(a)
    below = a.data # kept by the finalizer of the Vector that is made of its memory
    return rewrap(a, wrap(T, Ptr{Cvoid}(pointer(below)), prod(size), _ -> keep(below)), size)
end
Base.reinterpret(::Type{T}, a::SharedArray{T}) where {T} = a

# Views are Base's own; they too notice a frame that was given back.
const SharedView{T,N} = SubArray{T,N,<:SharedArray}

@inline function Base.axes(v::SharedView)
    check_valid(parent(v))
    return invoke(axes, Tuple{SubArray}, v)
end

@inline function Base.checkbounds(v::SharedView, indices...)
    check_valid(parent(v))
    checkbounds(Bool, v, indices...) || throw_outside(v, indices)
    return nothing
end
@noinline throw_outside(v, indices) = throw(BoundsError(v, indices))

# -------------------------------------------------------------------------------------------------------------- copying

function Base.copyto!(to::Array{T}, start::Integer, from::SharedArray{T}, first::Integer, n::Integer) where {T}
    n == 0 && return to
    n < 0 && throw(ArgumentError("tried to copy n=$n elements, but n should be nonnegative"))
    check_valid(from)
    checkbounds(to, start:(start + n - 1))
    checkbounds(from, first:(first + n - 1))
    return copyto!(to, start, from.data, first, n)
end
Base.copyto!(to::Array{T}, from::SharedArray{T}) where {T} = copyto!(to, 1, from, 1, length(from))

Base.copy(a::SharedArray{T,N}) where {T,N} = copyto!(Array{T,N}(undef, a.size), a)
Base.Array(a::SharedArray{T,N}) where {T,N} = copy(a)
Base.Array{T}(a::SharedArray{T,N}) where {T,N} = copy(a)
Base.Array{T,N}(a::SharedArray{T,N}) where {T,N} = copy(a)
Base.collect(a::SharedArray) = copy(a)

function Base.copyto!(to::SlotArray{T}, from::Union{Array{T},SharedArray{T}}) where {T}
    length(from) <= length(to) || throw(BoundsError(to, length(from)))
    check_valid(to)
    copyto!(to.data, 1, from isa Array ? from : from.data, 1, length(from))
    return to
end

# The numbers for which BLAS has functions.
const BlasFloat = Union{Float32,Float64,ComplexF32,ComplexF64}

# A frame as the target of what would write through a pointer, on threads of its own: refused before it starts.
refuse_write(::FieldArray) = throw(ReadOnlyFrame())
for M in (:AbstractVector, :AbstractMatrix)
    @eval LinearAlgebra.mul!(c::FieldArray, ::AbstractMatrix, ::$M) = refuse_write(c)
    @eval LinearAlgebra.mul!(c::FieldArray, ::AbstractMatrix, ::$M, ::Number, ::Number) = refuse_write(c)
end
# One for each way in which Julia's versions have BLAS's own methods as special as these.
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

function Base.showarg(io::IO, a::SharedArray, toplevel)
    toplevel || print(io, "::")
    print(io, nameof(typeof(a)), "{", eltype(a), ",", ndims(a), "}")
    return toplevel && !is_valid(a) && print(io, " (given back)")
end

function Base.show(io::IO, mime::MIME"text/plain", a::SharedArray)
    is_valid(a) && return invoke(show, Tuple{IO,MIME"text/plain",AbstractArray}, io, mime, a)
    return print(io, size_text(a.size), " ", nameof(typeof(a)), "{", eltype(a), ",", ndims(a), "} (given back)")
end
function Base.show(io::IO, a::SharedArray)
    is_valid(a) && return invoke(show, Tuple{IO,AbstractArray}, io, a)
    return show(io, MIME("text/plain"), a)
end
