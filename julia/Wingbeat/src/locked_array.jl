# Arrays in shared memory that several processes write, with a lock behind the numbers.

const ARRAY_TYPES = (ELEMENT_TYPES..., ComplexF32, ComplexF64)

"""
    LockedArray{T,N} <: DenseArray{T,N}

An array in shared memory under exactly the given name, which any process of this user may read and write, and its lock: for state
that several write. (What one writes and others look at is a stream: [`publish`](@ref).)

    LockedArray(name, T, dims...)             creates it, all zeros; `ArrayExists` if there is one
    LockedArray(name; timeout=0)              attaches: waits until it is there and complete; `ArrayNotReady`
    LockedArray{T,N}(name; timeout=0)         the same, type-stable; `TypeMismatch` if it is of another type or dimension
    rm(LockedArray, name)                     frees the name; who has it attached goes on with the memory

`name` begins with a `/`. `T` is an integer of 8 to 64 bits, `Float32`, `Float64`, `ComplexF32` or `ComplexF64`; there are 1 to 8
dimensions. `timeout` is in seconds, `nothing` for no limit. The array stays until it is removed, also when all its processes
end. It is the numbers themselves, without copying: it works with BLAS, broadcasting, `view` and `reshape`, and
`parent(array)` is a plain `Array` of the same memory.

    lock(array) do                            # waits; other tasks and Ctrl-C go on
        array .+= 1
    end
    lock(array; timeout=0.1) do ... end       # `LockTimeout` if somebody living (or stopped) holds it for so long
    lock(array; recover=() -> fill!(array, 0)) do ... end

When a process dies with the lock, the next to take it is told, once: by a call of `recover`, with the lock held, or, without one, by a
`LockAbandoned` exception, with the lock given back: the numbers may be half written. `trylock` never waits (it returns `true` or `false`, and
throws `LockAbandoned` too). The lock is not recursive; tasks of one process exclude each other too.

The object opens in InterProcessCommunication.jl as `WrappedArray(name)`, and one that this package made opens here; it has no lock.
"""
struct LockedArray{T,N} <: DenseArray{T,N}
    data::Array{T,N} # keeps the mapping
    name::String
    handle::Handle
    turn::ReentrantLock # among the tasks of this process
end

array_code(::Type{T}) where {T} = something(findfirst(==(T), ARRAY_TYPES), 0)

function checked_array_code(::Type{T}) where {T}
    code = array_code(T)
    code == 0 && throw(InvalidArgument("a LockedArray holds $(join(ARRAY_TYPES, ", ")), not $T"))
    return code
end

function LockedArray(name::AbstractString, ::Type{T}, dims::Integer...) where {T}
    need_library()
    code, shape = checked_array_code(T), UInt64[dims...]
    out = Ref{Ptr{Cvoid}}(C_NULL)
    GC.@preserve out shape check(
        wb_array_create(name, code, length(shape), pointer(shape), Base.unsafe_convert(Ptr{Opaque}, out))
    )
    return wrap_array(T, map(Int, dims), String(name), filled(out))
end
LockedArray(name::AbstractString, ::Type{T}, dims::Tuple{Vararg{Integer}}) where {T} = LockedArray(name, T, dims...)

LockedArray(name::AbstractString; timeout=0) = attach_array(name, 0, timeout)

function LockedArray{T,N}(name::AbstractString; timeout=0) where {T,N}
    array = attach_array(name, checked_array_code(T), timeout)
    array isa LockedArray{T,N} && return array
    close(array)
    throw(TypeMismatch("array '$name' has $(ndims(array)) dimensions, not $N"))
end

function attach_array(name, code, timeout)
    need_library()
    until = deadline(limit_ns(timeout))
    out = Ref{Ptr{Cvoid}}(C_NULL)
    look() = GC.@preserve out check(
        wb_array_attach(name, code, 0, Ptr{UInt64}(C_NULL), 0, Base.unsafe_convert(Ptr{Opaque}, out))
    )
    naps = 0
    while look() != OK
        message = unsafe_string(wb_error_message())
        left_ns(until) == 0 && throw(ArrayNotReady(message))
        nap(naps += 1)
    end
    info = CRecord(ARRAY_INFO)
    check(wb_array_get_info(filled(out), info))
    shape = load(info, :shape, NTuple{8,UInt64})
    dims = ntuple(d -> Int(shape[d]), whole(info, :dimensions))
    return wrap_array(ARRAY_TYPES[whole(info, :type)], dims, String(name), filled(out))
end

function wrap_array(::Type{T}, dims::NTuple{N,Int}, name::String, pointer::Ptr{Cvoid}) where {T,N}
    handle = Handle(pointer, pointer_of_wb_array_close[])
    numbers = wrap(T, wb_array_data(pointer), prod(dims), _ -> drop_from_finalizer!(handle))
    return LockedArray{T,N}(reshape(numbers, dims), name, handle, ReentrantLock())
end

Base.rm(::Type{LockedArray}, name::AbstractString) = (need_library(); throw_unless_there(wb_array_remove(name)))
throw_unless_there(code::Cint) = check(code) == NOT_READY && throw(ArrayNotReady(unsafe_string(wb_error_message())))

"""
    close(array::LockedArray)

Ends its locking; `OutOfOrder` if a task of this process holds the lock. The memory stays mapped until the array is garbage, and in
existence until `rm(LockedArray, name)`.
"""
function Base.close(a::LockedArray)
    islocked(a.turn) && throw(OutOfOrder("the lock of array '$(a.name)' is held here: unlock it before closing the array"))
    a.handle.open = false
    return nothing
end
Base.isopen(a::LockedArray) = a.handle.open

# ------------------------------------------------------------------------------------------------------------ numbers

Base.parent(a::LockedArray) = a.data
Base.size(a::LockedArray) = size(a.data)
Base.IndexStyle(::Type{<:LockedArray}) = IndexLinear()
Base.elsize(::Type{<:LockedArray{T}}) where {T} = sizeof(T)
Base.strides(a::LockedArray) = strides(a.data)
Base.dataids(a::LockedArray) = Base.dataids(a.data)
Base.unsafe_convert(::Type{Ptr{T}}, a::LockedArray{T}) where {T} = Base.unsafe_convert(Ptr{T}, a.data)
Base.@propagate_inbounds Base.getindex(a::LockedArray, i::Int) = a.data[i]
Base.@propagate_inbounds Base.setindex!(a::LockedArray, value, i::Int) = (a.data[i] = value; a)
Base.reshape(a::LockedArray, dims::Dims) = reshape(a.data, dims)
Base.reinterpret(::Type{T}, a::LockedArray) where {T} = reinterpret(T, a.data)
Base.copy(a::LockedArray) = copy(a.data)
Base.collect(a::LockedArray) = copy(a.data)

# --------------------------------------------------------------------------------------------------------------- lock

# Whoever has waited for 100 ms does not mind 10 more, and looking each millisecond costs several percent of a core.
nap(naps) = sleep(naps < 100 ? 0.001 : 0.01)

# One look: true, or false if somebody else of this or another process holds it.
function take_lock(a::LockedArray)
    trylock(a.turn) || return false
    handle, code = a.handle, Cint(0)
    try
        isopen(a) || throw_closed("array")
        lock(handle.lock)
        code = wb_array_lock(handle.pointer, Int64(0))
        unlock(handle.lock)
        check(code)
    catch
        unlock(a.turn)
        rethrow()
    end
    code == LOCKED && unlock(a.turn)
    return code == ABANDONED ? nothing : code == OK
end

# With the lock held, as its last holder left it.
function repair(a::LockedArray, recover)
    try
        recover === nothing && throw(LockAbandoned(
            "a process died while it held the lock of array '$(a.name)': the numbers may be half written. Lock again if that does " *
            "not matter, or say how to put them in order: lock(array; recover=() -> ...)"
        ))
        recover()
    catch
        unlock(a)
        rethrow()
    end
    return true
end

function Base.trylock(a::LockedArray; recover=nothing)
    taken = take_lock(a)
    return taken === nothing ? repair(a, recover) : taken
end

function Base.lock(a::LockedArray; timeout=nothing, recover=nothing)
    until = deadline(limit_ns(timeout))
    looks = 0
    while !trylock(a; recover=recover)
        left_ns(until) == 0 &&
            throw(LockTimeout("somebody else held the lock of array '$(a.name)' for $timeout s: wait longer, or see who is stopped"))
        (looks += 1) < 100 ? yield() : nap(looks - 100)
    end
    return nothing
end

function Base.lock(f, a::LockedArray; timeout=nothing, recover=nothing)
    lock(a; timeout=timeout, recover=recover)
    try
        return f()
    finally
        unlock(a)
    end
end

# The library knows handles, not tasks: that this task has the lock only its turn says, which it can take once more then.
function Base.unlock(a::LockedArray)
    trylock(a.turn) || throw(OutOfOrder("another task holds the lock of array '$(a.name)': unlock it there"))
    handle = a.handle
    lock(handle.lock)
    code = wb_array_unlock(handle.pointer)
    unlock(handle.lock)
    unlock(a.turn)
    check(code)
    unlock(a.turn)
    return nothing
end
