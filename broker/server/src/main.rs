//! The binary `doorward`.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    doorward::cli::run().await
}
