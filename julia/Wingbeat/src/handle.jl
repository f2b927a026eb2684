# Handles of the C library, and what keeps them and their memory.
#
# 1. A handle of the library is used by one thread at a time: every call on a reader holds `lock`. Between lock and
#    unlock there is no allocation and no task switch, so that no finalizer and no other task of this thread can want
#    the lock.
# 2. A handle is ended when its last reference is dropped: its user's, and one for each frame on hold().
# 3. The memory an array shows stays mapped as long as the array exists. Under each array lies a plain Vector made of
#    that memory, which has a reference to the mapping of its own; and where compiled code keeps nothing but a pointer
#    into a Vector, it keeps the Vector.
# 4. Finalizers take no lock. They release frames and memory (which the library allows on any thread) and drop
#    references; ending a handle is left to a task, after all finalizers.

mutable struct Handle
    pointer::Ptr{Cvoid}
    closer::Ptr{Cvoid}
    lock::Threads.SpinLock
    references::Threads.Atomic{Int}
    open::Bool # for its user; false after close()
end

Handle(pointer::Ptr{Cvoid}, closer::Ptr{Cvoid}) =
    Handle(pointer, closer, Threads.SpinLock(), Threads.Atomic{Int}(1), true)

retain!(handle::Handle) = Threads.atomic_add!(handle.references, 1)

# True if that was the last one.
drop!(handle::Handle) = Threads.atomic_sub!(handle.references, 1) == 1

function finish!(handle::Handle)
    lock(handle.lock)
    pointer = handle.pointer
    handle.pointer = C_NULL
    unlock(handle.lock)
    pointer == C_NULL || ccall(handle.closer, Cvoid, (Ptr{Cvoid},), pointer)
    return nothing
end

function drop_from_finalizer!(handle::Handle)
    drop!(handle) && @async finish!(handle)
    return nothing
end

# Of an owner that was never closed.
function finalize_owner(owner)
    owner.handle.open && drop_from_finalizer!(owner.handle)
    return nothing
end

# What to close at exit, so that writers say goodbye and readers free their entries.
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

@noinline throw_closed(what) = throw(Closed("this $what was closed; open it again"))

# -------------------------------------------------------------------------------------------------------------- epochs

"""
    Wingbeat.Epoch

One schema of a stream, with the plain Vectors made of its slots: one for each field, made when it is first asked for.
"""
mutable struct Epoch
    attachment::Ptr{Cvoid}
    number::UInt32
    layout::Layout
    slots::Vector{Ptr{Cvoid}}
    vectors::Vector{Vector{Any}} # of each slot; nothing where not made yet
    last::Int                    # slot looked up last: the ring goes on with the next
end

Epoch(layout::Layout) = Epoch(C_NULL, 0, layout, Ptr{Cvoid}[], Vector{Any}[], 0)

# Of a frame that is held.
function Epoch(frame::CFrame, layout::Layout)
    epoch = Epoch(layout)
    epoch.attachment, epoch.number = frame.attachment, frame.epoch
    return epoch
end

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

# A Vector made of memory that stays until finish(_) is called, which is when the Vector is garbage.
function wrap(::Type{T}, address::Ptr{Cvoid}, length::Int, finish) where {T}
    data = unsafe_wrap(Array, Ptr{T}(address), length)
    finalizer(finish, what_pointers_keep(data))
    return data
end

# What compiled code keeps when it keeps a pointer into a Vector: since Julia 1.11 that is its Memory.
what_pointers_keep(data::Vector) = VERSION >= v"1.11" ? data.ref.mem : data

# One more reference to the mapping of a frame that is held.
function frame_memory(frame::Ptr{CFrame})
    out = Ref{Ptr{Cvoid}}(C_NULL)
    GC.@preserve out check(wb_frame_memory(frame, Base.unsafe_convert(Ptr{Opaque}, out)))
    return filled(out)
end

@inline is_of(frame::CFrame, epoch::Epoch) = frame.attachment == epoch.attachment && frame.epoch == epoch.number

# --------------------------------------------------------------------------------------------------------------- holds

"""
    Wingbeat.Hold

What frames and arrays refer to: a frame of the library, and the number (`ticket`) of the time at which it shows what
they promise. Each taking and each giving back changes the ticket, so a frame's or array's own copy of it tells whether
it is still valid.
"""
mutable struct Hold
    ticket::Int # odd: taken
    kept::Bool  # by hold(frame): the loop's next turn does not release it
    frame::CFrame
    epoch::Epoch
    vectors::Vector{Any} # of the frame's slot
    handle::Handle
    owner::Any  # the subscription or publication lives as long as its frames
    Hold(epoch::Epoch, handle::Handle, owner) = new(0, false, CFrame(), epoch, Any[], handle, owner)
end

const FRAME_OFFSET = fieldoffset(Hold, 3)
@inline frame_pointer(hold::Hold) = Ptr{CFrame}(pointer_from_objref(hold) + FRAME_OFFSET)

# A Hold for frames of a reader.
lease(epoch::Epoch, handle::Handle, owner) = finalizer(finalize_lease, Hold(epoch, handle, owner))

function finalize_lease(hold::Hold)
    isodd(hold.ticket) && wb_frame_release(frame_pointer(hold))
    hold.kept && drop_from_finalizer!(hold.handle)
    return nothing
end

@noinline throw_released() = throw(FrameReleased())
@inline check_ticket(hold::Hold, ticket::Int) = hold.ticket == ticket || throw_released()

# Gives the frame of that ticket back, once.
function give_back!(hold::Hold, ticket::Int)
    lock(hold.handle.lock)
    was_kept = false
    if isodd(ticket) && hold.ticket == ticket
        GC.@preserve hold wb_frame_release(frame_pointer(hold))
        hold.ticket += 1
        was_kept, hold.kept = hold.kept, false
    end
    unlock(hold.handle.lock)
    was_kept && drop!(hold.handle) && finish!(hold.handle)
    return nothing
end

# The frame just taken into `old`, in a Hold of another epoch. What shows older frames goes on with `old`.
function moved(old::Hold, epoch::Epoch)
    new = lease(epoch, old.handle, old.owner)
    lock(old.handle.lock)
    new.frame, new.ticket = old.frame, old.ticket
    old.ticket += 1
    unlock(old.handle.lock)
    new.vectors = vectors_of_slot(epoch, new.frame.data)
    return new
end
