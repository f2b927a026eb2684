//! iceoryx2, used as in its own benchmark of publish-subscribe: samples are loaned uninitialised, receivers poll in a
//! loop. Sleeping receivers are woken through its event service.

use glue::{failed, remove_shared_memory, spin, Outcome, Receiver, Sender, Setup};
use iceoryx2::config::Config;
use iceoryx2::node::{Node, NodeBuilder};
use iceoryx2::port::{listener::Listener, notifier::Notifier, publisher::Publisher, subscriber::Subscriber};
use iceoryx2::prelude::{ipc, EventId, FileName, Path, SemanticString, ServiceName, SignalHandlingMode};
use iceoryx2::sample::Sample;
use iceoryx2::sample_mut_uninit::SampleMutUninit;
use iceoryx2_bb_elementary::package_version::PackageVersion;
use std::mem::MaybeUninit;
use std::time::{Duration, Instant};

type Ipc = ipc::Service;
type Word = u64; // so that frames are aligned

/// The number of frames that a receiver may be behind: the default, and the same as for Wingbeat's receivers.
const BUFFER: usize = 2;

/// All files of the batch have its name or lie in its directory.
fn node(setup: &Setup) -> Outcome<Node<Ipc>> {
    let mut config = Config::default();
    config.global.prefix = FileName::new(prefix(setup).as_bytes()).map_err(failed("the name"))?;
    let root = Path::new(setup.directory.as_bytes()).map_err(failed("the directory"))?;
    config.global.set_root_path(&root);
    NodeBuilder::new()
        .config(&config)
        .signal_handling_mode(SignalHandlingMode::Disabled)
        .create()
        .map_err(failed("node"))
}

/// The library keeps some shared memory for later nodes. A batch has no later nodes, so this removes it.
struct Leftovers {
    prefix: String,
}

impl Drop for Leftovers {
    fn drop(&mut self) {
        remove_shared_memory(|name| name.starts_with(&self.prefix));
    }
}

fn prefix(setup: &Setup) -> String {
    format!("{}_", setup.name)
}

fn service_name() -> Outcome<ServiceName> {
    ServiceName::new("frames").map_err(failed("service name"))
}

struct IceoryxSender {
    loaned: Option<SampleMutUninit<Ipc, [MaybeUninit<Word>], ()>>,
    notifier: Option<Notifier<Ipc>>,
    publisher: Publisher<Ipc, [Word], ()>,
    words: usize,
    _node: Node<Ipc>,
    _leftovers: Leftovers, // dropped last
}

fn make_publisher(node: &Node<Ipc>, setup: &Setup, words: usize) -> Outcome<Publisher<Ipc, [Word], ()>> {
    let service = node
        .service_builder(&service_name()?)
        .publish_subscribe::<[Word]>()
        .max_nodes(setup.readers + 1)
        .max_publishers(1)
        .max_subscribers(setup.readers)
        .history_size(0)
        .subscriber_max_buffer_size(BUFFER)
        .subscriber_max_borrowed_samples(1)
        .enable_safe_overflow(true)
        .create()
        .map_err(failed("service"))?;
    service
        .publisher_builder()
        .initial_max_slice_len(words)
        .max_loaned_samples(1)
        .create()
        .map_err(failed("publisher"))
}

fn make_notifier(node: &Node<Ipc>, setup: &Setup) -> Outcome<Notifier<Ipc>> {
    let service = node
        .service_builder(&service_name()?)
        .event()
        .max_nodes(setup.readers + 1)
        .max_notifiers(1)
        .max_listeners(setup.readers)
        .event_id_max_value(0)
        .create()
        .map_err(failed("event service"))?;
    service
        .notifier_builder()
        .default_event_id(EventId::new(0))
        .create()
        .map_err(failed("notifier"))
}

impl Sender for IceoryxSender {
    fn open(setup: &Setup) -> Outcome<Self> {
        let node = node(setup)?;
        let words = setup.bytes / size_of::<Word>();
        let asleep = !setup.spins;
        Ok(Self {
            loaned: None,
            notifier: asleep.then(|| make_notifier(&node, setup)).transpose()?,
            publisher: make_publisher(&node, setup, words)?,
            words,
            _node: node,
            _leftovers: Leftovers { prefix: prefix(setup) },
        })
    }
    fn begin(&mut self) -> Outcome<*mut u8> {
        let sample = self.publisher.loan_slice_uninit(self.words).map_err(failed("loan"))?;
        Ok(self.loaned.insert(sample).payload_mut().as_mut_ptr().cast())
    }
    fn send(&mut self) -> Outcome<()> {
        let sample = self.loaned.take().ok_or("nothing begun")?;
        // SAFETY: the sender of the benchmark fills the whole frame.
        unsafe { sample.assume_init() }.send().map_err(failed("send"))?;
        if let Some(notifier) = &self.notifier {
            notifier.notify().map_err(failed("notify"))?;
        }
        Ok(())
    }
}

struct IceoryxReceiver {
    borrowed: Option<Sample<Ipc, [Word], ()>>,
    listener: Option<Listener<Ipc>>,
    subscriber: Subscriber<Ipc, [Word], ()>,
    _node: Node<Ipc>,
}

fn make_subscriber(node: &Node<Ipc>) -> Outcome<Subscriber<Ipc, [Word], ()>> {
    let builder = node.service_builder(&service_name()?).publish_subscribe::<[Word]>();
    let service = builder.open().map_err(failed("service"))?;
    service.subscriber_builder().create().map_err(failed("subscriber"))
}

fn make_listener(node: &Node<Ipc>) -> Outcome<Listener<Ipc>> {
    let builder = node.service_builder(&service_name()?).event();
    let service = builder.open().map_err(failed("event service"))?;
    service.listener_builder().create().map_err(failed("listener"))
}

impl IceoryxReceiver {
    fn take(&self) -> Outcome<Option<Sample<Ipc, [Word], ()>>> {
        self.subscriber.receive().map_err(failed("receive"))
    }
    fn sleep(&self, listener: &Listener<Ipc>, limit: Duration) -> Outcome<Option<Sample<Ipc, [Word], ()>>> {
        let end = Instant::now() + limit;
        loop {
            let sample = self.take()?;
            let left = end.saturating_duration_since(Instant::now());
            if sample.is_some() || left.is_zero() {
                return Ok(sample);
            }
            listener.timed_wait(|_| {}, left).map_err(failed("wait"))?;
        }
    }
}

impl Receiver for IceoryxReceiver {
    fn open(setup: &Setup) -> Outcome<Self> {
        let node = node(setup)?;
        let asleep = !setup.spins;
        Ok(Self {
            borrowed: None,
            listener: asleep.then(|| make_listener(&node)).transpose()?,
            subscriber: make_subscriber(&node)?,
            _node: node,
        })
    }
    fn receive(&mut self, limit: Duration) -> Outcome<*const u8> {
        let sample = match &self.listener {
            Some(listener) => self.sleep(listener, limit)?,
            None => spin(limit, || self.take())?,
        };
        self.borrowed = sample;
        let frame = self.borrowed.as_ref();
        Ok(frame.map_or(std::ptr::null(), |sample| sample.payload().as_ptr().cast()))
    }
    fn release(&mut self) -> Outcome<()> {
        self.borrowed = None;
        Ok(())
    }
}

glue::peer!(IceoryxSender, IceoryxReceiver, PackageVersion::get().to_string());
