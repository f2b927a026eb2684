@testset "the words of an array are summed, the last one filled up with zeros" begin
    @test words_sum(UInt8[1, 2]) == 0x0201
    @test words_sum(UInt64[5, typemax(UInt64)]) == 4
    @test words_sum(UInt32[1, 2, 3]) == 0x0000000200000001 + 3
    @test words_sum(UInt8[]) == 0
    bytes = rand(MersenneTwister(1), UInt8, 1001)
    padded = reinterpret(UInt64, vcat(bytes, zeros(UInt8, 7)))
    @test words_sum(bytes) == sum(padded)
end

@testset "a stamp depends on the frame's number and on every field" begin
    a, b = rand(MersenneTwister(2), Float32, 3, 101), UInt32[7, 8, 9]
    stamp = frame_stamp(5, (a, b))
    @test stamp == STEP_WORD * 5 + words_sum(a) + words_sum(b)
    @test frame_stamp(6, (a, b)) != stamp
    for i in eachindex(a)
        changed = copy(a)
        changed[i] += 1
        frame_stamp(5, (changed, b)) == stamp && @test false
    end
    @test frame_stamp(5, (a, UInt32[7, 8, 8])) != stamp
end
