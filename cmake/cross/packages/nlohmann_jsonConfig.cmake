# Header-only, from WINGBEAT_CROSS_HEADERS: the package of this machine would bring this machine's /usr/include along.
add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED)
target_include_directories(nlohmann_json::nlohmann_json INTERFACE "${WINGBEAT_CROSS_HEADERS}")
