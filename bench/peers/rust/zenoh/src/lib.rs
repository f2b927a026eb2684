//! zenoh between two peers, with frames in its shared memory: the socket transfers only the position of a frame.

use glue::{failed, remove_shared_memory, spin, Outcome, Receiver, Sender, Setup};
use std::time::Duration;
use zenoh::bytes::ZBytes;
use zenoh::handlers::{FifoChannel, FifoChannelHandler};
use zenoh::pubsub::{Publisher, Subscriber};
use zenoh::qos::CongestionControl;
use zenoh::sample::Sample;
use zenoh::shm::{
    AllocAlignment, BlockOn, GarbageCollect, MemoryLayout, PosixShmProviderBackend, ShmProvider, ShmProviderBuilder,
    ZShmMut,
};
use zenoh::{Config, Session, Wait};

const KEY: &str = "frames";

/// The pool size of zenoh's examples. It is faster than the smallest sufficient pool, because a frame that was just
/// read is still in the cache of the other core.
const POOL_BYTES: usize = 32 << 20;
/// A small number of frames, so that collecting released frames takes little time.
const MOST_FRAMES: usize = 128;
/// Room for the allocator's own data.
const LEAST_POOL_BYTES: usize = 64 << 10;
const BESIDE_FRAME_BYTES: usize = 64;

/// Discovery is off: receivers connect to the sender's socket and do not learn of each other. The low-latency transport
/// writes from the sender's own thread, without priorities and batches.
fn open_session(setup: &Setup, way: &str) -> Outcome<Session> {
    let mut config = Config::default();
    let endpoints = format!("[\"unixsock-stream/{}/socket\"]", setup.directory);
    for (key, value) in [
        ("mode", "\"peer\""),
        ("scouting/multicast/enabled", "false"),
        ("scouting/gossip/enabled", "false"),
        ("listen/endpoints", "[]"),
        (way, &endpoints),
        ("transport/shared_memory/mode", "\"init\""),
        ("transport/unicast/lowlatency", "true"),
        ("transport/unicast/qos/enabled", "false"),
    ] {
        config.insert_json5(key, value).map_err(failed(key))?;
    }
    zenoh::open(config).wait().map_err(failed("session"))
}

struct ZenohSender {
    frame: Option<ZShmMut>,
    layout: MemoryLayout,
    provider: ShmProvider<PosixShmProviderBackend>,
    publisher: Publisher<'static>,
    _session: Session,
    _leftovers: Leftovers, // dropped last
}

/// A process that ends removes only shared memory that no other process has mapped, so two that end at the same time
/// may both leave it.
struct Leftovers;

impl Drop for Leftovers {
    fn drop(&mut self) {
        let mapped = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        remove_shared_memory(|name| name.ends_with(".zenoh") && mapped.contains(&format!("/dev/shm/{name}\n")));
    }
}

fn make_provider(setup: &Setup, frames: usize) -> Outcome<ShmProvider<PosixShmProviderBackend>> {
    let bytes = LEAST_POOL_BYTES.max(frames * (setup.bytes + BESIDE_FRAME_BYTES));
    ShmProviderBuilder::default_backend((bytes, AllocAlignment::ALIGN_8_BYTES))
        .wait()
        .map_err(failed("shared memory"))
}

/// zenoh locks the whole pool in memory, and users other than root often have a low limit for that.
fn make_largest_provider(setup: &Setup) -> Outcome<ShmProvider<PosixShmProviderBackend>> {
    let needed = setup.readers + 3; // Wingbeat's number of slots
    let wanted = needed.max(MOST_FRAMES.min(POOL_BYTES / setup.bytes));
    make_provider(setup, wanted).or_else(|_| make_provider(setup, needed))
}

impl Sender for ZenohSender {
    fn open(setup: &Setup) -> Outcome<Self> {
        let session = open_session(setup, "listen/endpoints")?;
        let publisher = session
            .declare_publisher(KEY)
            .congestion_control(CongestionControl::Block)
            .wait()
            .map_err(failed("publisher"))?;
        Ok(Self {
            frame: None,
            layout: MemoryLayout::new(setup.bytes, AllocAlignment::ALIGN_8_BYTES).map_err(failed("layout"))?,
            provider: make_largest_provider(setup)?,
            publisher,
            _session: session,
            _leftovers: Leftovers,
        })
    }
    fn begin(&mut self) -> Outcome<*mut u8> {
        let alloc = self
            .provider
            .alloc(self.layout)
            .with_policy::<BlockOn<GarbageCollect>>();
        let frame = alloc.wait().map_err(failed("alloc"))?;
        Ok(self.frame.insert(frame).as_mut().as_mut_ptr())
    }
    fn send(&mut self) -> Outcome<()> {
        let frame = self.frame.take().ok_or("nothing begun")?;
        self.publisher.put(frame).wait().map_err(failed("put"))
    }
}

struct ZenohReceiver {
    sample: Option<Sample>,
    spins: bool,
    subscriber: Subscriber<FifoChannelHandler<Sample>>,
    _session: Session,
}

/// Returns the address of the frame in shared memory.
fn in_shared_memory(payload: &ZBytes) -> Outcome<*const u8> {
    let frame = payload.as_shm().ok_or("a frame came without shared memory")?;
    Ok(frame.as_ptr())
}

impl ZenohReceiver {
    fn next(&self, limit: Duration) -> Outcome<Option<Sample>> {
        let channel = self.subscriber.handler();
        if self.spins {
            spin(limit, || try_next(channel))
        } else {
            channel.recv_timeout(limit).map_err(failed("receive"))
        }
    }
}

/// zenoh receives in its own thread on the same core, so each poll without a frame yields to that thread.
fn try_next(channel: &FifoChannelHandler<Sample>) -> Outcome<Option<Sample>> {
    let sample = channel.try_recv().map_err(failed("receive"))?;
    if sample.is_none() {
        std::thread::yield_now();
    }
    Ok(sample)
}

impl Receiver for ZenohReceiver {
    fn open(setup: &Setup) -> Outcome<Self> {
        let session = open_session(setup, "connect/endpoints")?;
        let subscriber = session
            .declare_subscriber(KEY)
            .with(FifoChannel::default())
            .wait()
            .map_err(failed("subscriber"))?;
        Ok(Self {
            sample: None,
            spins: setup.spins,
            subscriber,
            _session: session,
        })
    }
    fn receive(&mut self, limit: Duration) -> Outcome<*const u8> {
        self.sample = self.next(limit)?;
        match &self.sample {
            Some(sample) => in_shared_memory(sample.payload()),
            None => Ok(std::ptr::null()),
        }
    }
    fn release(&mut self) -> Outcome<()> {
        self.sample = None;
        Ok(())
    }
}

/// Parses a version such as "v1.2.3-release".
fn version() -> &'static str {
    let version = zenoh::GIT_VERSION.trim_start_matches('v');
    version.split('-').next().unwrap_or(version)
}

glue::peer!(ZenohSender, ZenohReceiver, version());
