//! Every operation, once. What is registered here is served and documented; nothing else is.

use actix_web::dev::HttpServiceFactory;
use actix_web::web::ServiceConfig;
use utoipa_actix_web::{AppExt, OpenApiFactory};

/// Takes operations in: to serve them, or to document them. Every worker of a server asks for them anew, and what documents them
/// costs many times what serves them.
pub(crate) trait Registry {
    /// Takes one in.
    fn service(&mut self, operation: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self;
}

impl Registry for ServiceConfig {
    fn service(&mut self, operation: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        Self::service(self, operation)
    }
}

impl Registry for utoipa_actix_web::service_config::ServiceConfig<'_> {
    fn service(&mut self, operation: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        Self::service(self, operation)
    }
}

/// Registers every operation.
pub(crate) fn routes(config: &mut impl Registry) {
    registration_routes(config);
    session_routes(config);
    certification_routes(config);
    organization_routes(config);
    profile_routes(config);
    department_routes(config);
    access_routes(config);
    person_routes(config);
    support_routes(config);
    platform_routes(config);
    carrier_routes(config);
    service_routes(config);
}

/// What comes before a tenant.
fn registration_routes(config: &mut impl Registry) {
    use crate::agreement::list::list_agreements;
    use crate::assessment::assess::assess_organization;
    use crate::reference::{list_industries, list_organization_types, list_regions};
    use crate::registration;
    use crate::registration::{correct, resend, start, verify};
    config
        .service(list_agreements)
        .service(list_organization_types::list_organization_types)
        .service(list_industries::list_industries)
        .service(list_regions::list_regions)
        .service(assess_organization)
        .service(start::start_registration)
        .service(registration::get::get_registration)
        .service(correct::correct_registration)
        .service(resend::resend_registration_code)
        .service(verify::verify_registration);
}

/// Signing in, and what somebody has to get in with.
fn session_routes(config: &mut impl Registry) {
    use crate::session::{bootstrap, challenge, create, end, invitations, me, own, refresh, switch};
    use crate::verification::request_code::request_code;
    use crate::{confirmation, contact, device, password, policy, totp};
    config
        .service(request_code)
        .service(create::create_session)
        .service(refresh::refresh_session)
        .service(end::end_session)
        .service(switch::switch_tenant)
        .service(switch::list_my_organizations)
        .service(invitations::list_my_invitations)
        .service(own::list_my_sessions)
        .service(own::end_my_session)
        .service(own::end_my_other_sessions)
        .service(challenge::get_challenge)
        .service(challenge::answer_challenge)
        .service(challenge::send_challenge_code)
        .service(challenge::begin_challenge_totp)
        .service(totp::get::get_totp)
        .service(totp::begin::begin_totp)
        .service(totp::confirm::confirm_totp)
        .service(totp::forget::forget_totp)
        .service(totp::recovery::renew_recovery_codes)
        .service(confirmation::send_code::send_confirmation_code)
        .service(confirmation::confirm::confirm)
        .service(device::list::list_devices)
        .service(device::list::list_my_devices)
        .service(device::decide::decide_device)
        .service(device::remove::remove_my_device)
        .service(device::serials::import_corporate_serials)
        .service(device::serials::list_corporate_serials)
        .service(device::serials::forget_corporate_serial)
        .service(policy::get::get_security_policy)
        .service(policy::update::update_security_policy)
        .service(policy::preview::preview_security_policy)
        .service(policy::versions::list_security_policy_versions)
        .service(policy::schema::get_security_policy_schema)
        .service(contact::send_code::send_mobile_code)
        .service(contact::send_code::send_email_code)
        .service(contact::change::change_my_mobile)
        .service(contact::change::change_my_email)
        .service(contact::remove::remove_my_email)
        .service(password::change::set_password)
        .service(password::reset::reset_password)
        .service(me::get_me)
        .service(bootstrap::get_my_bootstrap);
}

/// A tenant's certification.
fn certification_routes(config: &mut impl Registry) {
    use crate::certification::{
        begin, consent, delete_document, document_content, get, list_applications, look_up, precheck, submit,
        update_subject, upload_document, withdraw,
    };
    use crate::document_link;
    config
        .service(get::get_certification)
        .service(update_subject::update_certification_subject)
        .service(upload_document::upload_certification_document)
        .service(document_content::get_certification_document_content)
        .service(document_link::create::create_certification_document_link)
        .service(document_link::open::get_linked_document)
        .service(delete_document::delete_certification_document)
        .service(consent::request_certification_consent)
        .service(consent::give_certification_consent)
        .service(precheck::precheck_certification)
        .service(submit::submit_certification)
        .service(withdraw::withdraw_certification)
        .service(begin::begin_certification_application)
        .service(list_applications::list_certification_applications)
        .service(look_up::look_up_certification);
}

/// The people of an organization.
fn organization_routes(config: &mut impl Registry) {
    use crate::{departure, joining, member, member_field, member_import, scheduled_change, tag};
    config
        .service(member::list::list_members)
        .service(member::export::export_members)
        .service(member_import::create::start_member_import)
        .service(member_import::list::list_member_imports)
        .service(member_import::get::get_member_import)
        .service(member_import::rows::list_member_import_rows)
        .service(member_import::rows::list_member_import_departments)
        .service(member_import::execute::execute_member_import)
        .service(member_import::cancel::cancel_member_import)
        .service(member_import::watch::watch_member_import)
        .service(member_import::template::get_member_import_template)
        .service(member::create::invite_member)
        .service(member::bulk::update_members)
        .service(member::remind::send_invitation)
        .service(departure::preview::preview_departure)
        .service(departure::create::depart_member)
        .service(departure::get::get_departure)
        .service(departure::restore::restore_member)
        .service(departure::bulk::depart_members)
        .service(joining::link::create_invitation_link)
        .service(joining::link::list_invitation_links)
        .service(joining::link::delete_invitation_link)
        .service(joining::link::draw_invitation_link_svg)
        .service(joining::link::draw_invitation_link_png)
        .service(joining::see::see_invitation)
        .service(joining::ask::ask_to_join)
        .service(joining::decide::list_join_requests)
        .service(joining::decide::approve_join_request)
        .service(joining::decide::decline_join_request)
        .service(scheduled_change::create::schedule_member_change)
        .service(scheduled_change::list::list_scheduled_changes)
        .service(scheduled_change::get::get_scheduled_change)
        .service(scheduled_change::cancel::cancel_scheduled_change)
        .service(tag::list::list_tags)
        .service(tag::create::create_tag)
        .service(tag::get::get_tag)
        .service(tag::rename::update_tag)
        .service(tag::delete::delete_tag)
        .service(tag::members::change_tag_members)
        .service(tag::list::list_member_tags)
        .service(member_field::list::list_member_fields)
        .service(member_field::create::create_member_field)
        .service(member_field::update::update_member_field)
        .service(member_field::delete::delete_member_field)
        .service(member::get::get_member)
        .service(member::update::update_member)
        .service(member::avatar::set_member_avatar)
        .service(member::avatar::remove_member_avatar)
        .service(member::avatar::get_avatar);
}

/// What an organization shows.
fn profile_routes(config: &mut impl Registry) {
    use crate::organization::{get, logo, update};
    use crate::ownership::{self, accept, offer, withdraw};
    config
        .service(get::get_organization)
        .service(update::update_organization)
        .service(logo::set_organization_logo)
        .service(logo::remove_organization_logo)
        .service(logo::get_logo)
        .service(offer::offer_ownership)
        .service(ownership::get::get_ownership_offer)
        .service(accept::accept_ownership)
        .service(withdraw::withdraw_ownership_offer);
}

/// The departments of an organization.
fn department_routes(config: &mut impl Registry) {
    use crate::department::{create, delete, get, list, merge, relation, tree, update};
    config
        .service(tree::get_department_tree)
        .service(tree::draw_department_tree)
        .service(list::list_departments)
        .service(create::create_department)
        .service(get::get_department)
        .service(update::update_department)
        .service(delete::delete_department)
        .service(merge::merge_departments)
        .service(relation::list_department_relations)
        .service(relation::relate_departments)
        .service(relation::unrelate_departments);
}

/// Who may do what.
fn access_routes(config: &mut impl Registry) {
    use crate::access::{
        assign, assignments, create_role, delete_role, explain, mine, permissions, review, roles, templates,
        update_role, withdraw,
    };
    config
        .service(permissions::list_permissions)
        .service(templates::list_role_templates)
        .service(roles::list_roles)
        .service(roles::get_role)
        .service(create_role::create_role)
        .service(update_role::update_role)
        .service(delete_role::delete_role)
        .service(assignments::list_assignments)
        .service(assignments::get_assignment)
        .service(assign::create_assignment)
        .service(withdraw::delete_assignment)
        .service(review::list_access_review)
        .service(review::export_access_review)
        .service(explain::explain_access)
        .service(mine::get_my_permissions);
}

/// What is about the person who is signed in, and their organization as a whole.
fn person_routes(config: &mut impl Registry) {
    use crate::{dissolution, inbox, person, takeover};
    config
        .service(person::correct::correct_me)
        .service(person::export::export_my_data)
        .service(person::close::close_account)
        .service(dissolution::get::get_dissolution)
        .service(dissolution::ask::dissolve_organization)
        .service(dissolution::call_off::call_dissolution_off)
        .service(takeover::list::list_takeovers)
        .service(takeover::object::object_to_takeover)
        .service(inbox::list::list_inbox)
        .service(inbox::read::read_inbox)
        .service(inbox::read::read_notice);
}

/// Help.
fn support_routes(config: &mut impl Registry) {
    use crate::{help, ticket};
    config
        .service(help::list::list_help_articles)
        .service(help::get::get_help_article)
        .service(ticket::open::open_ticket)
        .service(ticket::list::list_tickets)
        .service(ticket::get::get_ticket)
        .service(ticket::message::list_ticket_messages)
        .service(ticket::message::write_ticket_message)
        .service(ticket::attachment::attach_ticket_file)
        .service(ticket::attachment::get_ticket_attachment_content)
        .service(ticket::resolve::resolve_ticket);
}

/// What operators do.
fn platform_routes(config: &mut impl Registry) {
    use crate::certification::certificate;
    use crate::review::replies;
    use crate::ticket::desk;
    use crate::{document_link, review, sms, takeover};
    config
        .service(document_link::create::create_review_document_link)
        .service(takeover::list::list_desk_takeovers)
        .service(takeover::decide::decide_takeover)
        .service(certificate::suspend_certificate)
        .service(certificate::reinstate_certificate)
        .service(review::list::list_reviews)
        .service(review::counts::count_reviews)
        .service(review::statistics::get_review_statistics)
        .service(review::list_operators::list_operators)
        .service(replies::list::list_saved_replies)
        .service(replies::create::create_saved_reply)
        .service(replies::update::update_saved_reply)
        .service(replies::delete::delete_saved_reply)
        .service(review::get::get_review)
        .service(review::document_content::get_review_document_content)
        .service(review::claim::claim_review)
        .service(review::release::release_review)
        .service(review::assign::assign_review)
        .service(review::compare::compare_review)
        .service(review::note::add_review_note)
        .service(review::hold::hold_review_documents)
        .service(review::hold::lift_review_hold)
        .service(review::decide::decide_review)
        .service(review::confirm::confirm_review)
        .service(review::decline::decline_review)
        .service(desk::list::list_desk_tickets)
        .service(desk::get::get_desk_ticket)
        .service(desk::update::update_desk_ticket)
        .service(desk::message::list_desk_messages)
        .service(desk::message::answer_ticket)
        .service(desk::attachment::attach_desk_file)
        .service(desk::attachment::get_desk_attachment_content)
        .service(sms::list::list_sms_messages);
}

/// What carriers of messages say.
fn carrier_routes(config: &mut impl Registry) {
    use crate::sms::receipts;
    config
        .service(receipts::receive_aliyun_reports)
        .service(receipts::receive_tencent_reports)
        .service(receipts::receive_twilio_report);
}

/// The service itself.
fn service_routes(config: &mut impl Registry) {
    use crate::system::{docs, error, health, jwks, meta, metrics, outbox};
    config
        .service(health::get_health)
        .service(health::get_readiness)
        .service(metrics::get_metrics)
        .service(jwks::get_jwks)
        .service(meta::get_meta)
        .service(error::get_error)
        .service(error::get_error_page)
        .service(docs::get_openapi_json)
        .service(docs::get_openapi_yaml)
        .service(docs::get_docs)
        .service(docs::get_docs_file)
        .service(outbox::list_outbox_messages);
}

/// What the handlers' annotations say, before it is finished.
pub(crate) fn documented() -> utoipa::openapi::OpenApi {
    let (_, document) =
        actix_web::App::new().into_utoipa_app().configure(|config| routes(config)).split_for_parts();
    document
}

/// What actix really serves, as method and path: for the test that holds it against the contract.
#[cfg(feature = "introspection")]
pub async fn served() -> Vec<(String, String)> {
    use actix_web::introspection::IntrospectionTree;
    use actix_web::{App, test, web};
    async fn report(tree: web::Data<IntrospectionTree>) -> String {
        tree.report_as_json()
    }
    let app = App::new().configure(routes).route("/introspection", web::get().to(report));
    let app = test::init_service(app).await;
    let report =
        test::call_and_read_body(&app, test::TestRequest::get().uri("/introspection").to_request()).await;
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap_or_default();
    let mut found = Vec::new();
    for item in report.as_array().into_iter().flatten() {
        let path = item["full_path"].as_str().unwrap_or_default().to_owned();
        for method in item["methods"].as_array().into_iter().flatten() {
            found.push((method.as_str().unwrap_or_default().to_owned(), path.clone()));
        }
    }
    found.retain(|(_, path)| path != "/introspection");
    found
}
