# wingbeat_warnings has the warning options. Link it PRIVATE to every target of the project.

add_library(wingbeat_warnings INTERFACE)

target_compile_options(
    wingbeat_warnings
    INTERFACE -Wall
              -Wextra
              -Wpedantic
              -Wconversion
              -Wsign-conversion
              -Wshadow
              -Wcast-align
              -Wformat=2
              -Wundef
              -Wvla
              $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
              $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>
              $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast>
              $<$<COMPILE_LANGUAGE:CXX>:-Wextra-semi>
              $<$<BOOL:${WINGBEAT_WERROR}>:-Werror>)
