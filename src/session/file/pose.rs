//! Which coordinates are drawn and from where, as files keep them.

use super::names::{Names, name};
use super::stored_view::{StoredCamera, StoredProjection};
use crate::session::{Camera, Facing, Orientation, Projection};

/// Which coordinates are drawn, as a file keeps it.
pub(in crate::session) fn stored_projection(projection: Projection) -> StoredProjection {
    let (kind, axes) = match projection {
        Projection::Plane(axes) => ("plane".into(), axes.to_vec()),
        Projection::Space(axes) => ("space".into(), axes.to_vec()),
        Projection::ClassPlane(classes) => ("class_plane".into(), classes.to_vec()),
        Projection::ClassSpace(classes) => ("class_space".into(), classes.to_vec()),
        Projection::Automatic
        | Projection::PrincipalPlane
        | Projection::PrincipalSpace
        | Projection::FollowingPlane
        | Projection::FollowingSpace
        | Projection::Tour => (name(projection), Vec::new()),
    };
    StoredProjection { kind, axes }
}

/// From where the stage is looked at, as a file keeps it.
pub(in crate::session) fn stored_camera(camera: &Camera) -> StoredCamera {
    StoredCamera {
        orientation: camera.orientation.quaternion(),
        pan: camera.pan,
        zoom: camera.zoom,
        facing: Some(name(camera.facing)),
    }
}

/// Which coordinates a file says are drawn.
pub(in crate::session) fn restored_projection(stored: &StoredProjection, names: &mut Names) -> Option<Projection> {
    match (stored.kind.as_str(), stored.axes.as_slice()) {
        ("plane", [x, y]) => Some(Projection::Plane([*x, *y])),
        ("space", [x, y, z]) => Some(Projection::Space([*x, *y, *z])),
        ("class_plane", [x, y]) => Some(Projection::ClassPlane([*x, *y])),
        ("class_space", [x, y, z]) => Some(Projection::ClassSpace([*x, *y, *z])),
        (kind, _) => names.find(
            "projection",
            Some(kind),
            &[
                Projection::Automatic,
                Projection::PrincipalPlane,
                Projection::PrincipalSpace,
                Projection::FollowingPlane,
                Projection::FollowingSpace,
                Projection::Tour,
            ],
        ),
    }
}

/// From where a file says that the stage is looked at.
pub(in crate::session) fn restored_camera(stored: &StoredCamera, names: &mut Names) -> Camera {
    let orientation = Orientation::from_quaternion(stored.orientation);
    let usual = if orientation == Orientation::default() { Facing::Data } else { Facing::Axes };
    let facing = names.find("facing", stored.facing.as_deref(), &[Facing::Data, Facing::Axes]).unwrap_or(usual);
    let mut camera = Camera { orientation, facing, ..Camera::default() };
    camera.zoom(stored.zoom, [0.0, 0.0]);
    camera.pan(stored.pan);
    camera
}
