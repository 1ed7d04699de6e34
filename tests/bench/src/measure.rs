//! What processes have used, as `/proc` tells it, and the clocks.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use doorward_domain::Timestamp;

/// What a process and its children have used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Time on a CPU since the start, user and system; the kernel counts it in steps of 10 ms.
    pub cpu: Duration,
    /// Bytes sent to storage since the start.
    pub written: u64,
    /// Bytes of memory that are resident now.
    pub resident: u64,
}

impl Usage {
    /// What the process `pid` and its descendants have used so far.
    ///
    /// # Errors
    /// When there is no such process, or it is somebody else's.
    pub fn of(pid: u32) -> anyhow::Result<Self> {
        let mut sum = Self::alone(pid).with_context(|| format!("cannot measure process {pid}"))?;
        for child in descendants(pid) {
            // One that has just ended is in its parent's figures.
            let Ok(usage) = Self::alone(child) else { continue };
            sum.cpu += usage.cpu;
            sum.written += usage.written;
            sum.resident += usage.resident;
        }
        Ok(sum)
    }

    fn alone(pid: u32) -> anyhow::Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let io = fs::read_to_string(format!("/proc/{pid}/io"))?;
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        Ok(Self {
            cpu: cpu(&stat).context("stat")?,
            written: number(&io, "write_bytes:").context("write_bytes")?,
            resident: number(&status, "VmRSS:").context("VmRSS")? * 1024,
        })
    }
}

/// What a process has used, as soon as it has had nothing to do for half a second, or after half a
/// minute in which it always had.
///
/// # Errors
/// As [`Usage::of`].
pub async fn settled(pid: u32) -> anyhow::Result<Usage> {
    let mut before = Usage::of(pid)?;
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let after = Usage::of(pid)?;
        if after.cpu == before.cpu {
            return Ok(after);
        }
        before = after;
    }
    Ok(before)
}

/// proc_pid_stat(5): fields 14 to 17 are utime, stime, and both of the children that have ended.
fn cpu(stat: &str) -> Option<Duration> {
    let ticks: u64 = after_name(stat)?.skip(11).take(4).map_while(|field| field.parse::<u64>().ok()).sum();
    Some(Duration::from_secs(ticks) / u32::try_from(rustix::param::clock_ticks_per_second()).ok()?)
}

/// The fields from the third on; the second is a name in brackets that may contain anything.
fn after_name(stat: &str) -> Option<impl Iterator<Item = &str>> {
    Some(stat.rsplit_once(')')?.1.split_ascii_whitespace())
}

fn number(text: &str, label: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(label))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

fn descendants(pid: u32) -> Vec<u32> {
    let parents: BTreeMap<u32, u32> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let pid = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            Some((pid, after_name(&stat)?.nth(1)?.parse().ok()?))
        })
        .collect();
    let mut family = vec![pid];
    let mut next = 0;
    while let Some(&parent) = family.get(next) {
        family.extend(parents.iter().filter(|(_, of)| **of == parent).map(|(child, _)| *child));
        next += 1;
    }
    family.split_off(1)
}

/// A moment to measure from.
#[expect(clippy::disallowed_methods, reason = "measuring is what this crate is for")]
pub fn now() -> Instant {
    Instant::now()
}

/// The time, for tokens.
#[expect(clippy::disallowed_methods, reason = "tokens are made and judged by the machine's clock here")]
pub fn time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_does_not_shift_the_fields() {
        let stat = "7 (a) b) S 3 7 7 0 -1 4 9 9 9 9 100 20 3 2 20 0 1 0 5 6 7";
        let ticks = rustix::param::clock_ticks_per_second();
        assert_eq!(cpu(stat).unwrap() * u32::try_from(ticks).unwrap(), Duration::from_secs(125));
        assert_eq!(after_name(stat).unwrap().nth(1), Some("3"));
    }

    #[test]
    fn this_process_can_be_measured_with_its_children() {
        let mut child = std::process::Command::new("sleep").arg("10").spawn().unwrap();
        let (alone, all) =
            (Usage::alone(std::process::id()).unwrap(), Usage::of(std::process::id()).unwrap());
        assert!(descendants(std::process::id()).contains(&child.id()));
        assert!(all.resident > 0 && alone.resident > 0);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
