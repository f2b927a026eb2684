# WINGBEAT_SANITIZE applies to all targets, because a partly instrumented program reports false errors.

if(WINGBEAT_SANITIZE)
    add_compile_options("-fsanitize=${WINGBEAT_SANITIZE}" -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options("-fsanitize=${WINGBEAT_SANITIZE}")
endif()
