// Writes the golden vectors, or the worked example of spec/segment.md.
//
//     vectors_generate spec/vectors        writes every file
//     vectors_generate --example           prints the example
#include <cstdio>
#include <fstream>
#include <string>

#include "vectors.hpp"

namespace {

template <class Vector>
bool write(const std::string& directory, const Vector& vector) {
  for (const vectors::File& file : vectors::files_of(vector)) {
    std::ofstream out(directory + "/" + file.name, std::ios::binary);
    if (!out.write(file.content.data(), static_cast<std::streamsize>(file.content.size())).flush()) return false;
  }
  return true;
}

bool write_all(const std::string& directory) {
  for (auto& all : {vectors::good_vectors(), vectors::bad_vectors()}) {
    for (const vectors::Vector& vector : all) {
      if (!write(directory, vector)) return false;
    }
  }
  for (const vectors::ArrayVector& vector : vectors::array_vectors()) {
    if (!write(directory, vector)) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: vectors_generate DIRECTORY | --example\n", stderr), 2;
  if (std::string(argv[1]) == "--example") {
    std::fputs(vectors::annotated(*vectors::good_vectors().front().segment).c_str(), stdout);
    return 0;
  }
  if (write_all(argv[1])) return 0;
  std::fprintf(stderr, "cannot write to %s\n", argv[1]);
  return 1;
}
