// Stand-in for libs/openFrameworks/3d/ofMesh.h, held against openframeworks 12e22edf9b (0.11 to 0.12); of gl/ofVboMesh.h only that it is
// an ofMesh: e362b9bd3d (older).
#pragma once

#include <cstddef>
#include <vector>

#include "ofColor.h"
#include "ofVectorMath.h"

// graphics/ofGraphicsConstants.h, 98318ef009.
enum ofPrimitiveMode { OF_PRIMITIVE_TRIANGLES = 0, OF_PRIMITIVE_POINTS = 6 };

template <class V, class N, class C, class T>
class ofMesh_ {
 public:
  virtual ~ofMesh_() = default;

  void setMode(ofPrimitiveMode mode) { mode_ = mode; }
  ofPrimitiveMode getMode() const { return mode_; }

  void addVertex(const V& vertex) { vertices_.push_back(vertex); }
  std::vector<V>& getVertices() { return vertices_; }
  const std::vector<V>& getVertices() const { return vertices_; }

  void addNormal(const N& normal) { normals_.push_back(normal); }
  std::vector<N>& getNormals() { return normals_; }
  const std::vector<N>& getNormals() const { return normals_; }
  bool hasNormals() const { return !normals_.empty(); }

  void addColor(const C& color) { colors_.push_back(color); }
  std::vector<C>& getColors() { return colors_; }
  const std::vector<C>& getColors() const { return colors_; }
  bool hasColors() const { return !colors_.empty(); }

  void addTexCoord(const T& coordinate) { texCoords_.push_back(coordinate); }
  std::vector<T>& getTexCoords() { return texCoords_; }
  const std::vector<T>& getTexCoords() const { return texCoords_; }
  bool hasTexCoords() const { return !texCoords_.empty(); }

 private:
  ofPrimitiveMode mode_ = OF_PRIMITIVE_TRIANGLES;
  std::vector<V> vertices_;
  std::vector<N> normals_;
  std::vector<C> colors_;
  std::vector<T> texCoords_;
};

using ofMesh = ofMesh_<ofDefaultVertexType, ofDefaultNormalType, ofDefaultColorType, ofDefaultTexCoordType>;
class ofVboMesh : public ofMesh {};
