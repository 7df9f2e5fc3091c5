//! Who may do what: roles, permissions, and the actor behind every write.

use crate::ids::{ApiKeyId, OrgId, UserId};
use serde::{Deserialize, Serialize};

/// A member's role in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks, with numbers masked.
    Viewer,
    /// Front desk and nurses.
    Staff,
    /// Configures the receptionist and the team.
    Admin,
    /// Everything, including owners.
    Owner,
}

impl Role {
    /// The stored and shown word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Staff => "staff",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The role of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Viewer, Self::Staff, Self::Admin, Self::Owner]
            .into_iter()
            .find(|r| r.word() == word)
    }

    /// Whether this role holds `permission`.
    pub fn may(self, permission: Permission) -> bool {
        self >= permission.least_role()
    }
}

/// One thing that can be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See calls, numbers masked.
    CallsRead,
    /// Hear recordings.
    CallsListen,
    /// See callers' numbers whole.
    CallsFull,
    /// Hang up, close a ring, speak to a caller.
    CallsAct,
    /// Take, acknowledge and close inbox items.
    InboxAct,
    /// Add and remove documents.
    KnowledgeWrite,
    /// Change the receptionist.
    ReceptionistWrite,
    /// Invite, change and remove members.
    MembersWrite,
    /// Change settings, provider and API keys.
    SettingsWrite,
    /// Read the audit trail.
    AuditRead,
    /// Make or remove owners.
    OwnersWrite,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 11] = [
        Self::CallsRead,
        Self::CallsListen,
        Self::CallsFull,
        Self::CallsAct,
        Self::InboxAct,
        Self::KnowledgeWrite,
        Self::ReceptionistWrite,
        Self::MembersWrite,
        Self::SettingsWrite,
        Self::AuditRead,
        Self::OwnersWrite,
    ];

    /// The shown word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::CallsRead => "calls.read",
            Self::CallsListen => "calls.listen",
            Self::CallsFull => "calls.full",
            Self::CallsAct => "calls.act",
            Self::InboxAct => "inbox.act",
            Self::KnowledgeWrite => "knowledge.write",
            Self::ReceptionistWrite => "receptionist.write",
            Self::MembersWrite => "members.write",
            Self::SettingsWrite => "settings.write",
            Self::AuditRead => "audit.read",
            Self::OwnersWrite => "owners.write",
        }
    }

    const fn least_role(self) -> Role {
        match self {
            Self::CallsRead => Role::Viewer,
            Self::CallsListen
            | Self::CallsFull
            | Self::CallsAct
            | Self::InboxAct
            | Self::KnowledgeWrite => Role::Staff,
            Self::ReceptionistWrite
            | Self::MembersWrite
            | Self::SettingsWrite
            | Self::AuditRead => Role::Admin,
            Self::OwnersWrite => Role::Owner,
        }
    }
}

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// As a viewer who sees numbers and hears recordings.
    Read,
    /// As staff.
    Write,
    /// As an admin.
    Admin,
}

impl Scope {
    /// The role whose permissions the scope grants.
    pub const fn role(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::Write => Role::Staff,
            Self::Admin => Role::Admin,
        }
    }
}

/// Who stands behind a write; what the audit trail names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A signed-in person.
    User(UserId),
    /// A program with a key.
    ApiKey(ApiKeyId),
    /// The voice provider, through a webhook.
    Provider,
    /// Voxanne itself; the word says which part.
    System(&'static str),
}

impl Who {
    /// The stored form: an id or `system:part`, never a name.
    pub fn audit_word(&self) -> String {
        match self {
            Self::User(id) => id.to_string(),
            Self::ApiKey(id) => id.to_string(),
            Self::Provider => "provider".to_owned(),
            Self::System(part) => format!("system:{part}"),
        }
    }
}

/// An organization and who acts in it. Without one there is no way to a tenant's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The organization.
    pub org: OrgId,
    /// Who acts.
    pub who: Who,
}

impl Actor {
    /// Voxanne itself acting in an organization.
    pub const fn system(org: OrgId, part: &'static str) -> Self {
        Self {
            org,
            who: Who::System(part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn viewers_see_no_number_and_only_owners_make_owners() {
        assert!(Role::Viewer.may(Permission::CallsRead));
        assert!(!Role::Viewer.may(Permission::CallsFull));
        assert!(!Role::Viewer.may(Permission::CallsListen));
        assert!(Role::Staff.may(Permission::InboxAct));
        assert!(!Role::Staff.may(Permission::SettingsWrite));
        assert!(!Role::Admin.may(Permission::OwnersWrite));
        assert!(Permission::ALL.into_iter().all(|p| Role::Owner.may(p)));
    }
}
