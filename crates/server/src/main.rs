//! The command line of Voxanne.

fn main() {}
