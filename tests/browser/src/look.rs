//! Whether a page can be used: on a narrow screen, in either colour scheme, with an unsteady finger.

use anyhow::ensure;
use serde::Deserialize;
use serde_json::json;

use crate::stage::Stage;

/// What a look at a page found.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Findings {
    /// The page's title.
    title: String,
    /// How wide its contents are, in CSS pixels.
    width: f64,
    /// Luminance of its background, 0 to 1.
    background: f64,
    /// How many texts were measured.
    texts: usize,
    /// Texts whose contrast is less than 4.5:1 (WCAG 2.2, 1.4.3).
    faint: Vec<String>,
    /// Controls lower than 44 px or partly outside the screen.
    awkward: Vec<String>,
    /// Inputs that no label names.
    nameless: Vec<String>,
}

/// Measures the page as it is shown.
const LOOK: &str = include_str!("look.js");

impl Stage {
    /// Looks at the present page at 320 px, in the light and in the dark.
    pub async fn look_at(&self, title: &str) -> anyhow::Result<()> {
        const NARROW: u32 = 320;
        let cdp = self.browser.cdp();
        let size = json!({"width": NARROW, "height": 640, "deviceScaleFactor": 1, "mobile": false});
        cdp.send_raw("Emulation.setDeviceMetricsOverride", size).await?;
        for scheme in ["light", "dark"] {
            // Without motion the colours are there at once.
            let media = json!({"features": [
                {"name": "prefers-color-scheme", "value": scheme},
                {"name": "prefers-reduced-motion", "value": "reduce"},
            ]});
            cdp.send_raw("Emulation.setEmulatedMedia", media).await?;
            let found: Findings = self.browser.execute(LOOK, Vec::new()).await?.convert()?;
            // A title has no elements, so marks of isolation stand around the names in it.
            let read = found.title.replace(['\u{2068}', '\u{2069}'], "");
            ensure!(read.contains(title), "this is another page: {found:#?}");
            ensure!(found.width <= f64::from(NARROW), "wider than the screen, {scheme}: {found:#?}");
            ensure!((found.background > 0.5) == (scheme == "light"), "not {scheme}: {found:#?}");
            ensure!(found.texts > 0 && found.faint.is_empty(), "hard to read, {scheme}: {found:#?}");
            ensure!(found.awkward.is_empty(), "hard to hit, {scheme}: {found:#?}");
            ensure!(found.nameless.is_empty(), "without a name, {scheme}: {found:#?}");
        }
        cdp.send_raw("Emulation.setEmulatedMedia", json!({"features": []})).await?;
        cdp.send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
        Ok(())
    }
}
