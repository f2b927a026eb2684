# What Julia can keep from one session to the next: inferred code for the way to the first frame.

for T in (Nothing,)
    precompile(Tuple{typeof(iterate),Subscription{T}})
    precompile(Tuple{typeof(take!),Subscription{T}})
    precompile(Tuple{typeof(has_frame),Subscription{T}})
    precompile(Tuple{typeof(wait),Subscription{T}})
    precompile(Tuple{typeof(close),Subscription{T}})
    precompile(Tuple{typeof(advance_slowly!),Subscription{T},Cint,Int64})
    precompile(Tuple{typeof(sleep_until_readable!),Subscription{T},Int64})
    precompile(Tuple{typeof(getindex),Frame{T},Symbol})
    precompile(Tuple{typeof(finalize_owner),Subscription{T}})
    precompile(Tuple{typeof(show),IOContext{Base.TTY},MIME"text/plain",Subscription{T}})
end
precompile(Tuple{typeof(__init__)})
precompile(Tuple{typeof(subscribe),String})
precompile(Tuple{typeof(publish),String})
precompile(Tuple{typeof(streams)})
precompile(Tuple{typeof(close_everything)})
precompile(Tuple{typeof(finalize_lease),Hold})
precompile(Tuple{typeof(publish!),Publication})
precompile(Tuple{typeof(getindex),Publication,Symbol})
for T in (Float32, Float64), N in (1, 2)
    A = FieldArray{T,N}
    precompile(Tuple{typeof(field_array),Type{A},Frame{Nothing},FieldLayout})
    precompile(Tuple{typeof(getindex),A,Vararg{Int,N}})
end
