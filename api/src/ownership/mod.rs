//! Handing an organization over, from its owner to a member who accepts it.

pub(crate) mod accept;
pub(crate) mod get;
pub(crate) mod offer;
pub(crate) mod withdraw;

use crate::access::explain::NamedMember;
use chrono::{DateTime, Utc};
use domain::access::{AccessStore, Holder};
use domain::error::Result;
use domain::ownership::OwnershipOffer;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// That somebody is to own the organization.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnershipOfferView {
    /// Who.
    member: NamedMember,
    /// Who owns it so far.
    offered_by: NamedMember,
    /// When it was offered.
    offered_at: DateTime<Utc>,
    /// Until when it can be accepted.
    expires_at: DateTime<Utc>,
}

fn view(tx: &mut impl AccessStore, offer: &OwnershipOffer) -> Result<OwnershipOfferView> {
    let both = [offer.member, offer.offered_by];
    let names: HashMap<Holder, String> = tx.holder_names(&both.map(Holder::Member))?.into_iter().collect();
    let [member, offered_by] = both.map(|id| NamedMember {
        member_id: id.into(),
        name: names.get(&Holder::Member(id)).cloned().unwrap_or_default(),
    });
    Ok(OwnershipOfferView { member, offered_by, offered_at: offer.offered_at, expires_at: offer.expires_at })
}
