flat in vec4 v_colour;
flat in uint v_shape;
flat in float v_circle;
flat in float v_half;

out vec4 f_colour;

// The size of a place in the norm whose ball is the shape: disc, diamond, square, triangle.
float size(vec2 at) {
    vec2 side = abs(at);
    if (v_shape == 0u) {
        return length(at);
    }
    if (v_shape == 1u) {
        return 0.8 * (side.x + side.y);
    }
    if (v_shape == 2u) {
        return 1.15 * max(side.x, side.y);
    }
    return max(1.3 * at.y, 1.1 * (1.73 * side.x - at.y) / 1.4);
}

void main() {
    vec2 at = (2.0 * gl_PointCoord - 1.0) * v_half / v_circle;
    // One pixel from inside to outside.
    float cover = clamp((SHAPE_RADIUS - size(at)) * v_circle + 0.5, 0.0, 1.0);
    f_colour = v_colour * cover;
}
