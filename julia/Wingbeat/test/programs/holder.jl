# Takes the lock of an array, writes half of it, says so, and keeps the lock: holder.jl NAME
using Wingbeat

array = LockedArray(ARGS[1]; timeout=20)
lock(array)
array[1] = 1
println("held")
flush(stdout)
sleep(60)
