//! a process that is killed loses nothing it has acknowledged.

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use doorward_store::sled::SledOptions;
use doorward_store::{SledStore, Version};

use crate::dice::Dice;
use crate::triples;

const FOLDER: &str = "DOORWARD_TEST_KILLED_STORE";
const KILLS: u32 = 50;
const WRITERS: u32 = 16;

/// A writer's commit that was acknowledged.
type Report = (u32, u64, Version);

/// The last commit of each writer that was acknowledged, or read after a new start.
type Known = HashMap<u32, (u64, Version)>;

/// The test runs itself again as the process to be killed, which then finds the folder in its
/// environment.
#[test]
fn r_01_nothing_acknowledged_is_lost_when_the_process_is_killed() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return commit_until_killed(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(1);
    let mut known = Known::new();
    for kill in 0..KILLS {
        let reports = run_and_kill(folder.path(), kill % 5 == 0, Duration::from_micros(dice.roll(100_000)));
        for (writer, count, version) in reports {
            let before = known.insert(writer, (count, version));
            assert!(before.is_none_or(|before| before < (count, version) && before.1 < version));
        }
        verify(folder.path(), &mut known, kill);
    }
    assert!(known.values().map(|(count, _)| count).sum::<u64>() > u64::from(KILLS));
}

/// Starts a process, kills it some time after its start or after its first commit, and returns what
/// it has reported.
fn run_and_kill(folder: &Path, starting: bool, after: Duration) -> Vec<Report> {
    let mut child = spawn(folder);
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let (sender, receiver) = mpsc::channel();
    let reader = thread::spawn(move || lines.for_each(|line| sender.send(parse(&line.unwrap())).unwrap()));
    let first = (!starting).then(|| receiver.recv().unwrap());
    thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    first.into_iter().chain(receiver).collect()
}

fn spawn(folder: &Path) -> Child {
    let test = "kill::r_01_nothing_acknowledged_is_lost_when_the_process_is_killed";
    Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn parse(line: &str) -> Report {
    let mut words = line.split(' ');
    let mut word = || words.next().unwrap_or_else(|| panic!("the child says: {line}"));
    let (writer, count, version) = (word(), word(), word());
    (writer.parse().unwrap(), count.parse().unwrap(), Version(version.parse().unwrap()))
}

#[tokio::main]
async fn verify(folder: &Path, known: &mut Known, kill: u32) {
    let store = SledStore::open(folder, SledOptions::default()).unwrap();
    for writer in 0..WRITERS {
        let found = triples::read(&store, writer).await;
        let kept = known.get(&writer).copied();
        assert!(found >= kept, "kill {kill}: writer {writer} has {found:?} of {kept:?}");
        let ahead = found.map_or(0, |found| found.0) - kept.map_or(0, |kept| kept.0);
        assert!(ahead <= 1, "kill {kill}: writer {writer} has {ahead} that it was not told of");
        known.extend(found.map(|found| (writer, found)));
    }
}

#[tokio::main]
async fn commit_until_killed(folder: &Path) {
    let store = SledStore::open(folder, SledOptions::default()).unwrap();
    let writers = (0..WRITERS).map(|writer| commit_forever(&store, writer));
    futures_util::future::join_all(writers).await;
}

async fn commit_forever(store: &SledStore, writer: u32) {
    let mut last = triples::read(store, writer).await;
    loop {
        let (count, before) = last.map_or((1, None), |(count, version)| (count + 1, Some(version)));
        let version = triples::write(store, writer, before, count, 500).await.unwrap();
        // One call, so that no kill cuts a line.
        io::stderr().write_all(format!("{writer} {count} {}\n", version.0).as_bytes()).unwrap();
        last = Some((count, version));
    }
}
