using Wingbeat
println("loaded")
try
    subscribe("x"; timeout=0)
catch err
    println(sprint(showerror, err))
end
