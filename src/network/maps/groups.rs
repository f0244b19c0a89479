//! A vector's coordinates parted into equal groups that are treated alike: tokens, channels, groups of channels.

use super::shapes::{check_axis, separable, strides, values};
use super::{MAX_COORDINATES, MapError};

/// Equal groups that part all coordinates among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    size: usize,
    /// Group after group.
    members: Vec<usize>,
}

impl Groups {
    /// `count` groups of `size` coordinates that follow each other.
    ///
    /// # Errors
    /// If there is none, or they have more coordinates than can be counted on.
    pub fn consecutive(count: usize, size: usize) -> Result<Groups, MapError> {
        Ok(Groups { size, members: (0..values(&[count, size])?).collect() })
    }

    /// The groups of a row-major tensor over some of its axes: those values are of one group whose indices along the other axes
    /// are equal. Layer normalisation over the last axis, softmax along any, instance normalisation over height and width.
    /// Within a group, values keep the tensor's order.
    ///
    /// # Errors
    /// If the shape is empty or too large, or has not these axes.
    pub fn over_axes(shape: &[usize], axes: &[usize]) -> Result<Groups, MapError> {
        values(shape)?;
        for (index, axis) in axes.iter().enumerate() {
            check_axis(shape, *axis)?;
            if axes[..index].contains(axis) {
                return Err(MapError::Axis { axis: *axis, axes: shape.len() });
            }
        }
        let steps = strides(shape);
        let lengths = |inside: bool| -> Vec<usize> {
            let each = shape.iter().enumerate();
            each.map(|(axis, length)| if axes.contains(&axis) == inside { *length } else { 1 }).collect()
        };
        let offsets = |inside: bool| separable(&lengths(inside), |axis, index| index * steps[axis]);
        let within = offsets(true);
        let members = offsets(false).iter().flat_map(|start| within.iter().map(move |offset| start + offset)).collect();
        Ok(Groups { size: within.len(), members })
    }

    /// The groups of channels of a tensor `channels` × … with its channels along `axis`, in so many groups of channels that
    /// follow each other; each group has all values of its channels.
    ///
    /// # Errors
    /// If the shape is empty or too large, has no such axis, or the groups do not divide the channels.
    pub fn of_channels(shape: &[usize], axis: usize, groups: usize) -> Result<Groups, MapError> {
        values(shape)?;
        check_axis(shape, axis)?;
        let channels = shape[axis];
        if groups == 0 || !channels.is_multiple_of(groups) {
            return Err(MapError::Groups { groups, channels });
        }
        // The axis of channels in two: that of the groups, and that of the channels within one.
        let mut split = shape.to_vec();
        split.splice(axis..=axis, [groups, channels / groups]);
        let axes: Vec<usize> = (0..split.len()).filter(|at| *at != axis).collect();
        Groups::over_axes(&split, &axes)
    }

    /// Groups of the coordinates listed, each as long as the others; together they have every coordinate once.
    ///
    /// # Errors
    /// If the lists are empty or of unequal length, or a coordinate is missing, beyond the others or listed twice.
    pub fn listed(lists: &[Vec<usize>]) -> Result<Groups, MapError> {
        let size = lists.first().map_or(0, Vec::len);
        let width = values(&[lists.len(), size])?;
        let mut seen = vec![false; width];
        for list in lists {
            if list.len() != size {
                return Err(MapError::Parameters { what: "a group", expected: size, found: list.len() });
            }
            for &index in list {
                match seen.get_mut(index) {
                    Some(seen) if !*seen => *seen = true,
                    _ => return Err(MapError::Index { what: "coordinate of a group", index, length: width }),
                }
            }
        }
        Ok(Groups { size, members: lists.concat() })
    }

    /// All coordinates of all groups.
    pub fn width(&self) -> usize {
        self.members.len()
    }

    /// The coordinates of one group.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The number of groups.
    pub fn count(&self) -> usize {
        self.members.len() / self.size
    }

    /// The coordinates of each group.
    pub fn iter(&self) -> impl Iterator<Item = &[usize]> {
        self.members.chunks(self.size)
    }

    /// Changes the groups of one vector of `width()` coordinates, each by itself.
    pub(crate) fn change(&self, vector: &mut [f64], mut change: impl FnMut(&mut [f64])) {
        let mut own = vec![0.0; self.size];
        for group in self.iter() {
            own.iter_mut().zip(group).for_each(|(value, index)| *value = vector[*index]);
            change(&mut own);
            own.iter().zip(group).for_each(|(value, index)| vector[*index] = *value);
        }
    }

    /// Values of one group, repeated for every group; those of all coordinates as they are.
    ///
    /// # Errors
    /// If there are neither as many as a group has coordinates nor as many as all groups have.
    pub(super) fn spread(&self, what: &'static str, given: Vec<f64>) -> Result<Vec<f64>, MapError> {
        debug_assert!(self.width() <= MAX_COORDINATES);
        if given.len() == self.width() {
            return Ok(given);
        }
        if given.len() != self.size {
            return Err(MapError::Parameters { what, expected: self.size, found: given.len() });
        }
        let mut spread = vec![0.0; self.width()];
        for group in self.iter() {
            group.iter().zip(&given).for_each(|(index, value)| spread[*index] = *value);
        }
        Ok(spread)
    }
}
