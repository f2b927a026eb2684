# Handles of the C library, the memory of a stream's slots, and the state that tells whether a frame is still valid.
#
# 1. A handle of the library is used by one thread at a time: every call on a reader holds `lock`. Between lock and
#    unlock there is no allocation and no task switch, so no finalizer and no other task of this thread can need the
#    lock.
# 2. A handle is closed when its last reference is dropped: its user's, and one for each frame kept by hold().
# 3. The memory of an array stays mapped as long as the array exists. Under each array lies a plain Vector made of that
#    memory, which has a reference to the mapping of its own. Where compiled code keeps nothing but a pointer into a
#    Vector, it keeps the Vector.
# 4. Finalizers take no lock. They release frames and memory (which the library allows on any thread) and drop
#    references. A task closes the handle after all finalizers have run.

mutable struct Handle
    pointer::Ptr{Cvoid}
    closer::Ptr{Cvoid}
    lock::Threads.SpinLock
    references::Threads.Atomic{Int}
    open::Bool # false after the user's close(), although references may be left
end

Handle(pointer::Ptr{Cvoid}, closer::Ptr{Cvoid}) =
    Handle(pointer, closer, Threads.SpinLock(), Threads.Atomic{Int}(1), true)

add_reference!(handle::Handle) = Threads.atomic_add!(handle.references, 1)

function drop_reference!(handle::Handle)
    Threads.atomic_sub!(handle.references, 1) == 1 && close_handle!(handle)
    return nothing
end

function drop_reference_from_finalizer!(handle::Handle)
    Threads.atomic_sub!(handle.references, 1) == 1 && @async close_handle!(handle)
    return nothing
end

function close_handle!(handle::Handle)
    lock(handle.lock)
    pointer = handle.pointer
    handle.pointer = C_NULL
    unlock(handle.lock)
    pointer == C_NULL || ccall(handle.closer, Cvoid, (Ptr{Cvoid},), pointer)
    return nothing
end

# The finalizer of readers, writers and windows. close() has dropped their reference already.
function finalize_owner(owner)
    owner.handle.open && drop_reference_from_finalizer!(owner.handle)
    return nothing
end

# Readers and writers are closed at exit, so that writers end their streams and readers free their entries.
const OPEN = WeakRef[]
const OPEN_LOCK = ReentrantLock()

function close_at_exit(owner)
    lock(OPEN_LOCK) do
        filter!(w -> w.value !== nothing, OPEN)
        push!(OPEN, WeakRef(owner))
    end
    return owner
end

function close_everything()
    for weak in OPEN
        owner = weak.value
        owner === nothing || close(owner)
    end
    return nothing
end

@noinline throw_closed(kind) = throw(Closed("this $kind was closed; open it again"))

# ------------------------------------------------------------------------------------------------------- field layouts

# The numbers needed to make an array of a field. It has no references, so a typed frame needs no lookups.
struct FieldLayout
    index::Int
    offset::Int
    type::Int
    dimensions::Int
    per_agent::Bool
    shape::NTuple{8,Int}
end

function FieldLayout(index::Int, field::Field)
    shape = ntuple(i -> i <= length(field.shape) ? field.shape[i] : 1, MAX_DIMENSIONS)
    return FieldLayout(index, field.offset_bytes, element_code(field.type), length(field.shape), field.per_agent, shape)
end

Base.length(layout::FieldLayout) = prod(layout.shape)

@inline function dimensions(layout::FieldLayout, count::Int, ::Val{N}) where {N}
    return ntuple(k -> (k == N && layout.per_agent) ? count : layout.shape[k], Val(N))
end

# A schema with the layouts of all its fields, and those of a typed reader's fields in the reader's order.
struct Layout
    schema::Schema
    fields::Vector{FieldLayout}
    chosen::Vector{FieldLayout}
end

function Layout(schema::Schema, names)
    fields = FieldLayout[FieldLayout(i, schema.fields[i]) for i in eachindex(schema.fields)]
    return Layout(schema, fields, FieldLayout[fields[field_index(schema, name)] for name in names])
end

# -------------------------------------------------------------------------------------------------------------- epochs

# One schema of a stream, with the plain Vectors made of its slots: one for each field, made when first needed.
mutable struct Epoch
    attachment::Ptr{Cvoid}
    number::UInt32
    layout::Layout
    slots::Vector{Ptr{Cvoid}}
    vectors::Vector{Vector{Any}} # for each slot and field; nothing where not made yet
    last::Int                    # index of the slot looked up last; the writer usually goes on with the next one
end

Epoch(layout::Layout) = Epoch(C_NULL, 0, layout, Ptr{Cvoid}[], Vector{Any}[], 0)

# The epoch of a frame that is held.
function Epoch(frame::CFrame, layout::Layout)
    epoch = Epoch(layout)
    epoch.attachment, epoch.number = frame.attachment, frame.epoch
    return epoch
end

@inline contains_frame(epoch::Epoch, frame::CFrame) =
    frame.attachment == epoch.attachment && frame.epoch == epoch.number

@inline function vectors_of_slot(epoch::Epoch, slot::Ptr{Cvoid})
    k = epoch.last < length(epoch.slots) ? epoch.last + 1 : 1
    if k <= length(epoch.slots) && @inbounds(epoch.slots[k]) == slot
        epoch.last = k
        return @inbounds epoch.vectors[k]
    end
    return search_slot(epoch, slot)
end

@noinline function search_slot(epoch::Epoch, slot::Ptr{Cvoid})
    k = findfirst(==(slot), epoch.slots)
    if k === nothing
        push!(epoch.slots, slot)
        push!(epoch.vectors, fill!(Vector{Any}(undef, length(epoch.layout.fields)), nothing))
        k = length(epoch.slots)
    end
    epoch.last = k
    return epoch.vectors[k]
end

# A Vector made of foreign memory. finish(_) is called when the Vector is garbage; until then the memory must stay.
function wrap(::Type{T}, address::Ptr{Cvoid}, length::Int, finish) where {T}
    data = unsafe_wrap(Array, Ptr{T}(address), length)
    finalizer(finish, memory_owner(data))
    return data
end

# The object that compiled code keeps alive when it keeps a pointer into a Vector: since Julia 1.11 its Memory.
memory_owner(data::Vector) = VERSION >= v"1.11" ? data.ref.mem : data

# --------------------------------------------------------------------------------------------------------------- holds

# The state that frames and arrays share: a frame of the library, and a stamp. Each taking and each release changes the
# stamp. A frame or array is valid while its own copy of the stamp is equal.
mutable struct Hold
    stamp::Int  # odd: a frame is taken
    kept::Bool  # by hold(frame): the loop's next turn does not release it
    frame::CFrame
    epoch::Epoch
    vectors::Vector{Any} # those of the frame's slot
    handle::Handle
    owner::Any  # the reader or writer, which lives as long as its frames
    Hold(epoch::Epoch, handle::Handle, owner) = new(0, false, CFrame(), epoch, Any[], handle, owner)
end

const FRAME_OFFSET = fieldoffset(Hold, 3)
@inline frame_pointer(hold::Hold) = Ptr{CFrame}(pointer_from_objref(hold) + FRAME_OFFSET)

# A Hold for the frames of a reader: it releases its frame when it is garbage.
reader_hold(epoch::Epoch, handle::Handle, owner) = finalizer(finalize_hold, Hold(epoch, handle, owner))

function finalize_hold(hold::Hold)
    isodd(hold.stamp) && wb_frame_release(frame_pointer(hold))
    hold.kept && drop_reference_from_finalizer!(hold.handle)
    return nothing
end

@inline check_stamp(hold::Hold, stamp::Int) = hold.stamp == stamp || throw_released()
@noinline throw_released() = throw(FrameReleased())

# Releases the frame of that stamp. A second call does nothing.
function release!(hold::Hold, stamp::Int)
    lock(hold.handle.lock)
    was_kept = false
    if isodd(stamp) && hold.stamp == stamp
        GC.@preserve hold wb_frame_release(frame_pointer(hold))
        hold.stamp += 1
        was_kept, hold.kept = hold.kept, false
    end
    unlock(hold.handle.lock)
    was_kept && drop_reference!(hold.handle)
    return nothing
end

# Moves the frame just taken into `old` to a new Hold of another epoch. Arrays of older frames keep using `old`.
function move_frame!(old::Hold, epoch::Epoch)
    new = reader_hold(epoch, old.handle, old.owner)
    lock(old.handle.lock)
    new.frame, new.stamp = old.frame, old.stamp
    old.stamp += 1
    unlock(old.handle.lock)
    find_vectors!(new)
    return new
end

@inline function find_vectors!(hold::Hold)
    hold.vectors = vectors_of_slot(hold.epoch, hold.frame.data)
    return nothing
end
