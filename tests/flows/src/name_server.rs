//! A name server that tests write the records of: it answers over UDP on this machine, so that the whole way
//! to a record is gone.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::TXT;
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use tokio::net::UdpSocket;
use tokio::task::AbortHandle;

/// What stands at a name.
#[derive(Clone, Debug)]
pub enum Answer {
    /// TXT records, each of these strings.
    Txt(Vec<Vec<String>>),
    /// Nothing but this code.
    Code(ResponseCode),
    /// Not even an answer.
    Silence,
}

/// A name server. Of names that it was told nothing of it says that there are none.
pub struct NameServer {
    /// Where it answers.
    pub address: SocketAddr,
    zone: Arc<Mutex<HashMap<String, Answer>>>,
    task: AbortHandle,
}

impl NameServer {
    /// Begins to answer.
    pub async fn start() -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        let zone = Arc::<Mutex<HashMap<String, Answer>>>::default();
        let task = tokio::spawn(serve(socket, zone.clone())).abort_handle();
        Self { address, zone, task }
    }

    /// Answers `name` like this from now on.
    pub fn set(&self, name: &str, answer: Answer) {
        self.zone.lock().unwrap().insert(name.to_owned(), answer);
    }

    /// Publishes one record, in one string.
    pub fn publish(&self, name: &str, text: &str) {
        self.set(name, Answer::Txt(vec![vec![text.to_owned()]]));
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(socket: UdpSocket, zone: Arc<Mutex<HashMap<String, Answer>>>) {
    let mut packet = [0; 4096];
    loop {
        let (length, from) = socket.recv_from(&mut packet).await.unwrap();
        let Ok(asked) = Message::from_vec(&packet[..length]) else { continue };
        if let Some(answer) = answer(&asked, &zone) {
            socket.send_to(&answer.to_vec().unwrap(), from).await.unwrap();
        }
    }
}

fn answer(asked: &Message, zone: &Mutex<HashMap<String, Answer>>) -> Option<Message> {
    let query = asked.queries.first()?.clone();
    let name = query.name().to_ascii().trim_end_matches('.').to_lowercase();
    let found = zone.lock().unwrap().get(&name).cloned().filter(|_| query.query_type() == RecordType::TXT);
    let mut response = Message::response(asked.metadata.id, asked.metadata.op_code);
    response.metadata.recursion_desired = true;
    response.metadata.recursion_available = true;
    match found {
        None => response.metadata.response_code = ResponseCode::NXDomain,
        Some(Answer::Silence) => return None,
        Some(Answer::Code(code)) => response.metadata.response_code = code,
        Some(Answer::Txt(records)) => {
            let record =
                |strings| Record::from_rdata(query.name().clone(), 60, RData::TXT(TXT::new(strings)));
            response.add_answers(records.into_iter().map(record));
        }
    }
    response.add_query(query);
    Some(response)
}
