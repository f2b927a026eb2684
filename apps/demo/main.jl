# Run by apps/run for scripts/demo.
include(joinpath(@__DIR__, "..", "common", "start.jl"))
package = load_package(:Demo)
exit(package.main(ARGS))
