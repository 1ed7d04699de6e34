//! The files that pages refer to, embedded, under names that change with their content.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

/// A file, and where it is served.
struct Asset {
    href: String,
    content_type: &'static str,
    body: &'static str,
}

static STYLESHEET: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("ui", "css", "text/css; charset=utf-8", include_str!("../assets/ui.css")));

static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("../assets/icon.svg")));

static PASSKEY_SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("passkey", "js", "text/javascript; charset=utf-8", include_str!("../assets/passkey.js"))
});

/// The path of the stylesheet, for `<link rel="stylesheet">`.
pub fn stylesheet_href() -> &'static str {
    &STYLESHEET.href
}

/// The path of the icon, for `<link rel="icon">`.
pub fn icon_href() -> &'static str {
    &ICON.href
}

/// The path of the script for passkeys, for `<script type="module">`.
pub fn passkey_script_href() -> &'static str {
    &PASSKEY_SCRIPT.href
}

/// Serves `/assets/{file}`.
pub fn router() -> Router {
    Router::new().route("/assets/{file}", get(file))
}

async fn file(Path(name): Path<String>) -> Response {
    let named = |asset: &&Asset| asset.href.strip_prefix(DIRECTORY) == Some(&name);
    match [&*STYLESHEET, &*ICON, &*PASSKEY_SCRIPT].into_iter().find(named) {
        Some(asset) => asset.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

const DIRECTORY: &str = "/assets/";

impl Asset {
    fn new(stem: &str, extension: &str, content_type: &'static str, body: &'static str) -> Self {
        let mut href = format!("{DIRECTORY}{stem}-");
        for byte in &Sha256::digest(body)[..8] {
            // Writing to a String cannot fail.
            let _ = write!(href, "{byte:02x}");
        }
        href.push('.');
        href.push_str(extension);
        Self { href, content_type, body }
    }

    fn into_response(self: &Asset) -> Response {
        let headers = [
            (header::CONTENT_TYPE, self.content_type),
            // The name changes with the content, so a copy is good for ever.
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // The icon is a document when it is opened by itself.
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        ];
        (headers, self.body).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    async fn get(path: &str) -> Response {
        router().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn a_file_is_served_whole_and_kept_for_ever() {
        let files = [
            (stylesheet_href(), "text/css; charset=utf-8", include_str!("../assets/ui.css")),
            (icon_href(), "image/svg+xml", include_str!("../assets/icon.svg")),
            (passkey_script_href(), "text/javascript; charset=utf-8", include_str!("../assets/passkey.js")),
        ];
        for (href, content_type, content) in files {
            let response = get(href).await;
            assert_eq!(response.status(), StatusCode::OK);
            let headers = response.headers();
            assert_eq!(headers[header::CONTENT_TYPE], content_type);
            assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
            assert_eq!(to_bytes(response.into_body(), usize::MAX).await.unwrap(), content);
        }
    }

    #[tokio::test]
    async fn only_the_exact_name_is_found() {
        for path in
            ["/assets/ui.css", "/assets/ui-0000000000000000.css", "/assets/..%2fsrc%2flib.rs", "/assets/"]
        {
            assert_eq!(get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn a_name_changes_with_the_content() {
        let href = |body| Asset::new("ui", "css", "text/css", body).href;
        assert_eq!(href("a"), href("a"));
        assert_ne!(href("a"), href("b"));
        assert!(href("a").starts_with("/assets/ui-") && href("a").ends_with(".css"));
    }

    #[test]
    fn assets_load_nothing_else() {
        let svg_namespace = "http://www.w3.org/2000/svg";
        for body in [STYLESHEET.body, &ICON.body.replace(svg_namespace, ""), PASSKEY_SCRIPT.body] {
            for reference in ["url(", "@import", "http:", "https:", "href=", "<script", "<style"] {
                assert!(!body.contains(reference), "{reference}");
            }
        }
    }
}
