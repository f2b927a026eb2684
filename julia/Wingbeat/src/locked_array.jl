# Arrays in shared memory that several processes write, each with a lock.

const ARRAY_TYPES = (ELEMENT_TYPES..., ComplexF32, ComplexF64)

"""
    LockedArray{T,N} <: DenseArray{T,N}

An array in shared memory that every process of this user can read and write, with a lock. It is meant for state that
several processes write; data that one process writes is a stream ([`publish`](@ref)).

    LockedArray(name, T, dims...)                        creates the array, filled with zeros
    LockedArray(name; timeout=0, quiet=false)            attaches to it
    LockedArray{T,N}(name; timeout=0, quiet=false)       the same, type-stable
    rm(LockedArray, name)                                removes the name

- `name` begins with a `/`. `T` is an integer of 8 to 64 bits, `Float32`, `Float64`, `ComplexF32` or `ComplexF64`. There
  are 1 to 8 dimensions.
- Attaching waits up to `timeout` seconds (`nothing`: no limit) until the array exists and is complete. Errors:
  `Wingbeat.ArrayExists` (creation), `Wingbeat.ArrayNotReady` (attaching), `Wingbeat.TypeMismatch` (other type or number
  of dimensions).
- The array stays until it is removed, even when all its processes have ended. Processes that have it attached keep the
  memory after that.
- It is used in place: BLAS, broadcasting, `view` and `reshape` work, and `parent(array)` is a plain `Array` of the same
  memory.

The lock excludes other processes and other tasks of this process. It is not recursive.

    lock(array) do                                       # waits; other tasks run, and Ctrl-C ends the wait
        array .+= 1
    end
    lock(array; timeout=0.1, quiet=true) do ... end      # LockTimeout after 0.1 s
    lock(array; recover=() -> fill!(array, 0)) do ... end
    trylock(array)                                       # does not wait: true or false

When a process dies while it holds the lock, the array may be half written. The next `lock` or `trylock` calls `recover`
with the lock held. Without `recover` it throws `Wingbeat.LockAbandoned` and frees the lock. This happens once.

A wait for the array or its lock prints a line to `stderr` after 2 s, unless `quiet` is `true`.

InterProcessCommunication.jl opens the object as `WrappedArray(name)`. Arrays made by that package can be attached here,
but have no lock.
"""
struct LockedArray{T,N} <: DenseArray{T,N}
    data::Array{T,N} # keeps the mapping
    name::String
    handle::Handle
    task_lock::ReentrantLock # excludes the other tasks of this process
end

array_code(::Type{T}) where {T} = something(findfirst(==(T), ARRAY_TYPES), 0)

function checked_array_code(::Type{T}) where {T}
    code = array_code(T)
    code == 0 &&
        throw(InvalidArgument("the elements of a LockedArray must be of one of $(join(ARRAY_TYPES, ", ")), not $T"))
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

LockedArray(name::AbstractString; timeout=0, quiet::Bool=false) = attach_array(name, 0, timeout, quiet)

function LockedArray{T,N}(name::AbstractString; timeout=0, quiet::Bool=false) where {T,N}
    array = attach_array(name, checked_array_code(T), timeout, quiet)
    array isa LockedArray{T,N} && return array
    close(array)
    throw(TypeMismatch("array '$name' has $(ndims(array)) dimensions, not $N"))
end

function attach_array(name, code, timeout, quiet)
    need_library()
    out, problem = Ref{Ptr{Cvoid}}(C_NULL), Ref("")
    function is_attached()
        result = GC.@preserve out check(
            wb_array_attach(name, code, 0, Ptr{UInt64}(C_NULL), 0, Base.unsafe_convert(Ptr{Opaque}, out))
        )
        result == OK || (problem[] = unsafe_string(wb_error_message()))
        return result == OK
    end
    wait_until(is_attached, short_pause, () -> "array '$name'", deadline(limit_ns(timeout)), quiet) ||
        throw(ArrayNotReady(problem[]))
    info = CRecord(ARRAY_INFO)
    check(wb_array_get_info(filled(out), info))
    shape = load(info, :shape, NTuple{8,UInt64})
    dims = ntuple(d -> Int(shape[d]), integer(info, :dimensions))
    return wrap_array(ARRAY_TYPES[integer(info, :type)], dims, String(name), filled(out))
end

function wrap_array(::Type{T}, dims::NTuple{N,Int}, name::String, pointer::Ptr{Cvoid}) where {T,N}
    handle = Handle(pointer, pointer_of_wb_array_close[])
    numbers = wrap(T, wb_array_data(pointer), prod(dims), _ -> drop_reference_from_finalizer!(handle))
    return LockedArray{T,N}(reshape(numbers, dims), name, handle, ReentrantLock())
end

function Base.rm(::Type{LockedArray}, name::AbstractString)
    need_library()
    check(wb_array_remove(name)) == NOT_READY && throw(ArrayNotReady(unsafe_string(wb_error_message())))
    return nothing
end

"""
    close(array::LockedArray)

Ends the use of the lock; throws `Wingbeat.OutOfOrder` if a task of this process holds it. The memory stays mapped until
the array is garbage, and exists until `rm(LockedArray, name)`.
"""
function Base.close(a::LockedArray)
    islocked(a.task_lock) &&
        throw(OutOfOrder("this process holds the lock of array '$(a.name)'; unlock it before closing the array"))
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

# 1 ms for the first 100 ms, then 10 ms: looking each millisecond costs several percent of a core.
short_pause(looks) = sleep(looks < 100 ? 0.001 : 0.01)

# Looks once. Returns true if the lock was taken, false if another holder has it, and nothing if it was taken from a
# dead holder.
function take_lock(a::LockedArray)
    trylock(a.task_lock) || return false
    handle, code = a.handle, Cint(0)
    try
        isopen(a) || throw_closed("array")
        lock(handle.lock)
        code = wb_array_lock(handle.pointer, Int64(0))
        unlock(handle.lock)
        check(code)
    catch
        unlock(a.task_lock)
        rethrow()
    end
    code == LOCKED && unlock(a.task_lock)
    return code == ABANDONED ? nothing : code == OK
end

# Runs with the lock held. The dead holder may have left the array half written.
function repair(a::LockedArray, recover)
    try
        recover === nothing && throw(LockAbandoned(
            "a process died while it held the lock of array '$(a.name)', so the array may be half written. Lock it " *
            "again to ignore this, or repair the array in lock(array; recover=() -> ...)",
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

function Base.lock(a::LockedArray; timeout=nothing, recover=nothing, quiet::Bool=false)
    pause(looks) = looks < 100 ? yield() : short_pause(looks - 100)
    text() = "the lock of array '$(a.name)', which another process or task holds"
    wait_until(() -> trylock(a; recover=recover), pause, text, deadline(limit_ns(timeout)), quiet) || throw(LockTimeout(
        "another process or task held the lock of array '$(a.name)' for $timeout s; wait longer, or end its holder",
    ))
    return nothing
end

function Base.lock(f, a::LockedArray; options...)
    lock(a; options...)
    try
        return f()
    finally
        unlock(a)
    end
end

# The library knows handles, not tasks. Only the task that holds task_lock can take it once more.
function Base.unlock(a::LockedArray)
    trylock(a.task_lock) ||
        throw(OutOfOrder("another task holds the lock of array '$(a.name)'; unlock it in that task"))
    handle = a.handle
    lock(handle.lock)
    code = wb_array_unlock(handle.pointer)
    unlock(handle.lock)
    unlock(a.task_lock)
    check(code)
    unlock(a.task_lock)
    return nothing
end
