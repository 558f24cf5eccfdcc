//! Messages that were given to carriers. A global table: a number may have no account yet.

use crate::account::stored_mobile;
use crate::connection::on;
use crate::error::{Understood, corrupt};
use crate::schema::sms_messages;
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::error::Result;
use domain::id::SmsId;
use domain::message::Template;
use domain::phone::MobileNumber;
use domain::sms::{Carrier, Delivery, Failure, Receipt, SentSms, SmsStore};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sms_messages, treat_none_as_default_value = false)]
struct Row {
    id: Id,
    mobile: String,
    template: String,
    carrier: String,
    reference: Option<String>,
    delivery: String,
    failure: Option<String>,
    sent_at: Instant,
    reported_at: Option<Instant>,
}

impl TryFrom<Row> for SentSms {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |column: &str| corrupt("sms_messages", row.id.0, column);
        Ok(Self {
            id: row.id.get(),
            mobile: stored_mobile("sms_messages", row.id.0, &row.mobile)?,
            template: Template::find(&row.template).ok_or_else(|| wrong("template"))?,
            carrier: Carrier::find(&row.carrier).ok_or_else(|| wrong("carrier"))?,
            reference: row.reference.clone(),
            delivery: Delivery::find(&row.delivery).ok_or_else(|| wrong("delivery"))?,
            failure: match &row.failure {
                None => None,
                Some(word) => Some(Failure::find(word).ok_or_else(|| wrong("failure"))?),
            },
            sent_at: row.sent_at.0,
            reported_at: row.reported_at.map(|at| at.0),
        })
    }
}

impl SmsStore for Tx<'_> {
    fn insert_sms(&mut self, sms: &SentSms) -> Result<()> {
        let row = Row {
            id: sms.id.into(),
            mobile: sms.mobile.as_str().to_owned(),
            template: sms.template.name().to_owned(),
            carrier: sms.carrier.name().to_owned(),
            reference: sms.reference.clone(),
            delivery: sms.delivery.name().to_owned(),
            failure: sms.failure.map(|failure| failure.name().to_owned()),
            sent_at: sms.sent_at.into(),
            reported_at: sms.reported_at.map(Instant::from),
        };
        on!(self.db, |db| diesel::insert_into(sms_messages::table).values(&row).execute(db)).understood()?;
        Ok(())
    }

    fn settle_sms(&mut self, carrier: Carrier, receipt: &Receipt, now: DateTime<Utc>) -> Result<bool> {
        let on_its_way = sms_messages::table
            .filter(sms_messages::carrier.eq(carrier.name()))
            .filter(sms_messages::reference.eq(Some(&receipt.reference)))
            .filter(sms_messages::delivery.eq(Delivery::Accepted.name()));
        let delivery = if receipt.failure.is_some() { Delivery::Failed } else { Delivery::Delivered };
        let reported = (
            sms_messages::delivery.eq(delivery.name()),
            sms_messages::failure.eq(receipt.failure.map(Failure::name)),
            sms_messages::reported_at.eq(Some(Instant(now))),
        );
        let settled = on!(self.db, |db| diesel::update(on_its_way).set(reported).execute(db)).understood()?;
        Ok(settled > 0)
    }

    fn sms_to(&mut self, mobile: &MobileNumber, after: Option<SmsId>, limit: u32) -> Result<Vec<SentSms>> {
        let rows: Vec<Row> = on!(self.db, |db| {
            let mut query: sms_messages::BoxedQuery<'_, _> = sms_messages::table.into_boxed();
            query = query.filter(sms_messages::mobile.eq(mobile.as_str()));
            if let Some(after) = after {
                query = query.filter(sms_messages::id.lt(Id::from(after)));
            }
            query.order(sms_messages::id.desc()).limit(limit.into()).select(Row::as_select()).load(db)
        })
        .understood()?;
        rows.into_iter().map(SentSms::try_from).collect()
    }
}
