//! Intake: batches, keys, replies, numbers.
/// The tests of this file.
#[macro_export]
macro_rules! suite_intake {
    ($fresh:ident) => {
        $crate::suite_tests!($fresh, intake, []);
    };
}
