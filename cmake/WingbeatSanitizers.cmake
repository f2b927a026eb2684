# WINGBEAT_SANITIZE applies to everything in the tree at once: a half-sanitized program reports nonsense.

if(WINGBEAT_SANITIZE)
    add_compile_options("-fsanitize=${WINGBEAT_SANITIZE}" -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options("-fsanitize=${WINGBEAT_SANITIZE}")
endif()
