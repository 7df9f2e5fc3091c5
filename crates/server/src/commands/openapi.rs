//! Prints the API's description; the committed file is made with it.

use crate::{http::api::v1, output};

/// Prints the description.
pub fn run() -> anyhow::Result<()> {
    output::json(&v1::description())
}
