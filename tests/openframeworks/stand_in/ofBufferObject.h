// Stand-in for libs/openFrameworks/gl/ofBufferObject.h, held against openframeworks 4a777ce940 (0.11 to 0.12) and ofBufferObject.cpp
// ef3532e1d5 (older). Its memory is the process's own, not a graphics card's. Copies are the same buffer. Constants of OpenGL are macros.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

using GLenum = unsigned int;
using GLsizeiptr = std::ptrdiff_t;
using GLintptr = std::ptrdiff_t;
// NOLINTBEGIN(cppcoreguidelines-macro-usage)
#define GL_POINTS 0x0000
#define GL_STREAM_DRAW 0x88E0
#define GL_STATIC_DRAW 0x88E4
#define GL_READ_ONLY 0x88B8
// NOLINTEND(cppcoreguidelines-macro-usage)

class ofBufferObject {
 public:
  void allocate() { data = std::make_shared<Data>(); }
  bool isAllocated() const { return data != nullptr; }
  void setData(GLsizeiptr bytes, const void* from, GLenum) {
    if (!data) return;
    data->from = from;
    data->bytes.resize(static_cast<std::size_t>(bytes));
    if (bytes > 0) std::memcpy(data->bytes.data(), from, static_cast<std::size_t>(bytes));
  }
  // A graphics card refuses what is beyond the end.
  void updateData(GLintptr offset, GLsizeiptr bytes, const void* from) {
    if (!data) return;
    data->from = from;
    if (static_cast<std::size_t>(offset + bytes) > data->bytes.size()) return void(++data->errors);
    std::memcpy(data->bytes.data() + offset, from, static_cast<std::size_t>(bytes));
  }
  // Only of one that is allocated: the real one looks at its data without asking.
  void* map(GLenum) { return data->bytes.data(); }
  template <class T>
  T* map(GLenum access) {
    return static_cast<T*>(map(access));
  }
  void unmap() {}
  GLsizeiptr size() const { return data ? static_cast<GLsizeiptr>(data->bytes.size()) : 0; }

  // For tests: where the last bytes came from, the bytes, and how many updates did not fit.
  const void* lastSource() const { return data ? data->from : nullptr; }
  const std::vector<unsigned char>& bytes() const { return data->bytes; }
  int errors() const { return data ? data->errors : 0; }
  bool isSame(const ofBufferObject& other) const { return data == other.data; }

 private:
  struct Data {
    std::vector<unsigned char> bytes;
    const void* from = nullptr;
    int errors = 0;
  };
  std::shared_ptr<Data> data;
};
