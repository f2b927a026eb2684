# A reader of an adopted stream: takes every frame and checks that it is whole and in order. Ends with its standard
# input.
using Wingbeat

function run(stream)
    ended = Ref(false)
    frames = torn = disordered = 0
    last, seq = 0f0, 0
    subscription = subscribe(stream; mode=:every)
    @async (read(stdin); ended[] = true; close(subscription))
    for frame in subscription
        X = frame[:data]
        torn += any(!=(X[1]), X)
        disordered += frames > 0 && (X[1] <= last || frame.seq <= seq)
        frames += 1
        last, seq = X[1], frame.seq
        frames == 1 && (println("reading"); flush(stdout))
        yield() # also while the reader is behind
    end
    println("""{"frames":$frames,"torn":$torn,"disordered":$disordered,"last":$last}""")
end

run(ARGS[1])
