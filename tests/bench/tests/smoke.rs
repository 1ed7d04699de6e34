//! Every workload can be done: one operation of each, through a playground.

use doorward_bench::browser::Http;
use doorward_bench::neighbours;
use doorward_bench::playground::Playground;
use doorward_bench::run::{Plan, Until, run};
use doorward_bench::upstream::{PEOPLE, Upstream};
use doorward_bench::workloads::Workload;

#[tokio::test(flavor = "multi_thread")]
async fn one_operation_of_every_workload_goes_well() {
    let folder = tempfile::tempdir().unwrap();
    let playground = Playground::start(folder.path()).await.unwrap();
    let upstream = Upstream::start(PEOPLE).await.unwrap();
    let app = playground.description.introduce(&Http::default(), &upstream).await.unwrap();
    for workload in Workload::ALL {
        let plan = Plan { workers: 1, until: Until::Operations(1) };
        let outcome = run(workload, plan, &app, playground.description.pids.broker).await.unwrap();
        assert_eq!((outcome.operations, outcome.first_error), (1, None), "{workload:?}");
    }
    let figures = neighbours::measure(&playground.description, 2, 1).await.unwrap();
    assert!(figures.0.iter().all(|figure| figure.value > 0.0), "{figures}");
    playground.stop().await.unwrap();
}
