uniform usampler2D u_looks;
// The window's size in points, the margin around it, and pixels for one of them.
uniform vec4 u_window;
// How strongly depth is drawn, and what share of its strength a point keeps.
uniform vec2 u_look;
uniform vec4 u_background;

in vec3 a_place;
in uint a_sample;

flat out vec4 v_colour;
flat out uint v_shape;
flat out float v_circle;
flat out float v_half;

void main() {
    int index = int(a_sample);
    uvec2 look = texelFetch(u_looks, ivec2(index % TABLE, index / TABLE), 0).rg;
    vec4 colour = vec4(look.r & 255u, (look.r >> 8) & 255u, (look.r >> 16) & 255u, look.r >> 24) / 255.0;
    float far = u_look.x * clamp(0.5 - 0.5 * a_place.z, 0.0, 1.0);
    v_colour = mix(colour, u_background, DEPTH_FADE * far) * u_look.y;
    v_shape = look.g;
    // As in the shapes' texture: the shape fills three quarters of the circle around it.
    v_circle = POINT_RADIUS * (1.0 - DEPTH_SHRINK * far) * u_window.w / SHAPE_RADIUS;
    // How far the shape reaches, and half a soft pixel: there are no more pixels to ask about.
    float reach = look.g == 0u ? SHAPE_RADIUS : look.g == 2u ? SHAPE_RADIUS / 1.15 : 1.28 * SHAPE_RADIUS;
    v_half = reach * v_circle + 0.5;
    vec2 at = (a_place.xy + u_window.z) / (u_window.xy + 2.0 * u_window.z);
    gl_Position = vec4(2.0 * at.x - 1.0, 1.0 - 2.0 * at.y, 0.0, 1.0);
    gl_PointSize = 2.0 * v_half;
}
