# Names that packages share with Julia: those that they export, and those of Julia that they use. The suites of several
# packages use this.

is_the_same(sandbox::Module, package::Module, name::Symbol) =
    try
        Core.eval(sandbox, name) === getfield(package, name)
    catch
        false # ambiguous: several packages export it
    end

"The exported names of a package that mean nothing, or another thing, in a program that is `using` the libraries too."
function clashing_names(package::Module, libraries::Symbol...)
    sandbox = Module(:Sandbox)
    for library in (nameof(package), libraries...)
        Core.eval(sandbox, :(using $library))
    end
    return [name for name in names(package) if !is_the_same(sandbox, package, name)]
end

# Documented, and made to be extended or used, though Base does not list them as public in all versions. Of Experimental a module's
# optimisation level is used, where there is one.
const DOCUMENTED = (
    :dataids, :elsize, :showarg, :SizeUnknown, :Process, :IOError, :SIGINT, :SIGKILL, :SIGTERM, :julia_cmd, :Experimental
)

is_public_in_base(name::Symbol) = name in DOCUMENTED || Base.ispublic(Base, name)

"The names in the sources of a folder, each written behind `Base` and a dot, that are not part of Julia's public interface."
function private_names(folder)
    found = Set{String}()
    for (directory, _, files) in walkdir(folder), file in filter(endswith(".jl"), files)
        text = read(joinpath(directory, file), String)
        for m in eachmatch(r"\bBase\.([A-Za-z_]\w*!?)", text)
            is_public_in_base(Symbol(m.captures[1])) || push!(found, string(m.match, " in ", joinpath(directory, file)))
        end
    end
    return sort!(collect(found))
end
