// Uses an uninitialised byte, which valgrind must report.
#include <cstdio>
#include <cstdlib>

int main() {
  auto* byte = static_cast<volatile char*>(std::malloc(1));
  if (*byte == 7) std::puts("seven");
  std::free(const_cast<char*>(byte));
}
