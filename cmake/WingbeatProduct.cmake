# The target `product`: everything that was added so far, which is what users run and what is installed. `make build` builds it, so that a
# build folder in which the tests are configured too keeps them as they are.

function(wingbeat_collect_targets folder variable)
    get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
    get_property(folders DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
    foreach(inner ${folders})
        wingbeat_collect_targets("${inner}" more)
        list(APPEND targets ${more})
    endforeach()
    set(${variable} ${targets} PARENT_SCOPE)
endfunction()

if(PROJECT_IS_TOP_LEVEL)
    wingbeat_collect_targets("${PROJECT_SOURCE_DIR}" wingbeat_product)
    add_custom_target(product)
    add_dependencies(product ${wingbeat_product})
endif()
