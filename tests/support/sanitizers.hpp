// Tests of memory use and system calls cannot run under a sanitizer, because the sanitizer adds its own.
#pragma once

#include <gtest/gtest.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WBTEST_IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WBTEST_IS_SANITIZED 1
#endif
#endif

// `reason` names the effect of the sanitizer that prevents the test.
#ifdef WBTEST_IS_SANITIZED
#define SKIP_IF_SANITIZED(reason) GTEST_SKIP() << reason
#else
#define SKIP_IF_SANITIZED(reason) static_cast<void>(0)
#endif
