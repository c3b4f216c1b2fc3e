//! Services, endpoints, DNS and requests.

use super::apiserver::Desk;
use super::world::World;
use crate::api::{Key, Object, Refusal, Service};

/// What the network remembers.
#[derive(Clone, Debug, Default)]
pub struct Network {}

/// Gives a new service its address.
pub fn admit_service(_world: &mut World, _service: &mut Service) -> Result<(), Refusal> {
    Ok(())
}

/// The endpoint slice controller takes a service from its queue.
pub fn sync(_desk: &mut Desk, _key: &Key) {}

/// Hears of a write.
pub fn notice(_world: &mut World, _before: Option<&Object>, _after: Option<&Object>) {}

/// Publishes where the API server answers: the endpoint slice of the `kubernetes` service.
pub fn publish_apiserver(_world: &mut World) {}

/// A process has started.
pub fn on_start(_world: &mut World, _node: &crate::api::Name, _uid: crate::api::Uid) {}
