# Included first by each application's main.jl: finds the packages of apps/, and shows that they are being loaded.
pushfirst!(LOAD_PATH, normpath(joinpath(@__DIR__, "..")))

"""
    load_package(name) -> Module

Loads a package of apps/ and the packages under it, which takes half a minute when Julia compiles them for the first time.
"""
function load_package(name)
    names = (:Wingbeat, :SwarmMetrics, :SwarmApps, name)
    quiet, live = any(in(("--help", "-h")), ARGS), stderr isa Base.TTY
    quiet || live || println(stderr, "Julia loads its packages. The first time it compiles them, for about half a minute.")
    for (k, package) in enumerate(names)
        quiet || !live || print(stderr, "\r\e[KJulia loads its packages: ", k, " of 4 (", package, "). The first time takes half a minute.")
        Base.require(Main, package)
    end
    quiet || !live || print(stderr, "\r\e[K")
    return Base.require(Main, name)
end
