//! What is kept about a person, over all tenants: to copy it, to correct it, to erase it. An account is asked about as a
//! whole, so no statement here is bound to one tenant but the one that corrects.

use crate::connection::on;
use crate::error::Understood;
use crate::notice::Row as NoticeRow;
use crate::placed::placed;
use crate::schema::{
    accounts, agreement_acceptances as acceptances, challenges, departments, devices, member_fields,
    member_values, members, notices, passwords, person_keys, placements, registrations, sessions, taggings,
    tags, takeovers, tenants, ticket_messages, tickets, totps,
};
use crate::sql_type::{Id, Instant};
use crate::ticket::{MessageRow, Row as TicketRow};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::account::AccountStore;
use domain::department::Placement;
use domain::error::{Code, Result};
use domain::id::AccountId;
use domain::member::{ListedMember, Member};
use domain::person::{
    AcceptedVersion, KeptDevice, KeptMembership, KeptMessage, KeptSession, KeptTicket, PersonData,
    PersonStore, PersonalNotice,
};
use std::collections::HashMap;

impl PersonStore for Tx<'_> {
    fn person_data(&mut self, account: AccountId) -> Result<PersonData> {
        let id = Id::from(account);
        let known = self.account(account)?.ok_or(Code::NotFound)?;
        Ok(PersonData {
            account: known,
            password_set_at: self.kept_password(id)?,
            memberships: self.kept_places(id)?,
            devices: self.kept_devices(id)?,
            sessions: self.kept_sessions(id)?,
            acceptances: self.kept_acceptances(id)?,
            notices: self.kept_notices(id)?,
            tickets: self.kept_tickets(id)?,
        })
    }

    fn erase_accounts(&mut self, ids: &[AccountId]) -> Result<()> {
        let ids: Vec<Id> = ids.iter().copied().map(Id::from).collect();
        let places: Vec<(Id, Id)> = on!(self.db, |db| members::table
            .filter(members::account_id.eq_any(&ids).assume_not_null())
            .select((members::tenant_id, members::id))
            .load(db))
        .understood()?;
        let begun: Vec<Option<Id>> = on!(self.db, |db| acceptances::table
            .filter(acceptances::account_id.eq_any(&ids))
            .filter(acceptances::registration_id.is_not_null())
            .select(acceptances::registration_id)
            .distinct()
            .load(db))
        .understood()?;
        let begun: Vec<Id> = begun.into_iter().flatten().collect();
        self.erase_places(&places)?;
        on!(self.db, |db| {
            let theirs = sessions::account_id.eq_any(&ids).assume_not_null();
            diesel::delete(sessions::table.filter(theirs)).execute(db)
        })
        .understood()?;
        on!(self.db, |db| {
            let theirs = challenges::account_id.eq_any(&ids).assume_not_null();
            diesel::delete(challenges::table.filter(theirs)).execute(db)
        })
        .understood()?;
        on!(self.db, |db| {
            diesel::delete(passwords::table.filter(passwords::account_id.eq_any(&ids))).execute(db)
        })
        .understood()?;
        on!(self.db, |db| { diesel::delete(totps::table.filter(totps::owner_id.eq_any(&ids))).execute(db) })
            .understood()?;
        on!(self.db, |db| {
            let theirs = devices::account_id.eq_any(&ids).assume_not_null();
            diesel::delete(devices::table.filter(theirs)).execute(db)
        })
        .understood()?;
        on!(self.db, |db| {
            diesel::delete(registrations::table.filter(registrations::id.eq_any(&begun))).execute(db)
        })
        .understood()?;
        on!(self.db, |db| {
            diesel::delete(takeovers::table.filter(takeovers::account_id.eq_any(&ids))).execute(db)
        })
        .understood()?;
        // Without the key, what the journal says of a person is noise, and the entry stays as it was written.
        let people: Vec<Id> = begun.iter().chain(&ids).copied().collect();
        on!(self.db, |db| {
            diesel::delete(person_keys::table.filter(person_keys::person_id.eq_any(&people))).execute(db)
        })
        .understood()?;
        // That something was accepted, and in which version, has to be provable; from where has not.
        on!(self.db, |db| {
            let theirs = acceptances::table.filter(acceptances::account_id.eq_any(&ids));
            diesel::update(theirs).set(acceptances::ip.eq(None::<String>)).execute(db)
        })
        .understood()?;
        on!(self.db, |db| diesel::delete(accounts::table.filter(accounts::id.eq_any(&ids))).execute(db))
            .understood()
            .map(drop)
    }
}

impl Tx<'_> {
    /// Erases the tickets of some members; their files are found by whoever tidies the documents.
    pub(crate) fn erase_tickets_of(&mut self, members: &[Id]) -> Result<()> {
        let owned: Vec<Id> = on!(self.db, |db| tickets::table
            .filter(tickets::member_id.eq_any(members).assume_not_null())
            .select(tickets::id)
            .load(db))
        .understood()?;
        self.erase_tickets(&owned)
    }

    pub(crate) fn erase_tickets(&mut self, ids: &[Id]) -> Result<()> {
        on!(self.db, |db| diesel::delete(
            ticket_messages::table.filter(ticket_messages::ticket_id.eq_any(ids))
        )
        .execute(db))
        .understood()?;
        on!(self.db, |db| diesel::delete(tickets::table.filter(tickets::id.eq_any(ids))).execute(db))
            .understood()
            .map(drop)
    }

    fn kept_places(&mut self, account: Id) -> Result<Vec<KeptMembership>> {
        let members = self.members_of_account(account)?;
        let tenants: Vec<Id> = members.iter().map(|member| member.tenant.into()).collect();
        let ids: Vec<Id> = members.iter().map(|member| member.id.into()).collect();
        let names: Vec<(Id, String)> = on!(self.db, |db| tenants::table
            .filter(tenants::tenant_id.eq_any(&tenants))
            .select((tenants::tenant_id, tenants::name))
            .load(db))
        .understood()?;
        let names: HashMap<Id, String> = names.into_iter().collect();
        let placed: Vec<(Id, Id, i64, Option<i64>, String)> = on!(self.db, |db| placed()
            .filter(placements::tenant_id.eq_any(&tenants))
            .filter(placements::member_id.eq_any(&ids))
            .order(departments::number)
            .select((
                placements::member_id,
                departments::id,
                placements::sort_order,
                placements::leads,
                departments::name,
            ))
            .load(db))
        .understood()?;
        let said: Vec<(Id, Id, String, String)> = on!(self.db, |db| {
            let of = member_fields::tenant_id
                .eq(member_values::tenant_id)
                .and(member_fields::id.eq(member_values::field_id));
            member_values::table
                .inner_join(member_fields::table.on(of))
                .filter(member_values::tenant_id.eq_any(&tenants))
                .filter(member_values::member_id.eq_any(&ids))
                .order(member_fields::sort_order)
                .select((
                    member_values::member_id,
                    member_fields::id,
                    member_fields::name,
                    member_values::value,
                ))
                .load(db)
        })
        .understood()?;
        let tagged: Vec<(Id, String)> = on!(self.db, |db| {
            let of = tags::tenant_id.eq(taggings::tenant_id).and(tags::id.eq(taggings::tag_id));
            taggings::table
                .inner_join(tags::table.on(of))
                .filter(taggings::tenant_id.eq_any(&tenants))
                .filter(taggings::member_id.eq_any(&ids))
                .order(tags::sort_key)
                .select((taggings::member_id, tags::name))
                .load(db)
        })
        .understood()?;
        let left = self.departures_of(&tenants, &ids)?;
        let membership = |member: Member| {
            let own = Id::from(member.id);
            let tenant_name = names.get(&Id::from(member.tenant)).cloned().unwrap_or_default();
            let (mut placements, mut departments) = (Vec::new(), Vec::new());
            for (_, department, order, leads, name) in placed.iter().filter(|(of, ..)| *of == own) {
                let leads = leads.is_some();
                placements.push(Placement { department: department.get(), order: *order, leads });
                departments.push(name.clone());
            }
            let theirs = || said.iter().filter(|(of, ..)| *of == own);
            let custom = theirs().map(|(_, _, field, value)| (field.clone(), value.clone())).collect();
            let values = theirs().map(|(_, field, _, value)| (field.get(), value.clone())).collect();
            let said = ListedMember { member, placements, custom: values };
            let had = left.iter().filter(|departure| Id::from(departure.member) == own);
            let had = had.flat_map(|departure| departure.tags.iter().map(|had| had.name.clone()));
            let now = tagged.iter().filter(|(of, _)| *of == own).map(|(_, name)| name.clone());
            let tags = now.chain(had).collect();
            KeptMembership { tenant_name, said, departments, tags, custom }
        };
        Ok(members.into_iter().map(membership).collect())
    }

    fn kept_devices(&mut self, account: Id) -> Result<Vec<KeptDevice>> {
        let rows: Vec<(Id, String, String, Instant)> = on!(self.db, |db| devices::table
            .filter(devices::account_id.eq(Some(account)))
            .order(devices::id)
            .select((devices::id, devices::name, devices::platform, devices::created_at))
            .load(db))
        .understood()?;
        let device = |(id, name, platform, at): (Id, String, String, Instant)| KeptDevice {
            id: id.0,
            name,
            platform,
            created_at: at.0,
        };
        Ok(rows.into_iter().map(device).collect())
    }

    fn kept_password(&mut self, account: Id) -> Result<Option<DateTime<Utc>>> {
        let set_at: Option<Instant> =
            on!(self.db, |db| passwords::table.find(account).select(passwords::set_at).first(db))
                .optional()
                .understood()?;
        Ok(set_at.map(|at| at.0))
    }

    fn kept_sessions(&mut self, account: Id) -> Result<Vec<KeptSession>> {
        type Found = (Id, Option<Id>, Instant, Instant, Option<String>, Option<Instant>);
        let rows: Vec<Found> = on!(self.db, |db| sessions::table
            .filter(sessions::account_id.eq(Some(account)))
            .order(sessions::id)
            .select((
                sessions::id,
                sessions::device_id,
                sessions::created_at,
                sessions::used_at,
                sessions::used_from,
                sessions::ended_at
            ))
            .load(db))
        .understood()?;
        let session = |(id, device, created_at, used_at, used_from, ended_at): Found| KeptSession {
            id: id.0,
            device: device.map(|device| device.0),
            created_at: created_at.0,
            used_at: used_at.0,
            used_from,
            ended_at: ended_at.map(|at| at.0),
        };
        Ok(rows.into_iter().map(session).collect())
    }

    fn kept_acceptances(&mut self, account: Id) -> Result<Vec<AcceptedVersion>> {
        type Found = (Id, String, Instant, Option<String>);
        let rows: Vec<Found> = on!(self.db, |db| acceptances::table
            .filter(acceptances::account_id.eq(account))
            .order(acceptances::id)
            .select((
                acceptances::agreement_id,
                acceptances::version,
                acceptances::accepted_at,
                acceptances::ip
            ))
            .load(db))
        .understood()?;
        let accepted =
            |(id, version, at, ip): Found| AcceptedVersion { agreement: id.0, version, at: at.0, ip };
        Ok(rows.into_iter().map(accepted).collect())
    }

    fn kept_notices(&mut self, account: Id) -> Result<Vec<PersonalNotice>> {
        let here = members::tenant_id.eq(notices::tenant_id).and(members::id.eq(notices::member_id));
        let rows: Vec<NoticeRow> = on!(self.db, |db| notices::table
            .inner_join(members::table.on(here))
            .filter(members::account_id.eq(Some(account)))
            .order(notices::id)
            .select(NoticeRow::as_select())
            .load(db))
        .understood()?;
        let notice =
            |row: NoticeRow| Ok(PersonalNotice { tenant: row.tenant_id.get(), notice: row.try_into()? });
        rows.into_iter().map(notice).collect()
    }

    fn kept_tickets(&mut self, account: Id) -> Result<Vec<KeptTicket>> {
        let here = members::id.eq(tickets::member_id.assume_not_null());
        let owned: Vec<TicketRow> = on!(self.db, |db| tickets::table
            .inner_join(members::table.on(here))
            .filter(members::account_id.eq(Some(account)))
            .order(tickets::id)
            .select(TicketRow::as_select())
            .load(db))
        .understood()?;
        let owned = owned.iter().map(|row| self.ticket_of(row)).collect::<Result<Vec<_>>>()?;
        let ids: Vec<Id> = owned.iter().map(|ticket| ticket.id.into()).collect();
        let said: Vec<MessageRow> = on!(self.db, |db| ticket_messages::table
            .filter(ticket_messages::ticket_id.eq_any(&ids))
            .filter(ticket_messages::internal.eq(false))
            .order(ticket_messages::id)
            .select(MessageRow::as_select())
            .load(db))
        .understood()?;
        let said = said.into_iter().map(|row| self.message_of(row)).collect::<Result<Vec<_>>>()?;
        let ticket = |ticket: domain::ticket::Ticket| KeptTicket {
            id: ticket.id,
            subject: ticket.card.subject.as_str().to_owned(),
            created_at: ticket.created_at,
            messages: said
                .iter()
                .filter(|message| message.ticket == ticket.id)
                .map(|message| KeptMessage {
                    author: message.author,
                    text: message.content.text.as_ref().map(|text| text.as_str().to_owned()),
                    has_file: message.content.attachment.is_some(),
                    at: message.at,
                })
                .collect(),
        };
        Ok(owned.into_iter().map(ticket).collect())
    }
}
