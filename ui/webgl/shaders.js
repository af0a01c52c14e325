// The map's program. A position is taken relative to the middle of the view in two parts, high and low, so that a
// deep zoom loses nothing that single precision holds. Pass 0 draws what is dimmed, pass 1 what stands out.

export const VERTEX = `#version 300 es
precision highp float;
precision highp int;
in vec3 at;
in uint code;
in uint state;
uniform vec3 middleHigh;
uniform vec3 middleLow;
uniform mat3 turn;
uniform vec2 scale;
uniform float deep;
uniform float size;
uniform float alpha;
uniform int pass;
uniform bool some;
uniform vec3 faint;
uniform sampler2D palette;
flat out vec4 ink;
void main() {
  bool left = (state & 2u) != 0u;
  vec4 color = texelFetch(palette, ivec2(int(code), 0), 0);
  gl_PointSize = size;
  bool front = !left && (!some || (state & 1u) != 0u);
  if (front != (pass == 1) || color.a == 0.0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 1.0;
    return;
  }
  vec3 place = turn * ((at - middleHigh) - middleLow);
  float depth = deep > 0.0 ? clamp(place.z / deep, -0.99, 0.99) : 0.0;
  gl_Position = vec4(place.xy * scale, depth, 1.0);
  if (deep > 0.0) gl_PointSize = size * (1.0 - 0.4 * depth);
  ink = vec4(left ? faint : color.rgb, alpha);
}`;

export const FRAGMENT = `#version 300 es
precision mediump float;
flat in vec4 ink;
uniform highp float size;
out vec4 color;
void main() {
  float cover = 1.0;
  if (size > 2.5) {
    float far = length(gl_PointCoord - 0.5) * size;
    cover = clamp(0.5 * size - far + 0.5, 0.0, 1.0);
    if (cover == 0.0) discard;
  }
  float alpha = ink.a * cover;
  color = vec4(ink.rgb * alpha, alpha);
}`;
