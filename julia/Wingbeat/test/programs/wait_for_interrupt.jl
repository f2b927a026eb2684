using Wingbeat

Base.exit_on_sigint(false) # an InterruptException, as in the REPL

what = ARGS[1]
function wait_for(what)
    what == "stream" && return (println("waiting"); flush(stdout); subscribe("nobody"))
    swarm = subscribe("flock"; spin=what == "spin")
    take!(swarm)
    println("waiting")
    flush(stdout)
    return what == "limit" ? wait(swarm; timeout=1000) : take!(swarm)
end

try
    wait_for(what)
catch err
    println(err isa InterruptException ? "interrupted" : sprint(showerror, err))
end
