# wingbeat_test(<name> SOURCES <files> [LIBRARIES <targets>] [INCLUDES <folders>] [DEFINITIONS <macros>]
#               [LABEL <label>] [TIMEOUT <seconds>] [LOCK <name>])
#
# Adds a GoogleTest executable. Each of its cases becomes one ctest test: a separate process with a time limit (default
# 120 s). LOCK: tests with the same lock do not run at the same time.
function(wingbeat_test name)
    cmake_parse_arguments(ARG "" "TIMEOUT;LABEL;LOCK" "SOURCES;LIBRARIES;INCLUDES;DEFINITIONS" ${ARGN})
    if(ARG_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "wingbeat_test(${name}): unknown arguments: ${ARG_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    add_executable(${name} ${ARG_SOURCES})
    target_include_directories(${name} PRIVATE ${ARG_INCLUDES})
    target_compile_definitions(${name} PRIVATE ${ARG_DEFINITIONS})
    target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES} wingbeat_warnings GTest::gtest GTest::gtest_main Threads::Threads)
    target_precompile_headers(${name} REUSE_FROM wingbeat_test_support)
    set(properties TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABEL}")
    if(ARG_LOCK)
        list(APPEND properties RESOURCE_LOCK ${ARG_LOCK})
    endif()
    # Cases are discovered when the tests run, so that a case that cannot start is a failed test and not a failed build.
    gtest_discover_tests(
        ${name}
        TEST_PREFIX "${name}."
        DISCOVERY_MODE PRE_TEST
        DISCOVERY_TIMEOUT 30
        PROPERTIES ${properties})
    wingbeat_long_target("${ARG_LABEL}")
endfunction()

# Makes the target long_<label>, which builds the targets that the long tests with this label need.
function(wingbeat_long_target labels)
    string(REGEX REPLACE ",.*" "" label "${labels}")
    if(NOT TARGET long_${label})
        add_custom_target(long_${label})
    endif()
    if(ARGN)
        add_dependencies(long_${label} ${ARGN})
    endif()
endfunction()

# wingbeat_script_test(<name> COMMAND <command> [NEEDS <targets>] [TIMEOUT <seconds>] [LABEL <label>] [LOCK <name>]
# [SERIAL])
#
# Adds another program as one test. Exit code 0: passed, 77: skipped. Commas separate several labels. A test with the
# label `long` belongs to the long tier: scripts/test omits it, and the target `all` omits the targets that only it
# needs; the target long_<label> builds those. A test with a longer time limit starts earlier. SERIAL: the test does
# not run together with any other; state the reason.
function(wingbeat_script_test name)
    cmake_parse_arguments(ARG "SERIAL" "TIMEOUT;LABEL;LOCK" "COMMAND;NEEDS" ${ARGN})
    if(ARG_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "wingbeat_script_test(${name}): unknown arguments: ${ARG_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    string(REPLACE "," ";" labels "${ARG_LABEL}")
    add_test(NAME ${name} COMMAND ${ARG_COMMAND})
    set_tests_properties(
        ${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} COST ${ARG_TIMEOUT} RUN_SERIAL ${ARG_SERIAL} RESOURCE_LOCK "${ARG_LOCK}"
                           LABELS "${labels}" SKIP_RETURN_CODE 77)
    if(ARG_NEEDS AND long IN_LIST labels)
        set_target_properties(${ARG_NEEDS} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
    wingbeat_long_target("${ARG_LABEL}" ${ARG_NEEDS})
endfunction()

# wingbeat_find_julia(<variable>)
#
# Sets the variable to the Julia that tests run. It is empty if Julia is missing or if the library has sanitizers,
# because Julia is built without them.
function(wingbeat_find_julia variable)
    set(julia)
    if(NOT WINGBEAT_SANITIZE)
        execute_process(
            COMMAND "${PROJECT_SOURCE_DIR}/scripts/julia" --which
            OUTPUT_VARIABLE julia
            OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    endif()
    set(${variable} "${julia}" PARENT_SCOPE)
endfunction()

# wingbeat_core_again(<name> [SOURCES <more>])
#
# Compiles the core once more, with other options.
function(wingbeat_core_again name)
    get_target_property(sources wingbeat_objects SOURCES)
    get_target_property(folder wingbeat_objects SOURCE_DIR)
    list(TRANSFORM sources PREPEND "${folder}/")
    add_library(${name} STATIC ${sources} ${ARGN})
    set_target_properties(${name} PROPERTIES CXX_STANDARD 17)
    target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/core" "${PROJECT_SOURCE_DIR}/tests")
    target_link_libraries(${name} PRIVATE wingbeat_warnings PUBLIC Threads::Threads)
    if(UNIX AND NOT APPLE)
        target_link_libraries(${name} PUBLIC rt)
    endif()
endfunction()
