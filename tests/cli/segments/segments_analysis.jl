# Does the same as the analysis of the original project, at 30 Hz or more: locks the mutex of another program, copies
# the segment into a matrix, unlocks.
#
#   segments_analysis.jl DATA LOCK AGENTS HOW
#
# HOW: `attach` does not change the mutex; `initialise` initialises it first, as the constructor of
# InterProcessCommunication.jl does; `package` uses that package. The program ends with its standard input and prints
# its counts as JSON. In a whole frame all numbers are equal, except that the numbers of absent agents are zero.

const DATA, LOCK, HOW = ARGS[1], ARGS[2], ARGS[4]
const AGENTS = parse(Int, ARGS[3])
const BYTES = 12AGENTS
HOW == "package" && @eval using InterProcessCommunication

const O_RDWR = 2
const MUTEX_BYTES, ATTRIBUTE_BYTES, PROCESS_SHARED = 64, 16, 1

function map_object(name, bytes, protection)
    # The last argument has no effect on an existing object.
    fd = ccall(:shm_open, Cint, (Cstring, Cint, Cuint), name, protection == 1 ? 0 : O_RDWR, 0)
    systemerror(name, fd < 0)
    pointer = ccall(:mmap, Ptr{Cvoid}, (Ptr{Cvoid}, Csize_t, Cint, Cint, Cint, Int64), C_NULL, bytes, protection, 1, fd, 0)
    systemerror("mmap", pointer == Ptr{Cvoid}(-1))
    return pointer
end

function initialise(mutex)
    attributes = zeros(UInt8, ATTRIBUTE_BYTES)
    GC.@preserve attributes begin
        ccall(:pthread_mutexattr_init, Cint, (Ptr{UInt8},), attributes)
        ccall(:pthread_mutexattr_setpshared, Cint, (Ptr{UInt8}, Cint), attributes, PROCESS_SHARED)
        ccall(:pthread_mutex_init, Cint, (Ptr{Cvoid}, Ptr{UInt8}), mutex, attributes)
    end
end

struct Analysis
    data::Ptr{Float32}
    take::Function
    give::Function
end

function by_the_c_library()
    mutex = map_object(LOCK, 64, 3)
    HOW == "initialise" && initialise(mutex)
    take() = ccall(:pthread_mutex_lock, Cint, (Ptr{Cvoid},), mutex)
    give() = ccall(:pthread_mutex_unlock, Cint, (Ptr{Cvoid},), mutex)
    return Analysis(map_object(DATA, BYTES, 1), take, give)
end

# These functions correspond to those of the original project.
function by_the_package()
    IPC = InterProcessCommunication
    memory(id, bytes, protection) = IPC.SharedMemory{String}(map_object(id, bytes, protection), bytes, false, id)
    mutex = IPC.Mutex(memory(LOCK, 64, 3), 0; shared=true)
    data = IPC.WrappedArray(memory(DATA, BYTES, 1), Float32, (3, AGENTS))
    return Analysis(pointer(data), () -> (lock(mutex); 0), () -> (unlock(mutex); 0))
end

function look!(X, analysis)
    code = Base.invokelatest(analysis.take)
    unsafe_copyto!(pointer(X), analysis.data, length(X))
    Base.invokelatest(analysis.give)
    return code
end

function run(analysis)
    X = Matrix{Float32}(undef, 3, AGENTS)
    looks = torn = changes = failed = 0
    last = 0f0
    reported = false
    ended = Ref(false)
    @async (read(stdin); ended[] = true)
    println("analysing")
    flush(stdout)
    while !ended[]
        failed += look!(X, analysis) != 0
        here = filter(!iszero, X)
        looks += 1
        torn += !isempty(here) && any(!=(here[1]), here)
        changes += !isempty(here) && here[1] != last
        reported || changes < 20 || (reported = true; println("20 changes"); flush(stdout))
        isempty(here) || (last = here[1])
        sleep(0.005)
    end
    println("""{"looks":$looks,"torn":$torn,"changes":$changes,"failed":$failed,"last":$last}""")
end

run(HOW == "package" ? Base.invokelatest(by_the_package) : by_the_c_library())
