// Stand-in for what every user of openFrameworks has around: libs/openFrameworks/utils/ofConstants.h (79c5781fd2, which says 0.12.1),
// math/ofMathConstants.h (fd29b6b9f8), events/ofEvents.h (dimitre 090ca952d4). Its macros and short global names are here so that a name of
// ours that they take breaks the tests first.
#pragma once

#include <filesystem>

namespace of {
namespace filesystem = std::filesystem;
}  // namespace of

// NOLINTBEGIN(cppcoreguidelines-macro-usage)
#define PI 3.14159265358979323846
#define TWO_PI (2 * PI)
#define M_TWO_PI (2 * PI)
#define FOUR_PI (4 * PI)
#define HALF_PI (PI / 2)
#define DEG_TO_RAD (PI / 180)
#define RAD_TO_DEG (180 / PI)
#define MIN(a, b) ((b) < (a) ? (b) : (a))
#define MAX(a, b) ((a) < (b) ? (b) : (a))
#define CLAMP(a, low, high) MIN(MAX(a, low), high)
#define ABS(a) ((a) < 0 ? -(a) : (a))
// NOLINTEND(cppcoreguidelines-macro-usage)

enum ofTimeMode { System, FixedRate, Filtered };

enum ofKey { OF_KEY_LEFT = 0xe00c, OF_KEY_UP = 0xe00d, OF_KEY_RIGHT = 0xe00e, OF_KEY_DOWN = 0xe00f };
