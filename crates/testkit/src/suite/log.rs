//! The log: numbers without a gap, ranges, the floor.
/// The tests of this file.
#[macro_export]
macro_rules! suite_log {
    ($fresh:ident) => {
        $crate::suite_tests!($fresh, log, []);
    };
}
