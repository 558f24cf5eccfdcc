//! The tables, as diesel sees them. A test holds them against both databases.
//!
//! `journal.written_in` (PostgreSQL only: the transaction that wrote the entry) is left out, because no query here reads
//! it: it is there for whoever puts entries of concurrent transactions in order.
#![allow(clippy::wildcard_imports, reason = "diesel's `table!` is written this way")]

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    accounts (id) {
        id -> Id,
        mobile -> Text,
        email -> Nullable<Text>,
        seen_at -> Instant,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    operators (id) {
        id -> Id,
        mobile -> Text,
        name -> Text,
        role -> Text,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    devices (id) {
        id -> Id,
        account_id -> Nullable<Id>,
        operator_id -> Nullable<Id>,
        token -> Binary,
        name -> Text,
        platform -> Text,
        serial -> Nullable<Text>,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    sessions (id) {
        id -> Id,
        account_id -> Nullable<Id>,
        tenant_id -> Nullable<Id>,
        member_id -> Nullable<Id>,
        operator_id -> Nullable<Id>,
        factors -> Text,
        device_id -> Nullable<Id>,
        current_token -> Binary,
        previous_token -> Nullable<Binary>,
        created_at -> Instant,
        used_at -> Instant,
        used_from -> Nullable<Text>,
        idle_until -> Instant,
        expires_at -> Instant,
        ended_at -> Nullable<Instant>,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    challenges (id) {
        id -> Id,
        token -> Binary,
        account_id -> Nullable<Id>,
        operator_id -> Nullable<Id>,
        device_name -> Text,
        device_platform -> Text,
        device_serial -> Nullable<Text>,
        known_device_id -> Nullable<Id>,
        factors -> Text,
        tenant_id -> Nullable<Id>,
        ends_by -> Nullable<Instant>,
        expires_at -> Instant,
        answered -> Bool,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    registrations (id) {
        id -> Id,
        token -> Binary,
        organization -> Json,
        administrator -> Json,
        accepted -> Json,
        code_expires_at -> Instant,
        code_resend_after -> Instant,
        tenant_id -> Nullable<Id>,
        completed_at -> Nullable<Instant>,
        created_at -> Instant,
        begun_from -> Nullable<Text>,
        expires_at -> Instant,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    verifications (id) {
        id -> Id,
        purpose -> Text,
        subject -> Text,
        requester -> Text,
        contact -> Text,
        salt -> Binary,
        generation -> BigInt,
        state -> Text,
        attempts_left -> BigInt,
        sent_at -> Instant,
        expires_at -> Instant,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    code_sends (id) {
        id -> Id,
        contact -> Text,
        prefix -> Nullable<Text>,
        purpose -> Text,
        requester -> Text,
        realm -> Text,
        tenant_id -> Nullable<Id>,
        network -> Nullable<Text>,
        sent_at -> Instant,
        slot -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    agreement_acceptances (id) {
        id -> Id,
        account_id -> Id,
        registration_id -> Nullable<Id>,
        agreement_id -> Id,
        version -> Text,
        accepted_at -> Instant,
        ip -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    tenants (tenant_id) {
        tenant_id -> Id,
        name -> Text,
        organization_type -> Text,
        industry -> Text,
        staff_size -> Text,
        region -> Text,
        address_line -> Text,
        phone -> Text,
        short_name -> Nullable<Text>,
        website -> Nullable<Text>,
        contact_name -> Nullable<Text>,
        contact_phone -> Nullable<Text>,
        logo -> Nullable<Text>,
        created_at -> Instant,
        dissolves_at -> Nullable<Instant>,
        policy_version -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    departments (tenant_id, id) {
        tenant_id -> Id,
        id -> Id,
        parent_id -> Nullable<Id>,
        number -> BigInt,
        path -> Text,
        level -> BigInt,
        sort_order -> BigInt,
        name -> Text,
        name_key -> Text,
        english_name -> Nullable<Text>,
        hidden -> Bool,
        created_at -> Instant,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    members (tenant_id, id) {
        tenant_id -> Id,
        id -> Id,
        account_id -> Nullable<Id>,
        userid -> Text,
        userid_key -> Text,
        name -> Text,
        sort_key -> Text,
        alias -> Nullable<Text>,
        employee_number -> Nullable<Text>,
        position -> Nullable<Text>,
        gender -> Nullable<Text>,
        mobile -> Nullable<Text>,
        email -> Nullable<Text>,
        telephone -> Nullable<Text>,
        work_location -> Nullable<Text>,
        address -> Nullable<Text>,
        hire_date -> Nullable<Text>,
        leader_id -> Nullable<Id>,
        avatar -> Nullable<Text>,
        role -> Text,
        state -> Text,
        department_id -> Id,
        hidden -> Bool,
        created_at -> Instant,
        invited_at -> Nullable<Instant>,
        joined_at -> Nullable<Instant>,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    certification_applications (tenant_id, id) {
        tenant_id -> Id,
        id -> Id,
        number -> Text,
        kind -> Text,
        organization_type -> Text,
        subject -> Json,
        subject_sealed -> Nullable<Binary>,
        registration_key -> Nullable<Text>,
        state -> Text,
        attempt -> Nullable<BigInt>,
        submitted_by -> Nullable<Id>,
        submitted_at -> Nullable<Instant>,
        due_at -> Nullable<Instant>,
        review_left -> Nullable<BigInt>,
        due_provisional -> Nullable<Bool>,
        decided_at -> Nullable<Instant>,
        proposed_by -> Nullable<Id>,
        proposed_at -> Nullable<Instant>,
        respond_by -> Nullable<Instant>,
        ended_at -> Nullable<Instant>,
        retryable -> Nullable<Bool>,
        claim_holder -> Nullable<Id>,
        claim_expires_at -> Nullable<Instant>,
        last_decision_sealed -> Nullable<Binary>,
        consent -> Nullable<Json>,
        hold -> Nullable<Json>,
        evidence -> Json,
        created_at -> Instant,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    certification_attempts (tenant_id, application_id, number) {
        tenant_id -> Id,
        application_id -> Id,
        number -> BigInt,
        subject -> Json,
        subject_sealed -> Nullable<Binary>,
        documents -> Json,
        submitted_by -> Id,
        submitted_at -> Instant,
        proposal_sealed -> Nullable<Binary>,
        outcome -> Nullable<Text>,
        decided_at -> Nullable<Instant>,
        decision_sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    documents (tenant_id, id) {
        tenant_id -> Id,
        id -> Id,
        application_id -> Id,
        kind -> Text,
        page -> BigInt,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Text,
        kept_sha256 -> Text,
        width -> Nullable<BigInt>,
        height -> Nullable<BigInt>,
        sharpness -> Nullable<BigInt>,
        pages -> Nullable<BigInt>,
        reading -> Nullable<Json>,
        key_sealed -> Binary,
        uploaded_by -> Id,
        uploaded_at -> Instant,
        removed_at -> Nullable<Instant>,
        erased_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    certificates (tenant_id) {
        tenant_id -> Id,
        application_id -> Id,
        registration_key -> Text,
        subject -> Json,
        subject_sealed -> Nullable<Binary>,
        valid_from -> Instant,
        valid_until -> Instant,
        suspension -> Nullable<Json>,
        barred -> Json,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    certified_registrations (registration_key) {
        registration_key -> Text,
        tenant_id -> Id,
        certified_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    reviews (id) {
        id -> Id,
        tenant_id -> Id,
        number -> Text,
        kind -> Text,
        waiting -> Bool,
        state -> Text,
        legal_name -> Text,
        organization_type -> Text,
        attempt -> BigInt,
        submitted_by -> Id,
        submitted_at -> Instant,
        due_at -> Instant,
        review_left -> BigInt,
        due_provisional -> Bool,
        respond_by -> Nullable<Instant>,
        claim_holder -> Nullable<Id>,
        claim_expires_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    journal (seq) {
        seq -> BigInt,
        id -> Id,
        tenant_id -> Nullable<Id>,
        actor_kind -> Text,
        actor_id -> Nullable<Id>,
        session_id -> Nullable<Id>,
        ip -> Nullable<Text>,
        request_id -> Text,
        action -> Text,
        target_kind -> Text,
        target_id -> Id,
        changes -> Json,
        person_id -> Nullable<Id>,
        personal -> Nullable<Binary>,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    person_keys (person_id) {
        person_id -> Id,
        wrapped -> Binary,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    jobs (id) {
        id -> Id,
        kind -> Text,
        payload -> Json,
        state -> Text,
        due_at -> Instant,
        attempts -> BigInt,
        lease_until -> Nullable<Instant>,
        lease_id -> Nullable<Id>,
        last_error -> Nullable<Text>,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    idempotency_records (scope) {
        scope -> Binary,
        fingerprint -> Binary,
        answer_sealed -> Binary,
        created_at -> Instant,
        expires_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    notices (tenant_id, id) {
        tenant_id -> Id,
        id -> Id,
        member_id -> Id,
        kind -> Text,
        params -> Json,
        created_at -> Instant,
        read_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    review_notes (tenant_id, id) {
        tenant_id -> Id,
        id -> Id,
        application_id -> Id,
        operator_id -> Id,
        text_sealed -> Binary,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    saved_replies (id) {
        id -> Id,
        title -> Text,
        code -> Nullable<Text>,
        remedy -> Nullable<Text>,
        message -> Text,
        changed_by -> Id,
        changed_at -> Instant,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    review_work (id) {
        id -> Id,
        operator_id -> Id,
        kind -> Text,
        application_id -> Id,
        attempt -> BigInt,
        done_at -> Instant,
        took -> BigInt,
        late -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    tickets (id) {
        id -> Id,
        tenant_id -> Nullable<Id>,
        member_id -> Nullable<Id>,
        registration_id -> Nullable<Id>,
        application_id -> Nullable<Id>,
        number -> Nullable<Text>,
        topic -> Text,
        card_sealed -> Binary,
        priority -> BigInt,
        state -> Text,
        assignee -> Nullable<Id>,
        resolved_at -> Nullable<Instant>,
        waiting_since -> Instant,
        created_at -> Instant,
        changed_at -> Instant,
        messages -> BigInt,
        attachments -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    ticket_messages (ticket_id, id) {
        ticket_id -> Id,
        id -> Id,
        author_kind -> Text,
        author_id -> Nullable<Id>,
        internal -> Bool,
        text_sealed -> Nullable<Binary>,
        attachment_id -> Nullable<Id>,
        attachment -> Nullable<Json>,
        key_sealed -> Nullable<Binary>,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    dissolved_tenants (tenant_id) {
        tenant_id -> Id,
        dissolved_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant};

    permission_uses (tenant_id, member_id, permission) {
        tenant_id -> Id,
        member_id -> Id,
        permission -> Text,
        used_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant};

    ownership_offers (tenant_id) {
        tenant_id -> Id,
        member_id -> Id,
        offered_by -> Id,
        offered_at -> Instant,
        expires_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    takeovers (tenant_id, id) {
        tenant_id -> Id,
        id -> Id,
        number -> Text,
        registration_key -> Text,
        from_tenant -> Id,
        account_id -> Id,
        applicant -> Id,
        name -> Text,
        state -> Text,
        objection_until -> Instant,
        objection_sealed -> Nullable<Binary>,
        created_at -> Instant,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    sms_messages (id) {
        id -> Id,
        mobile -> Text,
        template -> Text,
        carrier -> Text,
        reference -> Nullable<Text>,
        delivery -> Text,
        failure -> Nullable<Text>,
        sent_at -> Instant,
        reported_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    passwords (account_id) {
        account_id -> Id,
        hashes_sealed -> Binary,
        set_at -> Instant,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    guesses (guarded, subject, requester) {
        guarded -> Text,
        subject -> Text,
        requester -> Text,
        count -> BigInt,
        first_at -> Instant,
        last_at -> Instant,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    signing_keys (id) {
        id -> Id,
        pkcs8_sealed -> Binary,
        created_at -> Instant,
        signs_from -> Instant,
        retires_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    security_policies (tenant_id, version) {
        tenant_id -> Id,
        version -> BigInt,
        document -> Json,
        changed_by -> Id,
        changed_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    totps (owner_id) {
        owner_id -> Id,
        realm -> Text,
        secrets_sealed -> Binary,
        confirmed_at -> Nullable<Instant>,
        last_step -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    member_devices (tenant_id, device_id) {
        tenant_id -> Id,
        device_id -> Id,
        member_id -> Id,
        kind -> Text,
        state -> Text,
        created_at -> Instant,
        decided_by -> Nullable<Id>,
        decided_at -> Nullable<Instant>,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    corporate_serials (tenant_id, serial) {
        tenant_id -> Id,
        serial -> Text,
        added_by -> Id,
        added_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    department_trees (tenant_id) {
        tenant_id -> Id,
        last_number -> BigInt,
        departments -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    placements (tenant_id, member_id, department_id) {
        tenant_id -> Id,
        member_id -> Id,
        department_id -> Id,
        sort_order -> BigInt,
        sort_key -> Text,
        leads -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    member_fields (tenant_id, id) {
        tenant_id -> Id,
        id -> Id,
        name -> Text,
        kind -> Text,
        options -> Json,
        required -> Bool,
        is_unique -> Bool,
        visible -> Bool,
        sort_order -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    member_values (tenant_id, member_id, field_id) {
        tenant_id -> Id,
        member_id -> Id,
        field_id -> Id,
        value -> Text,
        unique_key -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    invitation_sends (id) {
        id -> Id,
        tenant_id -> Id,
        mobile -> Text,
        sent_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    invitation_links (id) {
        id -> Id,
        tenant_id -> Id,
        token -> Text,
        department_id -> Id,
        needs_approval -> Bool,
        expires_at -> Instant,
        created_by -> Id,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    join_requests (id) {
        id -> Id,
        tenant_id -> Id,
        department_id -> Id,
        name -> Text,
        mobile -> Text,
        remark -> Nullable<Text>,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    member_imports (id) {
        id -> Id,
        tenant_id -> Id,
        state -> Text,
        document -> Json,
        created_at -> Instant,
        executed_at -> Nullable<Instant>,
        ended_at -> Nullable<Instant>,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    member_import_sheets (tenant_id, import_id) {
        tenant_id -> Id,
        import_id -> Id,
        sheet -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    member_import_departments (tenant_id, import_id, position) {
        tenant_id -> Id,
        import_id -> Id,
        position -> BigInt,
        id -> Id,
        parent_id -> Id,
        name -> Text,
        path -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    member_import_rows (tenant_id, import_id, position) {
        tenant_id -> Id,
        import_id -> Id,
        position -> BigInt,
        sheet_row -> Nullable<BigInt>,
        member_id -> Id,
        action -> Text,
        failed -> Bool,
        document -> Json,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    departures (tenant_id, member_id) {
        tenant_id -> Id,
        member_id -> Id,
        document -> Json,
        departed_at -> Instant,
        restorable_until -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    member_terms (tenant_id, term, member_id) {
        tenant_id -> Id,
        term -> Text,
        member_id -> Id,
        groups -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    department_relations (tenant_id, from_id, kind, to_id) {
        tenant_id -> Id,
        from_id -> Id,
        kind -> Text,
        to_id -> Id,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    pictures (tenant_id, owner_id, size) {
        tenant_id -> Id,
        owner_id -> Id,
        size -> BigInt,
        digest -> Text,
        bytes -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    tags (tenant_id, id) {
        tenant_id -> Id,
        id -> Id,
        name -> Text,
        name_key -> Text,
        sort_key -> Text,
        created_at -> Instant,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    taggings (tenant_id, tag_id, member_id) {
        tenant_id -> Id,
        tag_id -> Id,
        member_id -> Id,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    roles (tenant_id, id) {
        tenant_id -> Id,
        id -> Id,
        name -> Text,
        name_key -> Text,
        sort_key -> Text,
        description -> Nullable<Text>,
        permissions -> Json,
        fields -> Json,
        created_at -> Instant,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    role_assignments (tenant_id, id) {
        tenant_id -> Id,
        id -> Id,
        role_id -> Id,
        holder_kind -> Text,
        holder_id -> Id,
        range_kind -> Text,
        until -> Nullable<Instant>,
        granted_by -> Id,
        granted_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    role_assignment_departments (tenant_id, assignment_id, department_id) {
        tenant_id -> Id,
        assignment_id -> Id,
        department_id -> Id,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::sql_type::sql::{Id, Instant, Json};

    scheduled_changes (id) {
        id -> Id,
        tenant_id -> Id,
        member_id -> Id,
        effective_on -> Text,
        state -> Text,
        document -> Json,
        by_account -> Id,
        by_member -> Id,
        by_session -> Id,
        created_at -> Instant,
        ended_at -> Nullable<Instant>,
        version -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    certificates,
    certification_applications,
    certified_registrations,
    members,
    notices,
    operators,
    review_work,
    sessions,
    member_devices,
    security_policies,
    passwords,
    totps,
    tenants,
    tickets,
    departments,
    placements,
    member_terms,
    member_values,
    member_fields,
    department_relations,
    tags,
    taggings,
    roles,
    role_assignments,
    role_assignment_departments,
    devices
);

diesel::allow_columns_to_appear_in_same_group_by_clause!(
    review_work::operator_id,
    operators::name,
    review_work::kind,
    review_work::late,
);
