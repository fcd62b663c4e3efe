//! The admin port of a daemon: `/metrics` for Prometheus, `/status` as JSON, `/healthz`.
//!
//! It runs on a thread and a runtime of its own, reads what the nodes have published, and can
//! change nothing. No secret is ever published.
mod metrics;
mod status;

use status::Board;
pub use status::Shared;

use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};
use std::{io, net::TcpListener, thread};

/// Serves `board` at a socket that is taken already.
///
/// # Errors
/// Where the socket or a thread cannot be set up.
pub fn serve(listener: TcpListener, board: Shared) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let app = Router::new()
        .route("/metrics", get(metrics))
        .route("/status", get(status))
        .route("/healthz", get(healthz))
        .with_state(board);
    let serve = async move {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(listener, app).await
    };
    thread::Builder::new()
        .name("admin".into())
        .spawn(move || runtime.block_on(serve))?;
    Ok(())
}

async fn metrics(State(board): State<Shared>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], metrics::text(&board.read()))
}

async fn status(State(board): State<Shared>) -> impl IntoResponse {
    axum::Json(board.read().json())
}

async fn healthz() -> &'static str {
    "ok\n"
}
