# The target `product` builds all targets added so far: the programs and libraries that users run and that are
# installed. `make build` builds it, so that it does not rebuild tests that are configured in the same build folder.

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
