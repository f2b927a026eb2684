# A receiver of a batch (bench/peers) as a Julia user would write it. It has the options, the board and the results of
# `peer-x receive`. The option --way selects how frames arrive, and from which sender:
#   wingbeat      a subscription to every frame with a typed field          peer-wingbeat
#   unix-socket   read! into one buffer                                     peer-unix-socket
#   file          pread of a file in tmpfs; FileWatching to sleep           peer-file-tmpfs
#   raw-shm       Mmap, the mutex by ccall, a copy, and polling             peer-origin
#
# time_ns() is the clock of the senders' stamps: libuv reads CLOCK_MONOTONIC, as std::chrono::steady_clock does.
using FileWatching, Mmap, Sockets
using Wingbeat

include("part.jl")
include("board.jl")
include("payload.jl")
include("tally.jl")
include("ways.jl")

function pin_to(core::Int)
    core < 0 && return nothing
    cores = zeros(UInt64, 16)
    cores[core ÷ 64 + 1] = UInt64(1) << (core % 64)
    failed = ccall(:sched_setaffinity, Cint, (Cint, Csize_t, Ptr{UInt64}), 0, sizeof(cores), cores)
    failed == 0 || error("cannot run on core $core")
    return nothing
end

const WARM_FRAMES = 50 # so that all code is compiled before the measurement

# Processes the first frames like all others, but counts them in a tally that is discarded.
function warm_up!(way::Way)
    trial = Tally(0)
    for _ in 1:WARM_FRAMES
        trial.last = -1
        take_frame!(way, trial) || error("no first frame")
    end
    return GC.gc()
end

function receive_all!(way::Way, tally::Tally, seat::Seat, in_turns::Bool)
    while true
        in_turns && (seat.turn[] = UInt64(tally.last + 1))
        take_frame!(way, tally) || return nothing
    end
end

const LOOK_S = 0.05
const QUIET_LOOKS = 5 # 250 ms, as in the other receivers

# Runs in parallel to the receiving loop, which waits without a limit, as any `for frame in subscription` does. It
# counts a frame that does not arrive as lost, and closes the way after the last frame.
function watch(way::Way, tally::Tally, board::Board, seat::Seat, in_turns::Bool)
    before, quiet = -1, 0
    while true
        sleep(LOOK_S)
        quiet = tally.last == before ? quiet + 1 : 0
        before = tally.last
        quiet < QUIET_LOOKS && continue
        board.over[] != 0 && return close(way)
        in_turns && (lose!(tally); seat.turn[] = UInt64(tally.last + 1))
    end
end

function play(part::Part, way::Way, board::Board, seat::Seat)
    seat.opened[] = 1
    warm_up!(way)
    tally = Tally(MOST_SAMPLES)
    watcher = @async watch(way, tally, board, seat, part.in_turns)
    seat.warm[] = 1
    cpu_before_ns = cpu_ns()
    receive_all!(way, tally, seat, part.in_turns)
    wait(watcher)
    write_results(part.out, part.reader, tally, cpu_ns() - cpu_before_ns)
    seat.turn[] = typemax(UInt64)
    return nothing
end

function main(words)
    part = Part(words)
    pin_to(part.core)
    board = Board(part.board)
    seat = Seat(board, part.reader)
    while board.sender_opened[] == 0
        sleep(0.001)
    end
    return play(part, open_way(part), board, seat)
end

main(ARGS)
