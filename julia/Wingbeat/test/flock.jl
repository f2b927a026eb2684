# The stream that most tests publish.

# A small flock: position[c, i] = 100 seq + 10 i + c, mass[i] = seq + i.
flock_fields() = (position=per_agent(Float32, 3; labels="x y z", unit="m"), mass=per_agent(Float64), grid=field(Int32, 2, 3))
flock(name::String; capacity=8, options...) = publish(name; capacity=capacity, fields=flock_fields(), options...)
function flock(f, name::String; options...)
    out = flock(name; options...)
    try
        return f(out)
    finally
        close(out)
    end
end

position_of(seq, count) = Float32[100 * seq + 10 * i + c for c in 1:3, i in 1:count]
mass_of(seq, count) = Float64[seq + i for i in 1:count]

function fly!(out; count=8)
    seq = stats(out).published + 1
    out[:position] = position_of(seq, count)
    out[:mass] = mass_of(seq, count)
    out[:grid] .= seq
    return publish!(out; step=10 * seq, time=seq / 60)
end
