//! One connection: HTTP/1.1 over a stream, and what of it its pulse is told.

use std::convert::Infallible;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Request, Response};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tower::Service as _;

use super::pulse::Pulse;
use super::{Peer, Secure};

/// The head of a request is at most so long, in bytes.
const LONGEST_HEAD: usize = 32 * 1024;

/// A connection buffers at most so much, in each direction and in bytes.
const LARGEST_BUFFER: usize = 64 * 1024;

/// What the requests of a connection have in common.
#[derive(Clone)]
pub(super) struct Visit {
    pub router: Router,
    pub peer: Peer,
    pub pulse: Arc<Pulse>,
    /// Whether the broker stops, so that this answer is the last one.
    pub stopping: Arc<AtomicBool>,
}

/// The connection was cut before the request could begin.
#[derive(Debug, thiserror::Error)]
#[error("the connection is being cut")]
struct Cut;

impl Visit {
    /// Answers requests until one side ends the connection.
    pub async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send) {
        let io = TokioIo::new(Felt { stream, pulse: Arc::clone(&self.pulse) });
        let service = service_fn(move |request| self.clone().answer(request));
        let served = http1::Builder::new()
            .max_header_size(LONGEST_HEAD)
            .max_buf_size(LARGEST_BUFFER)
            .serve_connection(io, service)
            .await;
        if let Err(error) = served {
            tracing::trace!(%error, "a connection ended early");
        }
    }

    /// The same, once the client has shaken hands.
    pub async fn serve_over_tls(mut self, stream: TcpStream, secure: Secure) {
        match secure.acceptor.accept(stream).await {
            Ok(stream) => {
                let shown = stream.get_ref().1.peer_certificates().unwrap_or_default();
                self.peer.certificate = secure.authorities.and_then(|authorities| authorities.examine(shown));
                self.pulse.rests();
                self.serve(stream).await;
            }
            Err(error) => tracing::trace!(%error, "a TLS handshake failed"),
        }
    }

    async fn answer(mut self, request: Request<Incoming>) -> Result<Response<Outgoing>, Cut> {
        if !self.pulse.begun(!request.body().is_end_stream()) {
            return Err(Cut);
        }
        let pulse = Arc::clone(&self.pulse);
        let mut request = request.map(|body| Body::new(Arriving { body, pulse }));
        request.extensions_mut().insert(self.peer);
        let Ok::<_, Infallible>(mut response) = self.router.call(request).await;
        if self.stopping.load(Ordering::Relaxed) {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(response.map(|body| Outgoing { body, pulse: self.pulse }))
    }
}

/// The body of a request. Once it is there, or nobody wants it, the answer is due.
struct Arriving {
    body: Incoming,
    pulse: Arc<Pulse>,
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.pulse.received();
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if self.body.is_end_stream() || frame.is_none() {
            self.pulse.received();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer. Once it has been handed over, the client may go on.
struct Outgoing {
    body: Body,
    pulse: Arc<Pulse>,
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.pulse.rests();
    }
}

impl HttpBody for Outgoing {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream that feels the pulse of what goes over it.
struct Felt<S> {
    stream: S,
    pulse: Arc<Pulse>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Felt<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = out.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, out);
        if out.filled().len() > before {
            self.pulse.heard();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> Felt<S> {
    fn wrote(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.pulse.told();
        }
        written
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Felt<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
