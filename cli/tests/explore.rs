//! `podlife model explore`: the page over HTTP, and where it is not served.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::{podlife, transcript};

/// The ordinary life of a Pod, by what the steps say.
const LIFE: [&str; 17] = [
    "User: create Pod u1, restartPolicy Always",
    "Scheduler: bind",
    "watch: u1, which is admitted",
    "pull the image and create the container",
    "start the container",
    "sync u1 again",
    "PATCH status of uid u1: Running",
    "DELETE, default grace",
    "watch: u1 has changed",
    "the process of u1 exits with 0",
    "container and sandbox of u1 are stopped",
    "PATCH status of uid u1: Succeeded",
    "unmount the volumes",
    "TerminatePod u1",
    "status writer: GET u1",
    "final DELETE, grace 0, uid u1",
    "second write of the DELETE of the kubelet",
];

/// The page, until the test ends.
struct Page {
    child: Child,
    address: SocketAddr,
}

impl Drop for Page {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Page {
    fn open(model: &str) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_podlife"))
            .args(["model", "explore", model, "--scope", "tiny", "--addr", &address.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains(&format!("http://{address}/")), "{line}");
        Self { child, address }
    }

    /// The body of the answer. The line is printed just before the server listens.
    fn get(&self, path: &str) -> String {
        let mut stream = (0..100)
            .find_map(|_| {
                TcpStream::connect(self.address)
                    .inspect_err(|_| std::thread::sleep(std::time::Duration::from_millis(50)))
                    .ok()
            })
            .unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 "), "{path}: {head}");
        body.to_owned()
    }

    fn steps(&self, path: &str) -> Vec<Value> {
        serde_json::from_str(&self.get(&format!("/.states{path}"))).unwrap()
    }
}

/// From the free name to the removal of the Pod, each step chosen by what it says; the diagram tells them all.
#[test]
fn a_pod_lives_and_is_removed() {
    let page = Page::open("pod");
    assert!(page.get("/").contains("Stateright Explorer"));
    let beginnings = page.steps("");
    assert_eq!(beginnings[0]["state"], "as in the beginning");
    let mut path = String::from("/0");
    let mut last = Value::Null;
    for wanted in LIFE {
        let choices = page.steps(&path);
        let says = |step: &Value| step["action"].as_str().unwrap().to_owned();
        let Some(chosen) = choices.iter().find(|step| says(step).contains(wanted)) else {
            panic!("no `{wanted}` among {:?}", choices.iter().map(says).collect::<Vec<_>>());
        };
        path += &format!("/{}", chosen["actionIndex"]);
        last = chosen.clone();
    }
    assert!(last["outcome"].as_str().unwrap().contains("u1 removed"), "{last}");
    let state = last["state"].as_str().unwrap();
    assert!(!state.contains("pod: Some") && state.lines().count() < 8, "{state}");
    let svg = last["svg"].as_str().unwrap();
    assert_eq!(svg.matches("class=\"step\"").count(), LIFE.len());
    for wanted in ["create Pod u1", "bind", "final DELETE", "delete the key"] {
        assert!(svg.contains(wanted), "no `{wanted}` in {svg}");
    }
}

/// Every model can be opened, and its first steps say something.
#[test]
fn every_model_has_a_page() {
    for model in ["api", "phase", "kill", "identity"] {
        let page = Page::open(model);
        let choices = page.steps("/0");
        assert!(!choices.is_empty());
        assert!(choices.iter().all(|step| step["action"].as_str().unwrap().contains(": ")), "{choices:?}");
    }
}

/// Only this machine may see it; a taken port and an unknown model are told.
#[test]
fn it_is_served_on_this_machine_only() {
    let refused = transcript(&mut podlife(&["model", "explore", "pod", "--addr", "0.0.0.0:3000"]));
    assert!(refused.contains("0.0.0.0:3000 can be reached from other machines"), "{refused}");
    assert!(refused.contains("hint: ") && refused.ends_with("exit 2\n"), "{refused}");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = transcript(&mut podlife(&["model", "explore", "pod", "--addr", &address]));
    assert!(refused.contains("cannot serve the page") && refused.ends_with("exit 2\n"), "{refused}");
    let unknown = transcript(&mut podlife(&["model", "explore", "none"]));
    assert!(unknown.contains("there is no model `none`") && unknown.ends_with("exit 2\n"), "{unknown}");
}
