//! The official clients against the simulator, as the provider's customers run them.
//!
//! Both are fetched from their registries, so these run on demand only.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::stub::{KEY, Pair};

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/sdk")
}

/// A folder of its own under the build folder, kept between runs.
fn workshop(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(command: &mut Command, remedy: &str) -> String {
    let output = command.output();
    assert!(output.is_ok(), "{command:?} cannot be started: {remedy}");
    let output = output.unwrap();
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{told}\n{remedy}");
    told
}

async fn conformance(mut client: Command) {
    let pair = Pair::new().await;
    pair.call(&["What are your opening hours?"]).await;
    client.arg(pair.simulator.base_url()).arg(KEY);
    let told = tokio::task::spawn_blocking(move || run(&mut client, "the client disagrees"));
    let told = told.await.unwrap();
    assert!(told.contains(" passed, 0 failed"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "fetches the official npm client; run with --run-ignored"]
async fn the_official_npm_client_finds_what_it_expects() {
    let folder = workshop("sdk-npm");
    for file in ["package.json", "package-lock.json", "conformance.mjs"] {
        std::fs::copy(scripts().join(file), folder.join(file)).unwrap();
    }
    run(
        Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(&folder),
        "npm is needed: install Node 20",
    );
    let mut client = Command::new("node");
    client.arg("conformance.mjs").current_dir(&folder);
    conformance(client).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "fetches the official PyPI client; run with --run-ignored"]
async fn the_official_python_client_finds_what_it_expects() {
    let folder = workshop("sdk-python");
    let remedy = "Python 3 with venv and pip is needed";
    run(
        Command::new("python3").args(["-m", "venv"]).arg(&folder),
        remedy,
    );
    let python = folder.join("bin/python");
    let requirements = scripts().join("requirements.txt");
    run(
        Command::new(&python)
            .args(["-m", "pip", "install", "-q", "-r"])
            .arg(requirements),
        remedy,
    );
    let mut client = Command::new(python);
    client.arg(scripts().join("conformance.py"));
    conformance(client).await;
}
