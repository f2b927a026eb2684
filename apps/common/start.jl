# Included first by each application's main.jl: finds the packages of apps/, and shows that they are being loaded.
pushfirst!(LOAD_PATH, normpath(joinpath(@__DIR__, "..")))

# Julia keeps compiled packages in its first depot. If that cannot be written, this checkout's build/ takes them, or the
# folder of this run.
const MAY_WRITE = 2
function is_writable(folder)
    try
        mkpath(folder)
        return ccall(:access, Cint, (Cstring, Cint), folder, MAY_WRITE) == 0
    catch
        return false
    end
end
if !is_writable(first(DEPOT_PATH))
    in_build = normpath(joinpath(@__DIR__, "..", "..", "build", "julia"))
    pushfirst!(DEPOT_PATH, is_writable(in_build) ? in_build : get(ENV, "WINGBEAT_APP_DIR", tempdir()))
end

loaded(package) = Core.eval(Main, Expr(:toplevel, :(import $package), package))

"""
    load_package(name) -> Module

Loads a package of apps/ and the packages under it, which takes half a minute when Julia compiles them for the first
time.
"""
function load_package(name)
    names = (:Wingbeat, :SwarmMetrics, :SwarmApps, name)
    any(in(("--help", "-h")), ARGS) && return last(map(loaded, names))
    live = stderr isa Base.TTY
    live || println(stderr, "Julia loads its packages. The first time, this takes about half a minute.")
    for (k, package) in enumerate(names)
        text = string("Julia loads its packages: ", k, " of 4 (", package, "); the first time, half a minute")
        live && print(stderr, "\r\e[K", text)
        loaded(package)
    end
    live && print(stderr, "\r\e[K")
    return loaded(name)
end
