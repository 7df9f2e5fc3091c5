//! The inbox and the escalations behind it.
/// The tests of this file.
#[macro_export]
macro_rules! suite_inbox {
    ($fresh:ident) => {
        $crate::suite_tests!($fresh, inbox, []);
    };
}
