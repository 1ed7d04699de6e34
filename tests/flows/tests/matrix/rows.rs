//! No row of the attack matrix loses its test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The rows by place, as CONTRIBUTING.md has them; `az_01_…` is a test of the first.
const ROWS: &str = "
ad 01 02 04 05 08 10
az 01 02 04 05 06 08 09 10
ca 01 02 03 04 05 06 07
cd 01 02 04 05 06
dp 01 02 03 04
dr 01 02
ds 01 02 04 05 06
dv 01 02 03
hd 01 02 04
jw 02 03 04 05 06 07 08 10
lo 02 03
pj 02 03
pk 01 02 03 04 05
pw 01 03 04 05 07
rt 01 02 03 04 05 06 07 08
ru 01 02 03 04 05 06 07
se 01 02 04 05 06
sr 01 02 03 05
ss 02 03 04 06 07 08 10
ti 03
tk 01 02 03
tx 01 03
ui 01 02 03 04 05 06
up 01 02 04 05 06 08 09 10 12 13 14 16
";

#[test]
fn every_row_has_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut tested = BTreeSet::new();
    for folder in ["broker", "admin-ui", "tests"] {
        collect(&root.join(folder), &mut tested);
    }
    for row in ROWS.lines().filter(|row| !row.is_empty()) {
        let (place, numbers) = row.split_once(' ').unwrap();
        for number in numbers.split(' ') {
            let name = format!("{place}_{number}_");
            assert!(tested.contains(&name), "no test begins with {name}");
        }
    }
}

/// The beginnings of the names of all tests of rows in a folder.
fn collect(folder: &Path, tested: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("node_modules") {
            collect(&path, tested);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let functions = text.lines().filter_map(|line| line.trim_start().split_once("fn "));
            let rows = functions.filter_map(|(_, name)| name.get(..6)).filter(|name| name.ends_with('_'));
            tested.extend(rows.map(str::to_owned));
        }
    }
}
