//! What can be done with an application, and who may do it.

use crate::access::Permission;
use crate::named::named;

named! {
    /// What can be done with an application.
    Action {
        /// Change the subject and the documents.
        Edit "edit";
        /// Submit it.
        Submit "submit";
        /// Take it back.
        Withdraw "withdraw";
        /// Claim it for review.
        Claim "claim";
        /// Give the claim up.
        Release "release";
        /// Give the claim to somebody.
        Assign "assign";
        /// Ask for something to be sent again.
        RequestInformation "request_information";
        /// Approve it.
        Approve "approve";
        /// Reject it.
        Reject "reject";
        /// Let the decision that another reviewer proposed take effect.
        Confirm "confirm";
        /// Send it back to review instead.
        Decline "decline";
    }
}

impl Action {
    /// The permission that it needs.
    #[must_use]
    pub fn permission(self) -> Permission {
        match self {
            Self::Edit | Self::Submit | Self::Withdraw => Permission::CertificationManage,
            Self::Claim
            | Self::Release
            | Self::Assign
            | Self::RequestInformation
            | Self::Approve
            | Self::Reject => Permission::ReviewDecide,
            Self::Confirm | Self::Decline => Permission::ReviewConfirm,
        }
    }
}
