// Stand-in for libs/openFrameworks/gl/ofVbo.h and ofVbo.cpp, held against openframeworks 41a8e62558 and c8a616bfed (0.11 to 0.12): what
// setVertexData copies, and that a vertex array object keeps the layout it was first bound with until clear(), or until an attribute is
// switched on: another stride alone does not reach the graphics card.
#pragma once

#include <cstddef>

#include "ofBufferObject.h"
#include "ofColor.h"
#include "ofVectorMath.h"

class ofVbo {
 public:
  void setVertexData(const float* vert0x, int numCoords, int total, int usage, int stride = 0) {
    position_.set(vert0x, numCoords, total, usage, stride);
    numVertices_ = total;
  }
  void setColorData(const float* color0r, int total, int usage, int stride = 0) {
    color_.set(color0r, 4, total, usage, stride);
    enableColors();
  }
  void setColorBuffer(ofBufferObject& buffer, int stride, int offset = 0) {
    color_ = {buffer, 4, stride == 0 ? 4 * static_cast<int>(sizeof(float)) : stride, offset};
    enableColors();
  }
  void updateVertexData(const float* ver0x, int total) { position_.update(ver0x, total); }
  void updateColorData(const float* color0r, int total) { color_.update(color0r, total); }
  // Not used, not defined: what a call might mean as well.
  void setVertexData(const glm::vec3* verts, int total, int usage);
  void setColorData(const ofFloatColor* colors, int total, int usage);
  void updateVertexData(const glm::vec3* verts, int total);
  void updateColorData(const ofFloatColor* colors, int total);

  ofBufferObject& getVertexBuffer() { return position_.buffer; }
  const ofBufferObject& getVertexBuffer() const { return position_.buffer; }
  ofBufferObject& getColorBuffer() { return color_.buffer; }
  const ofBufferObject& getColorBuffer() const { return color_.buffer; }
  bool getIsAllocated() const { return position_.buffer.isAllocated(); }
  bool getUsingColors() const { return usingColors_; }
  int getNumVertices() const { return numVertices_; }
  void clear() { *this = ofVbo(); }
  void draw(int /*drawMode*/, int /*first*/, int total) const {
    bind();
    drawn_ = total;
  }
  void bind() const {
    if (isBound_ && !isChanged_) return;
    bound_ = {position_, color_};
    isBound_ = true;
    isChanged_ = false;
  }

  // For tests.
  struct Attribute {
    ofBufferObject buffer;
    int numCoords = 0, stride = 0, offset = 0;

    void set(const float* from, int count, int total, int usage, int bytes) {
      if (!buffer.isAllocated()) buffer.allocate();
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
  // As they are drawn.
  const Attribute& position() const { return bind(), bound_.position; }
  const Attribute& color() const { return bind(), bound_.color; }
  int lastDrawn() const { return drawn_; }

 private:
  struct Bound {
    Attribute position, color;
  };

  void enableColors() {
    if (usingColors_ || !color_.buffer.isAllocated()) return;
    usingColors_ = isChanged_ = true;
  }

  Attribute position_, color_;
  int numVertices_ = 0;
  bool usingColors_ = false;
  mutable bool isBound_ = false, isChanged_ = false;
  mutable Bound bound_;
  mutable int drawn_ = 0;
};
