# Tests InterProcessCommunication.jl and Wingbeat.jl in one process with a C++ program in another: runtests.jl PARTNER
using Test
using Wingbeat
using InterProcessCommunication: InterProcessCommunication, SharedMemory, WrappedArray, WrappedArrayHeader

include("../../julia/Wingbeat/test/counted.jl")

const PARTNER = open(Cmd(ARGS[1:1]), "r+")

"The C++ program's answer."
ask(words...) = (println(PARTNER, join(words, " ")); readline(PARTNER))

run_counted("wrapped arrays", @__DIR__, ["wrapped_array"])
