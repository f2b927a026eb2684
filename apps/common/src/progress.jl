# How far a run is: a bar on a terminal, a line now and then elsewhere.

mutable struct Progress
    total::Float64
    began::Float64
    shown::Float64
    live::Bool
    out::IO
end

Progress(total; out=stderr) = Progress(total, time(), 0.0, out isa Base.TTY, out)

function show!(progress::Progress, done, note)
    now = time()
    now - progress.shown >= (progress.live ? 0.2 : 5.0) || done >= progress.total || return nothing
    progress.shown = now
    part = clamp(done / progress.total, 0, 1)
    left = part > 0 ? (now - progress.began) * (1 - part) / part : NaN
    remaining = isnan(left) ? "" : ", about $(ceil(Int, left)) s left"
    text = string(lpad(floor(Int, 100part), 3), " %  ", note, remaining)
    progress.live && print(progress.out, "\r\e[K[", rpad(repeat('#', floor(Int, 30part)), 30), "] ", text)
    progress.live || println(progress.out, text)
    return nothing
end

finish!(progress::Progress) = progress.live && println(progress.out)
