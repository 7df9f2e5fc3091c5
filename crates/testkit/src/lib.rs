//! What tests share: the store suite, the test application, hostile dependencies.
