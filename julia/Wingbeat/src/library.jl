# Finding libwingbeat, and the table of its functions.
#
# The functions are called through pointers that are looked up once. A missing library is an error of the first call
# that needs it, not of `using Wingbeat`.

const SYMBOLS = Pair{Symbol,Ref{Ptr{Cvoid}}}[]
const LIBRARY_PATH = Ref("")
const LIBRARY_PROBLEM = Ref("")

"""
    @wb name(argument::CType, ...)::CType

Defines the Julia function `name` that calls the C function of that name.
"""
macro wb(signature)
    call, result = signature.args
    name = call.args[1]
    arguments = [a.args[1] for a in call.args[2:end]]
    types = [a.args[2] for a in call.args[2:end]]
    pointer = Symbol("pointer_of_", name)
    body = :(ccall($pointer[], $result, ($(types...),), $(arguments...)))
    return esc(quote
        const $pointer = Ref{Ptr{Cvoid}}(C_NULL)
        push!(SYMBOLS, $(QuoteNode(name)) => $pointer)
        @inline $name($(arguments...)) = $body
    end)
end

library_file(folder) = joinpath(folder, "libwingbeat." * Libdl.dlext)

# Where this package lies in a checkout, and where `make install` puts it: <prefix>/share/wingbeat/julia/Wingbeat.
function library_folders()
    above(levels) = foldl((path, _) -> dirname(path), 1:levels; init=@__DIR__)
    build = joinpath(above(3), "build")
    folders = [joinpath(build, preset, "lib") for preset in ("release", "portable", "dev", "core")]
    if above(3) == joinpath(above(5), "share", "wingbeat")
        libs = ("lib", "lib64", joinpath("lib", "$(Sys.ARCH)-linux-gnu"))
        append!(folders, [joinpath(above(5), lib) for lib in libs])
    end
    return folders
end

# WINGBEAT_LIBRARY (a file, or a folder that has it), then beside this package, then the system.
function library_candidates()
    wanted = get(ENV, "WINGBEAT_LIBRARY", "")
    isempty(wanted) || return [isdir(wanted) ? library_file(wanted) : wanted]
    return [filter(isfile, library_file.(library_folders())); "libwingbeat"]
end

function load_library()
    tried = library_candidates()
    for candidate in tried
        handle = Libdl.dlopen(candidate; throw_error=false)
        handle === nothing && continue
        resolve_symbols(handle) || return nothing
        LIBRARY_PATH[] = Libdl.dlpath(handle)
        return nothing
    end
    LIBRARY_PROBLEM[] = string(
        "libwingbeat was not found (tried ", join(tried, ", "), "). Build it with `make build` in the Wingbeat ",
        "checkout, or set WINGBEAT_LIBRARY to the library's file or folder before Julia starts.",
    )
    return nothing
end

function resolve_symbols(handle)
    for (name, pointer) in SYMBOLS
        address = Libdl.dlsym(handle, name; throw_error=false)
        if address === nothing
            LIBRARY_PROBLEM[] = string(
                Libdl.dlpath(handle), " has no ", name, ": it is of another release than this package; build it anew.",
            )
            return false
        end
        pointer[] = address
    end
    return true
end

# Every way into the library passes here once; what holds a handle has passed.
function need_library()
    isempty(LIBRARY_PATH[]) && throw(LibraryMissing(LIBRARY_PROBLEM[]))
    return nothing
end

"""
    Wingbeat.library() -> String

The path of the `libwingbeat` in use. Throws `Wingbeat.LibraryMissing` if there is none.
"""
function library()
    need_library()
    return LIBRARY_PATH[]
end

function __init__()
    load_library()
    atexit(close_everything)
    return nothing
end
