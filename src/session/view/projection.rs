//! Which coordinates of the ambient space are drawn.

/// Which coordinates of the ambient space are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Projection {
    /// The coordinates themselves where there are at most three, else three principal components.
    #[default]
    Automatic,
    /// Two coordinates, from 0.
    Plane([usize; 2]),
    /// Three coordinates, from 0.
    Space([usize; 3]),
    /// The first two principal components of the whole flow.
    PrincipalPlane,
    /// The first three.
    PrincipalSpace,
    /// Two principal components of the data at each time.
    FollowingPlane,
    /// Three of them.
    FollowingSpace,
    /// The directions by which the last layer reads two classes, from 0.
    ClassPlane([usize; 2]),
    /// Those of three.
    ClassSpace([usize; 3]),
    /// A plane that turns through the space.
    Tour,
}
