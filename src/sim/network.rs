//! Services, endpoints, DNS and requests.
//!
//! The record says which pods answer for a service ([`endpoints`]) and the DNS repeats it ([`dns`]); who really answers is
//! decided on the machines ([`delivery`]). Where the two differ, a request shows it.

pub mod addresses;
pub mod apps;
pub mod delivery;
pub mod dns;
pub mod endpoints;
pub mod failure;
pub mod files;
pub mod hosts;
pub mod http;
mod legacy;
pub mod memory;
mod message;
mod mirror;
pub mod proxy;
pub mod routing;
mod slices;
mod subsets;
pub mod traffic;

pub use apps::{go_on, on_start, on_stop};
pub use delivery::{Origin, Responder};
pub use dns::{DnsAnswer, RecordType, ask, lookup, resolve_short};
pub use failure::CurlError;
pub use files::{FileError, forget_container, list_files, read_file, remove_file, write_file};
pub use http::{HttpAnswer, HttpRequest, http};
pub use memory::{Answers, Keeps};
pub use routing::note_link;
pub use traffic::{Flow, Traffic};

use super::apiserver::Desk;
use super::change::Controller;
use super::world::World;
use crate::api::{Key, Object, Refusal, Service};
use std::sync::Arc;

/// What the network remembers. Addresses in use are read from the services themselves.
#[derive(Clone, Debug, Default)]
pub struct Network {
    affinity: routing::Affinity,
    hearsay: routing::Hearsay,
    /// What the client of the flow that runs remembers of the DNS.
    remembered: Answers,
    traffic: Option<Arc<Traffic>>,
    /// How many flows there have been: what is due of an earlier one is told from the present one's.
    flows: u64,
    /// True while a flow sends: its requests are counted, not told.
    hushed: bool,
}

impl Network {
    /// The flow that runs, where one does.
    pub fn traffic(&self) -> Option<&Traffic> {
        self.traffic.as_deref()
    }
    /// True while what happens is not to be told.
    pub fn is_hushed(&self) -> bool {
        self.hushed
    }
}

/// Publishes where the API server answers, in the newer word and the older one.
pub fn publish_apiserver(world: &mut World) {
    endpoints::publish_apiserver(world);
    legacy::publish_apiserver(world);
}

/// Gives a new service its address.
pub fn admit_service(world: &mut World, service: &mut Service) -> Result<(), Refusal> {
    addresses::admit(world, service)
}

/// Keeps a service's address while it is changed.
pub fn admit_service_update(world: &mut World, before: &Service, service: &mut Service) -> Result<(), Refusal> {
    addresses::admit_update(world, before, service)
}

/// One of the controllers of endpoints takes a service from its queue.
pub fn sync(desk: &mut Desk, controller: Controller, key: &Key) {
    if controller == Controller::Endpoint {
        legacy::sync(desk, key);
    } else if controller == Controller::EndpointSliceMirroring {
        mirror::sync(desk, key);
    } else {
        endpoints::sync(desk, key);
    }
}

/// Hears of a write.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    endpoints::notice(world, before, after);
    mirror::notice(world, before, after);
}

#[cfg(test)]
mod rehearsal;
#[cfg(test)]
mod tests;
