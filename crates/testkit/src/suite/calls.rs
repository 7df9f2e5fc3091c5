//! Calls as the store keeps, lists and finds them.
/// The tests of this file.
#[macro_export]
macro_rules! suite_calls {
    ($fresh:ident) => {
        $crate::suite_tests!($fresh, calls, []);
    };
}
