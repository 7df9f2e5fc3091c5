//! Makes sure that there is a dashboard to embed: a page that says how to build it, only where none was built.

use std::{fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=../../web/dist");
    let page = Path::new("../../web/dist/index.html");
    if page.exists() {
        return;
    }
    let written = fs::create_dir_all("../../web/dist").and_then(|()| {
        fs::write(
            page,
            "<!doctype html><meta charset=\"utf-8\"><title>Voxanne</title><p>The dashboard is not built yet: run <code>make run</code>.</p>\n",
        )
    });
    if let Err(error) = written {
        println!("cargo::error=web/dist/index.html cannot be written: {error}");
    }
}
