//! The log says with whom and how it went, never what was said.

use std::{
    io,
    sync::{Arc, Mutex},
};

use doorward_net::Outbound;
use rstest::rstest;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{SMALL, Server, development_client, http};

/// A log that is kept in memory.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[rstest]
#[case::answered(http("200 OK", "Set-Cookie: canary-5\r\n", "canary-6"), "status=200")]
#[case::refused(http("302 Found", "Location: /canary-5\r\n", "canary-6"), "redirect")]
#[case::broken("canary-5 canary-6\r\n\r\n".to_owned(), "could not be reached")]
#[tokio::test]
async fn sr_01_the_log_holds_no_query_header_or_body(#[case] answer: String, #[case] outcome: &str) {
    let log = Kept::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    let _guard = tracing::subscriber::set_default(subscriber.with_writer(log.clone()).finish());
    let server = Server::answering(answer).await;
    let request = http::Request::post(format!("{}canary-1?code=canary-2", server.url()))
        .header("authorization", "Bearer canary-3")
        .body(b"code=canary-4".to_vec())
        .unwrap();
    let _ = development_client().send("https://idp.example", request, SMALL).await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for said in ["outbound exchange", "https://idp.example", "localhost", "POST", "elapsed_ms", outcome] {
        assert!(log.contains(said), "{said} missing in {log}");
    }
    assert!(!log.contains("canary"), "{log}");
}
