# Counts the received frames and writes the result files.

const MOST_SAMPLES = 1 << 20 # memory for this many samples is allocated at the start

mutable struct Tally
    last::Int # the newest frame counted
    received::Int
    lost::Int
    torn::Int
    signal_ns::Vector{UInt64}
    age_ns::Vector{UInt64}
    Tally(room::Int) = new(0, 0, 0, 0, sizehint!(UInt64[], room), sizehint!(UInt64[], room))
end

function count!(tally::Tally, seq::Int, whole::Bool, signal_ns::UInt64, age_ns::UInt64)
    seq <= tally.last && return nothing # from the warm-up, or already counted as lost
    tally.lost += seq - tally.last - 1
    tally.last = seq
    tally.received += 1
    tally.torn += !whole
    push!(tally.signal_ns, signal_ns)
    push!(tally.age_ns, age_ns)
    return nothing
end

function lose!(tally::Tally)
    tally.lost += 1
    tally.last += 1
    return nothing
end

function cpu_ns()
    usage = zeros(Int64, 18) # struct rusage; begins with two timevals
    ccall(:getrusage, Cint, (Cint, Ptr{Int64}), 0, usage)
    return 1_000_000_000 * (usage[1] + usage[3]) + 1_000 * (usage[2] + usage[4])
end

function write_results(out::String, reader::Int, tally::Tally, used_ns::Int)
    write(out * ".signal", tally.signal_ns)
    write(out * ".age", tally.age_ns)
    figures = (
        "reader" => reader, "received" => tally.received, "lost" => tally.lost, "torn" => tally.torn,
        "cpu_ns" => used_ns,
    )
    return write(out * ".json", "{\"role\":\"receive\"", (",\"$name\":$value" for (name, value) in figures)..., "}\n")
end
