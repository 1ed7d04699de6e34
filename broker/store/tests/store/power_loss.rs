//! R-02, third oracle: after the loss of power, when the disk holds what barriers covered and any of
//! the sectors written since, the store opens and has everything it acknowledged.

use std::collections::HashMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use doorward_barrier::Moment;
use doorward_store::sled::SledOptions;
use doorward_store::{SledStore, Version};
use futures_util::future::join_all;

use crate::barriers::Watch;
use crate::dice::Dice;
use crate::triples;

const SECTOR: usize = 512;
const WRITERS: usize = 600;
const LARGEST_GROUP: usize = 500;
const CUTS_PER_RUN: usize = 10;

#[tokio::test]
async fn r_02_power_loss_between_lone_commits() {
    cut_power(1, 1).await;
}

#[tokio::test]
async fn r_02_power_loss_between_small_groups() {
    cut_power(2, 16).await;
}

#[tokio::test]
async fn r_02_power_loss_between_groups_of_100() {
    cut_power(3, 100).await;
}

#[tokio::test]
async fn r_02_power_loss_between_groups_of_500() {
    cut_power(4, LARGEST_GROUP).await;
    cut_power(5, LARGEST_GROUP).await;
}

/// Commits in groups while the power is cut ten times, and looks at what each cut left.
async fn cut_power(seed: u64, group: usize) {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("store");
    let store = SledStore::open(&folder, SledOptions::default()).unwrap();
    let disk = Arc::new(Disk::new(seed, &folder));
    let watch = Watch::new(&folder, {
        let disk = Arc::clone(&disk);
        move |moment, file| {
            disk.observe(moment, file);
            Ok(())
        }
    });

    let mut dice = Dice(seed);
    let mut last = vec![None; WRITERS];
    // First write enough for sled to use parts of its file again.
    for _ in 0..12 {
        commit_together(&store, &disk, &mut last, 0, LARGEST_GROUP).await;
    }
    disk.state.lock().unwrap().cuts_left = CUTS_PER_RUN;
    while disk.state.lock().unwrap().cuts_left > 0 {
        let first = dice.roll(WRITERS as u64) as usize;
        commit_together(&store, &disk, &mut last, first, group).await;
    }
    drop(watch);
    drop(store);
    let cuts = std::mem::take(&mut disk.state.lock().unwrap().cuts);
    assert_eq!(cuts.len(), CUTS_PER_RUN);
    for cut in cuts {
        cut.verify().await;
    }
}

type Last = Option<(u64, Version)>;

/// Has `group` writers from `first` on commit at once.
async fn commit_together(store: &SledStore, disk: &Disk, last: &mut [Last], first: usize, group: usize) {
    let writers: Vec<usize> = (0..group).map(|n| (first + n) % WRITERS).collect();
    let commits = writers.iter().map(|&writer| {
        let (count, before) = last[writer].map_or((1, None), |(count, version)| (count + 1, Some(version)));
        async move {
            disk.asked[writer].store(count, SeqCst);
            let version = triples::write(store, writer as u32, before, count, 500).await.unwrap();
            disk.acknowledged[writer].store(count, SeqCst);
            (count, version)
        }
    });
    for (writer, written) in writers.iter().zip(join_all(commits).await) {
        last[*writer] = Some(written);
    }
}

/// A disk that forgets what no barrier covered.
struct Disk {
    folder: PathBuf,
    asked: Vec<AtomicU64>,
    acknowledged: Vec<AtomicU64>,
    state: Mutex<State>,
}

struct State {
    dice: Dice,
    /// What the last barrier covered, with the number of that barrier.
    durable: (u64, Arc<Vec<u8>>),
    /// What the barriers under way will have covered.
    under_way: HashMap<ThreadId, (u64, Arc<Vec<u8>>)>,
    barriers: u64,
    cuts_left: usize,
    cuts: Vec<Cut>,
}

impl Disk {
    fn new(seed: u64, folder: &Path) -> Self {
        let counters = || (0..WRITERS).map(|_| AtomicU64::new(0)).collect();
        let state = State {
            dice: Dice(seed),
            durable: (0, Arc::new(fs::read(folder.join("db")).unwrap())),
            under_way: HashMap::new(),
            barriers: 0,
            cuts_left: 0,
            cuts: Vec::new(),
        };
        let state = Mutex::new(state);
        Self { folder: folder.to_owned(), asked: counters(), acknowledged: counters(), state }
    }

    fn observe(&self, moment: Moment, file: &File) {
        let state = &mut *self.state.lock().unwrap();
        let acknowledged = values(&self.acknowledged);
        let content = Arc::new(read(file));
        if state.cuts_left > 0 && state.dice.roll(8) == 0 {
            state.cuts_left -= 1;
            let image = tear(&state.durable.1, &content, &mut state.dice);
            let cut = Cut::new(&self.folder, state.cuts_left, &image, acknowledged, values(&self.asked));
            state.cuts.push(cut);
        }
        let thread = thread::current().id();
        match moment {
            Moment::Begins => {
                state.barriers += 1;
                let barrier = (state.barriers, content);
                state.under_way.insert(thread, barrier);
            }
            Moment::Succeeded => {
                let covered = state.under_way.remove(&thread).unwrap();
                if covered.0 > state.durable.0 {
                    state.durable = covered;
                }
            }
        }
    }
}

fn values(counters: &[AtomicU64]) -> Vec<u64> {
    counters.iter().map(|counter| counter.load(SeqCst)).collect()
}

fn read(file: &File) -> Vec<u8> {
    let mut content = vec![0; file.metadata().unwrap().len() as usize];
    let mut length = 0;
    // The file may be shortened meanwhile.
    while let read @ 1.. = file.read_at(&mut content[length..], length as u64).unwrap() {
        length += read;
    }
    content.truncate(length);
    content
}

/// What is on the disk when none, all, or any of the sectors written after the barrier got there.
fn tear(durable: &[u8], written: &[u8], dice: &mut Dice) -> Vec<u8> {
    let lucky = [0, 50, 100][dice.roll(3) as usize];
    let mut image = durable.to_vec();
    for (sector, bytes) in written.chunks(SECTOR).enumerate() {
        let start = sector * SECTOR;
        let end = start + bytes.len();
        if durable.get(start..end) != Some(bytes) && dice.roll(100) < lucky {
            image.resize(image.len().max(end), 0);
            image[start..end].copy_from_slice(bytes);
        }
    }
    image
}

/// What a loss of power left, and what had been promised by then.
struct Cut {
    folder: PathBuf,
    acknowledged: Vec<u64>,
    asked: Vec<u64>,
}

impl Cut {
    fn new(store: &Path, number: usize, image: &[u8], acknowledged: Vec<u64>, asked: Vec<u64>) -> Self {
        let folder = store.with_file_name(format!("cut-{number}"));
        fs::create_dir(&folder).unwrap();
        for entry in fs::read_dir(store).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && !path.ends_with("db") {
                fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
            }
        }
        fs::write(folder.join("db"), image).unwrap();
        Self { folder, acknowledged, asked }
    }

    async fn verify(self) {
        let store = SledStore::open(&self.folder, SledOptions::default()).unwrap();
        for writer in 0..WRITERS {
            let found = triples::read(&store, writer as u32).await;
            let count = found.map_or(0, |(count, _)| count);
            let promised = self.acknowledged[writer]..=self.asked[writer];
            assert!(promised.contains(&count), "writer {writer} has {count}, promised were {promised:?}");
            if let Some((count, version)) = found.filter(|_| writer % 100 == 0) {
                triples::write(&store, writer as u32, Some(version), count + 1, 500).await.unwrap();
            }
        }
    }
}
