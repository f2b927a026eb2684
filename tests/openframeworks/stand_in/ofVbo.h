// Stand-in for libs/openFrameworks/gl/ofVbo.h, held against openframeworks 41a8e62558 and dimitre 0d1f6e0696; what setVertexData copies, and
// that setVertexBuffer guesses the number of vertices, as in ofVbo.cpp.
#pragma once

#include <cstddef>

#include "ofBufferObject.h"
#include "ofMesh.h"

class ofVbo {
 public:
  void setMesh(const ofMesh& mesh, int usage) {
    setVertexData(mesh.getVertices().data(), static_cast<int>(mesh.getNumVertices()), usage);
  }
  void setVertexData(const glm::vec3* verts, int total, int usage) {
    setVertexData(&verts[0].x, 3, total, usage, sizeof(glm::vec3));
  }
  void setVertexData(const float* vert0x, int numCoords, int total, int usage, int stride = 0) {
    position_.set(vert0x, numCoords, total, usage, stride);
    numVertices_ = total;
  }
  void setColorData(const float* color0r, int total, int usage, int stride = 0) {
    color_.set(color0r, 4, total, usage, stride);
    usingColors_ = true;
  }
  void setVertexBuffer(ofBufferObject& buffer, int numCoords, int stride, int offset = 0) {
    position_ = {buffer, numCoords, stride, offset};
    numVertices_ = static_cast<int>(buffer.size()) / (numCoords * static_cast<int>(sizeof(float)));
  }
  void setColorBuffer(ofBufferObject& buffer, int stride, int offset = 0) {
    color_ = {buffer, 4, stride, offset};
    usingColors_ = buffer.isAllocated();
  }
  void updateVertexData(const float* vert0x, int total) { position_.update(vert0x, total); }
  void updateColorData(const float* color0r, int total) { color_.update(color0r, total); }

  ofBufferObject& getVertexBuffer() { return position_.buffer; }
  const ofBufferObject& getVertexBuffer() const { return position_.buffer; }
  ofBufferObject& getColorBuffer() { return color_.buffer; }
  const ofBufferObject& getColorBuffer() const { return color_.buffer; }
  bool getIsAllocated() const { return position_.buffer.isAllocated(); }
  bool getUsingColors() const { return usingColors_; }
  int getNumVertices() const { return numVertices_; }
  void clear() { *this = ofVbo(); }
  void draw(int, int, int total) const { drawn_ = total; }

  // For tests.
  struct Attribute {
    ofBufferObject buffer;
    int numCoords = 0, stride = 0, offset = 0;

    void set(const float* from, int count, int total, int usage, int bytes) {
      numCoords = count;
      stride = bytes == 0 ? count * static_cast<int>(sizeof(float)) : bytes;
      offset = 0;
      buffer.setData(static_cast<GLsizeiptr>(total) * stride, from, static_cast<GLenum>(usage));
    }
    void update(const float* from, int total) { buffer.updateData(0, static_cast<GLsizeiptr>(total) * stride, from); }
    // The k-th number of vertex i, as a graphics card would find it.
    float at(std::size_t i, std::size_t k) const {
      float number = 0;
      std::memcpy(&number,
                  buffer.bytes().data() + static_cast<std::size_t>(offset) + i * static_cast<std::size_t>(stride) +
                      k * sizeof number,
                  sizeof number);
      return number;
    }
  };
  const Attribute& position() const { return position_; }
  const Attribute& color() const { return color_; }
  int lastDrawn() const { return drawn_; }

 private:
  Attribute position_, color_;
  int numVertices_ = 0;
  bool usingColors_ = false;
  mutable int drawn_ = 0;
};
