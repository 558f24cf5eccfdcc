CREATE TABLE accounts (
    id uuid NOT NULL PRIMARY KEY,
    mobile text COLLATE "C" NOT NULL UNIQUE,
    email text COLLATE "C" UNIQUE,
    seen_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE operators (
    id uuid NOT NULL PRIMARY KEY,
    mobile text COLLATE "C" NOT NULL UNIQUE,
    name text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE devices (
    id uuid NOT NULL PRIMARY KEY,
    account_id uuid,
    operator_id uuid,
    token bytea NOT NULL UNIQUE,
    name text COLLATE "C" NOT NULL,
    platform text COLLATE "C" NOT NULL,
    serial text COLLATE "C",
    created_at timestamptz NOT NULL
);

CREATE TABLE sessions (
    id uuid NOT NULL PRIMARY KEY,
    account_id uuid,
    tenant_id uuid,
    member_id uuid,
    operator_id uuid,
    factors text COLLATE "C" NOT NULL,
    device_id uuid,
    current_token bytea NOT NULL,
    previous_token bytea,
    created_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    used_from text COLLATE "C",
    idle_until timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    version bigint NOT NULL
);

CREATE TABLE challenges (
    id uuid NOT NULL PRIMARY KEY,
    token bytea NOT NULL,
    account_id uuid,
    operator_id uuid,
    device_name text COLLATE "C" NOT NULL,
    device_platform text COLLATE "C" NOT NULL,
    device_serial text COLLATE "C",
    known_device_id uuid,
    factors text COLLATE "C" NOT NULL,
    tenant_id uuid,
    ends_by timestamptz,
    expires_at timestamptz NOT NULL,
    answered boolean NOT NULL,
    version bigint NOT NULL
);

CREATE TABLE registrations (
    id uuid NOT NULL PRIMARY KEY,
    token bytea NOT NULL,
    organization jsonb NOT NULL,
    administrator jsonb NOT NULL,
    accepted jsonb NOT NULL,
    code_expires_at timestamptz NOT NULL,
    code_resend_after timestamptz NOT NULL,
    tenant_id uuid,
    completed_at timestamptz,
    created_at timestamptz NOT NULL,
    begun_from text COLLATE "C",
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL
);

CREATE TABLE verifications (
    id uuid NOT NULL PRIMARY KEY,
    purpose text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    requester text COLLATE "C" NOT NULL,
    contact text COLLATE "C" NOT NULL,
    salt bytea NOT NULL,
    generation bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    attempts_left bigint NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL,
    UNIQUE (purpose, subject, requester)
);

CREATE TABLE code_sends (
    id uuid NOT NULL PRIMARY KEY,
    contact text COLLATE "C" NOT NULL,
    prefix text COLLATE "C",
    purpose text COLLATE "C" NOT NULL,
    requester text COLLATE "C" NOT NULL,
    realm text COLLATE "C" NOT NULL,
    tenant_id uuid,
    network text COLLATE "C",
    sent_at timestamptz NOT NULL,
    slot bigint NOT NULL,
    UNIQUE (contact, realm, purpose, requester, slot)
);

CREATE TABLE agreement_acceptances (
    id uuid NOT NULL PRIMARY KEY,
    account_id uuid NOT NULL,
    registration_id uuid,
    agreement_id uuid NOT NULL,
    version text COLLATE "C" NOT NULL,
    accepted_at timestamptz NOT NULL,
    ip text COLLATE "C"
);

CREATE TABLE tenants (
    tenant_id uuid NOT NULL PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    organization_type text COLLATE "C" NOT NULL,
    industry text COLLATE "C" NOT NULL,
    staff_size text COLLATE "C" NOT NULL,
    region text COLLATE "C" NOT NULL,
    address_line text COLLATE "C" NOT NULL,
    phone text COLLATE "C" NOT NULL,
    short_name text COLLATE "C",
    website text COLLATE "C",
    contact_name text COLLATE "C",
    contact_phone text COLLATE "C",
    logo text COLLATE "C",
    created_at timestamptz NOT NULL,
    dissolves_at timestamptz,
    policy_version bigint NOT NULL,
    version bigint NOT NULL
);

CREATE TABLE departments (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    parent_id uuid,
    number bigint NOT NULL,
    path text COLLATE "C" NOT NULL,
    level bigint NOT NULL,
    sort_order bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    english_name text COLLATE "C",
    hidden boolean NOT NULL,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    UNIQUE (tenant_id, path),
    UNIQUE (tenant_id, parent_id, name_key)
);

CREATE TABLE members (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid,
    userid text COLLATE "C" NOT NULL,
    userid_key text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    sort_key text COLLATE "C" NOT NULL,
    alias text COLLATE "C",
    employee_number text COLLATE "C",
    position text COLLATE "C",
    gender text COLLATE "C",
    mobile text COLLATE "C",
    email text COLLATE "C",
    telephone text COLLATE "C",
    work_location text COLLATE "C",
    address text COLLATE "C",
    hire_date text COLLATE "C",
    leader_id uuid,
    avatar text COLLATE "C",
    role text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    department_id uuid NOT NULL,
    hidden boolean NOT NULL,
    created_at timestamptz NOT NULL,
    invited_at timestamptz,
    joined_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, userid_key),
    UNIQUE (tenant_id, account_id),
    UNIQUE (tenant_id, mobile),
    UNIQUE (tenant_id, email)
);

CREATE TABLE certification_applications (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    number text COLLATE "C" NOT NULL UNIQUE,
    kind text COLLATE "C" NOT NULL,
    organization_type text COLLATE "C" NOT NULL,
    subject jsonb NOT NULL,
    subject_sealed bytea,
    registration_key text COLLATE "C",
    state text COLLATE "C" NOT NULL,
    attempt bigint,
    submitted_by uuid,
    submitted_at timestamptz,
    due_at timestamptz,
    review_left bigint,
    due_provisional boolean,
    decided_at timestamptz,
    proposed_by uuid,
    proposed_at timestamptz,
    respond_by timestamptz,
    ended_at timestamptz,
    retryable boolean,
    claim_holder uuid,
    claim_expires_at timestamptz,
    last_decision_sealed bytea,
    consent jsonb,
    hold jsonb,
    evidence jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE certification_attempts (
    tenant_id uuid NOT NULL,
    application_id uuid NOT NULL,
    number bigint NOT NULL,
    subject jsonb NOT NULL,
    subject_sealed bytea,
    documents jsonb NOT NULL,
    submitted_by uuid NOT NULL,
    submitted_at timestamptz NOT NULL,
    proposal_sealed bytea,
    outcome text COLLATE "C",
    decided_at timestamptz,
    decision_sealed bytea,
    PRIMARY KEY (tenant_id, application_id, number)
);

CREATE TABLE documents (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    application_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    page bigint NOT NULL,
    media_type text COLLATE "C" NOT NULL,
    size bigint NOT NULL,
    sha256 text COLLATE "C" NOT NULL,
    kept_sha256 text COLLATE "C" NOT NULL,
    width bigint,
    height bigint,
    sharpness bigint,
    pages bigint,
    reading jsonb,
    key_sealed bytea NOT NULL,
    uploaded_by uuid NOT NULL,
    uploaded_at timestamptz NOT NULL,
    removed_at timestamptz,
    erased_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE certificates (
    tenant_id uuid NOT NULL PRIMARY KEY,
    application_id uuid NOT NULL,
    registration_key text COLLATE "C" NOT NULL,
    subject jsonb NOT NULL,
    subject_sealed bytea,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    suspension jsonb,
    barred jsonb NOT NULL
);

CREATE TABLE certified_registrations (
    registration_key text COLLATE "C" NOT NULL PRIMARY KEY,
    tenant_id uuid NOT NULL,
    certified_at timestamptz NOT NULL
);

CREATE TABLE reviews (
    id uuid NOT NULL PRIMARY KEY,
    tenant_id uuid NOT NULL,
    number text COLLATE "C" NOT NULL UNIQUE,
    kind text COLLATE "C" NOT NULL,
    waiting boolean NOT NULL,
    state text COLLATE "C" NOT NULL,
    legal_name text COLLATE "C" NOT NULL,
    organization_type text COLLATE "C" NOT NULL,
    attempt bigint NOT NULL,
    submitted_by uuid NOT NULL,
    submitted_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    review_left bigint NOT NULL,
    due_provisional boolean NOT NULL,
    respond_by timestamptz,
    claim_holder uuid,
    claim_expires_at timestamptz
);

CREATE TABLE journal (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL,
    written_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
    tenant_id uuid,
    actor_kind text COLLATE "C" NOT NULL,
    actor_id uuid,
    session_id uuid,
    ip text COLLATE "C",
    request_id text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL,
    target_kind text COLLATE "C" NOT NULL,
    target_id uuid NOT NULL,
    changes jsonb NOT NULL,
    person_id uuid,
    personal bytea,
    created_at timestamptz NOT NULL
);

CREATE TABLE person_keys (
    person_id uuid NOT NULL PRIMARY KEY,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE jobs (
    id uuid NOT NULL PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    payload jsonb NOT NULL,
    state text COLLATE "C" NOT NULL,
    due_at timestamptz NOT NULL,
    attempts bigint NOT NULL,
    lease_until timestamptz,
    lease_id uuid,
    last_error text COLLATE "C",
    created_at timestamptz NOT NULL
);

CREATE TABLE idempotency_records (
    scope bytea NOT NULL PRIMARY KEY,
    fingerprint bytea NOT NULL,
    answer_sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE notices (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    member_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    params jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    read_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE review_notes (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    application_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    text_sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE saved_replies (
    id uuid NOT NULL PRIMARY KEY,
    title text COLLATE "C" NOT NULL,
    code text COLLATE "C",
    remedy text COLLATE "C",
    message text COLLATE "C" NOT NULL,
    changed_by uuid NOT NULL,
    changed_at timestamptz NOT NULL,
    version bigint NOT NULL
);

CREATE TABLE review_work (
    id uuid NOT NULL PRIMARY KEY,
    operator_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    application_id uuid NOT NULL,
    attempt bigint NOT NULL,
    done_at timestamptz NOT NULL,
    took bigint NOT NULL,
    late boolean NOT NULL
);

CREATE TABLE tickets (
    id uuid NOT NULL PRIMARY KEY,
    tenant_id uuid,
    member_id uuid,
    registration_id uuid,
    application_id uuid,
    number text COLLATE "C",
    topic text COLLATE "C" NOT NULL,
    card_sealed bytea NOT NULL,
    priority bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    assignee uuid,
    resolved_at timestamptz,
    waiting_since timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    messages bigint NOT NULL,
    attachments bigint NOT NULL,
    version bigint NOT NULL
);

CREATE TABLE ticket_messages (
    ticket_id uuid NOT NULL,
    id uuid NOT NULL,
    author_kind text COLLATE "C" NOT NULL,
    author_id uuid,
    internal boolean NOT NULL,
    text_sealed bytea,
    attachment_id uuid,
    attachment jsonb,
    key_sealed bytea,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (ticket_id, id)
);

CREATE TABLE dissolved_tenants (
    tenant_id uuid NOT NULL PRIMARY KEY,
    dissolved_at timestamptz NOT NULL
);

CREATE TABLE takeovers (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    number text COLLATE "C" NOT NULL,
    registration_key text COLLATE "C" NOT NULL,
    from_tenant uuid NOT NULL,
    account_id uuid NOT NULL,
    applicant uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    objection_until timestamptz NOT NULL,
    objection_sealed bytea,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE permission_uses (
    tenant_id uuid NOT NULL,
    member_id uuid NOT NULL,
    permission text COLLATE "C" NOT NULL,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, member_id, permission)
);

CREATE TABLE ownership_offers (
    tenant_id uuid NOT NULL PRIMARY KEY,
    member_id uuid NOT NULL,
    offered_by uuid NOT NULL,
    offered_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE sms_messages (
    id uuid NOT NULL PRIMARY KEY,
    mobile text COLLATE "C" NOT NULL,
    template text COLLATE "C" NOT NULL,
    carrier text COLLATE "C" NOT NULL,
    reference text COLLATE "C",
    delivery text COLLATE "C" NOT NULL,
    failure text COLLATE "C",
    sent_at timestamptz NOT NULL,
    reported_at timestamptz
);

CREATE TABLE passwords (
    account_id uuid NOT NULL PRIMARY KEY,
    hashes_sealed bytea NOT NULL,
    set_at timestamptz NOT NULL,
    version bigint NOT NULL
);

CREATE TABLE guesses (
    guarded text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    requester text COLLATE "C" NOT NULL,
    count bigint NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (guarded, subject, requester)
);

CREATE TABLE signing_keys (
    id uuid NOT NULL PRIMARY KEY,
    pkcs8_sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    signs_from timestamptz NOT NULL,
    retires_at timestamptz
);

CREATE TABLE security_policies (
    tenant_id uuid NOT NULL,
    version bigint NOT NULL,
    document jsonb NOT NULL,
    changed_by uuid NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, version)
);

CREATE TABLE totps (
    owner_id uuid NOT NULL PRIMARY KEY,
    realm text COLLATE "C" NOT NULL,
    secrets_sealed bytea NOT NULL,
    confirmed_at timestamptz,
    last_step bigint,
    version bigint NOT NULL
);

CREATE TABLE member_devices (
    tenant_id uuid NOT NULL,
    device_id uuid NOT NULL,
    member_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, device_id)
);

CREATE TABLE corporate_serials (
    tenant_id uuid NOT NULL,
    serial text COLLATE "C" NOT NULL,
    added_by uuid NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, serial)
);

CREATE TABLE department_trees (
    tenant_id uuid NOT NULL PRIMARY KEY,
    last_number bigint NOT NULL,
    departments bigint NOT NULL,
    version bigint NOT NULL
);

CREATE TABLE placements (
    tenant_id uuid NOT NULL,
    member_id uuid NOT NULL,
    department_id uuid NOT NULL,
    sort_order bigint NOT NULL,
    sort_key text COLLATE "C" NOT NULL,
    leads bigint,
    PRIMARY KEY (tenant_id, member_id, department_id)
);

CREATE TABLE member_fields (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    options jsonb NOT NULL,
    required boolean NOT NULL,
    is_unique boolean NOT NULL,
    visible boolean NOT NULL,
    sort_order bigint NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE member_values (
    tenant_id uuid NOT NULL,
    member_id uuid NOT NULL,
    field_id uuid NOT NULL,
    value text COLLATE "C" NOT NULL,
    unique_key text COLLATE "C",
    PRIMARY KEY (tenant_id, member_id, field_id),
    UNIQUE (tenant_id, field_id, unique_key)
);

CREATE TABLE invitation_sends (
    id uuid NOT NULL PRIMARY KEY,
    tenant_id uuid NOT NULL,
    mobile text COLLATE "C" NOT NULL,
    sent_at timestamptz NOT NULL
);

CREATE TABLE invitation_links (
    id uuid NOT NULL PRIMARY KEY,
    tenant_id uuid NOT NULL,
    token text COLLATE "C" NOT NULL UNIQUE,
    department_id uuid NOT NULL,
    needs_approval boolean NOT NULL,
    expires_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE join_requests (
    id uuid NOT NULL PRIMARY KEY,
    tenant_id uuid NOT NULL,
    department_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    mobile text COLLATE "C" NOT NULL,
    remark text COLLATE "C",
    created_at timestamptz NOT NULL,
    UNIQUE (tenant_id, mobile)
);

CREATE TABLE departures (
    tenant_id uuid NOT NULL,
    member_id uuid NOT NULL,
    document jsonb NOT NULL,
    departed_at timestamptz NOT NULL,
    restorable_until timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, member_id)
);

CREATE TABLE member_terms (
    tenant_id uuid NOT NULL,
    term text COLLATE "C" NOT NULL,
    member_id uuid NOT NULL,
    groups bigint NOT NULL,
    PRIMARY KEY (tenant_id, term, member_id)
);

CREATE TABLE department_relations (
    tenant_id uuid NOT NULL,
    from_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    to_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, from_id, kind, to_id)
);

CREATE TABLE member_imports (
    id uuid NOT NULL PRIMARY KEY,
    tenant_id uuid NOT NULL,
    state text COLLATE "C" NOT NULL,
    document jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    executed_at timestamptz,
    ended_at timestamptz,
    version bigint NOT NULL
);

CREATE TABLE member_import_sheets (
    tenant_id uuid NOT NULL,
    import_id uuid NOT NULL,
    sheet bytea NOT NULL,
    PRIMARY KEY (tenant_id, import_id)
);

CREATE TABLE member_import_departments (
    tenant_id uuid NOT NULL,
    import_id uuid NOT NULL,
    position bigint NOT NULL,
    id uuid NOT NULL,
    parent_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    path text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, import_id, position)
);

CREATE TABLE member_import_rows (
    tenant_id uuid NOT NULL,
    import_id uuid NOT NULL,
    position bigint NOT NULL,
    sheet_row bigint,
    member_id uuid NOT NULL,
    action text COLLATE "C" NOT NULL,
    failed boolean NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (tenant_id, import_id, position)
);

CREATE TABLE scheduled_changes (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    member_id uuid NOT NULL,
    effective_on text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    document jsonb NOT NULL,
    by_account uuid NOT NULL,
    by_member uuid NOT NULL,
    by_session uuid NOT NULL,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    version bigint NOT NULL
);

CREATE TABLE tags (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    sort_key text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name_key)
);

CREATE TABLE taggings (
    tenant_id uuid NOT NULL,
    tag_id uuid NOT NULL,
    member_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, tag_id, member_id)
);

CREATE TABLE roles (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    sort_key text COLLATE "C" NOT NULL,
    description text COLLATE "C",
    permissions jsonb NOT NULL,
    fields jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name_key)
);

CREATE TABLE role_assignments (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    role_id uuid NOT NULL,
    holder_kind text COLLATE "C" NOT NULL,
    holder_id uuid NOT NULL,
    range_kind text COLLATE "C" NOT NULL,
    until timestamptz,
    granted_by uuid NOT NULL,
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE role_assignment_departments (
    tenant_id uuid NOT NULL,
    assignment_id uuid NOT NULL,
    department_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, assignment_id, department_id)
);

CREATE TABLE pictures (
    tenant_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    size bigint NOT NULL,
    digest text COLLATE "C" NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (tenant_id, owner_id, size)
);

CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX code_sends_contact ON code_sends (contact, realm, purpose, requester, sent_at);
CREATE INDEX code_sends_network ON code_sends (network, requester, sent_at);
CREATE INDEX code_sends_prefix ON code_sends (prefix, requester, sent_at);
CREATE INDEX code_sends_time ON code_sends (sent_at);
CREATE INDEX agreement_acceptances_account ON agreement_acceptances (account_id);
CREATE INDEX members_account ON members (account_id);
CREATE INDEX members_role ON members (tenant_id, role);
CREATE INDEX documents_application ON documents (tenant_id, application_id);
CREATE INDEX reviews_waiting ON reviews (waiting, due_at, id);
CREATE INDEX reviews_state ON reviews (state, due_at, id);
CREATE INDEX reviews_holder ON reviews (claim_holder, due_at, id);
CREATE INDEX journal_tenant ON journal (tenant_id, seq);
CREATE INDEX jobs_due ON jobs (state, due_at, id);
CREATE INDEX idempotency_records_end ON idempotency_records (expires_at);
CREATE INDEX verifications_end ON verifications (expires_at);
CREATE INDEX challenges_end ON challenges (expires_at);
CREATE INDEX sessions_end ON sessions (expires_at);
CREATE UNIQUE INDEX registrations_token ON registrations (token);
CREATE INDEX registrations_ended ON registrations (expires_at);
CREATE INDEX notices_member ON notices (tenant_id, member_id, created_at, id);
CREATE INDEX review_notes_application ON review_notes (tenant_id, application_id, id);
CREATE INDEX saved_replies_title ON saved_replies (title, id);
CREATE INDEX review_work_time ON review_work (done_at);
CREATE INDEX notices_unread ON notices (tenant_id, member_id) WHERE read_at IS NULL;
CREATE INDEX reviews_name ON reviews (legal_name);
CREATE INDEX reviews_provisional ON reviews (due_provisional, due_at);
CREATE INDEX reviews_type ON reviews (organization_type, waiting, due_at, id);
CREATE INDEX tickets_queue ON tickets (state, priority, waiting_since, id);
CREATE INDEX tickets_member ON tickets (tenant_id, member_id, id);
CREATE INDEX tickets_registration ON tickets (registration_id, id);
CREATE INDEX tickets_application ON tickets (application_id, id);
CREATE INDEX tickets_changed ON tickets (changed_at);
CREATE INDEX ticket_messages_attachment ON ticket_messages (attachment_id);
CREATE INDEX tickets_requester ON tickets (member_id);
CREATE INDEX devices_account ON devices (account_id);
CREATE INDEX registrations_tenant ON registrations (tenant_id);
CREATE INDEX takeovers_state ON takeovers (state, id);
CREATE INDEX takeovers_id ON takeovers (id);
CREATE INDEX reviews_tenant ON reviews (tenant_id);
CREATE INDEX certified_registrations_tenant ON certified_registrations (tenant_id);
CREATE INDEX challenges_account ON challenges (account_id);
CREATE INDEX takeovers_account ON takeovers (account_id);
CREATE INDEX takeovers_from ON takeovers (from_tenant);
CREATE UNIQUE INDEX takeovers_under_way ON takeovers (tenant_id) WHERE state IN ('open', 'objected');
CREATE INDEX sms_messages_mobile ON sms_messages (mobile, id);
CREATE INDEX sms_messages_reference ON sms_messages (carrier, reference);
CREATE INDEX sms_messages_time ON sms_messages (sent_at);
CREATE INDEX code_sends_tenant ON code_sends (tenant_id, sent_at);
CREATE INDEX guesses_last ON guesses (last_at);
CREATE INDEX member_devices_member ON member_devices (tenant_id, member_id, state);
CREATE INDEX sessions_device ON sessions (device_id);
CREATE INDEX members_state ON members (tenant_id, state, sort_key, id);
CREATE INDEX members_sorted ON members (tenant_id, sort_key, id);
CREATE INDEX tags_sorted ON tags (tenant_id, sort_key, id);
CREATE INDEX taggings_member ON taggings (tenant_id, member_id);
CREATE INDEX role_assignments_holder ON role_assignments (tenant_id, holder_kind, holder_id);
CREATE INDEX role_assignments_role ON role_assignments (tenant_id, role_id, id);
CREATE INDEX role_assignment_departments_department ON role_assignment_departments (tenant_id, department_id);
CREATE INDEX members_hidden ON members (tenant_id, id) WHERE hidden;
CREATE INDEX departments_hidden ON departments (tenant_id, path) WHERE hidden;
CREATE INDEX members_leader ON members (tenant_id, leader_id, sort_key, id);
CREATE INDEX members_mobile ON members (mobile) WHERE mobile IS NOT NULL;
CREATE INDEX invitation_sends_mobile ON invitation_sends (mobile, sent_at);
CREATE INDEX invitation_sends_tenant ON invitation_sends (tenant_id, sent_at);
CREATE INDEX invitation_sends_time ON invitation_sends (sent_at);
CREATE INDEX invitation_links_tenant ON invitation_links (tenant_id, expires_at);
CREATE INDEX invitation_links_end ON invitation_links (expires_at);
CREATE INDEX join_requests_tenant ON join_requests (tenant_id, id);
CREATE INDEX join_requests_time ON join_requests (created_at);
CREATE INDEX member_imports_state ON member_imports (tenant_id, state);
CREATE INDEX member_imports_tenant ON member_imports (tenant_id, id);
CREATE INDEX member_imports_time ON member_imports (created_at);
CREATE INDEX member_import_rows_action ON member_import_rows (tenant_id, import_id, action, position);
CREATE INDEX member_import_rows_failed ON member_import_rows (tenant_id, import_id, position) WHERE failed;
CREATE INDEX member_import_rows_member ON member_import_rows (tenant_id, member_id);
CREATE INDEX join_requests_mobile ON join_requests (mobile);
CREATE INDEX member_terms_member ON member_terms (tenant_id, member_id, term);
CREATE INDEX placements_department ON placements (tenant_id, department_id, sort_order, sort_key, member_id);
CREATE INDEX placements_leaders ON placements (tenant_id, department_id, leads) WHERE leads IS NOT NULL;
CREATE INDEX department_relations_to ON department_relations (tenant_id, to_id);
CREATE INDEX departments_below ON departments (tenant_id, parent_id, sort_order, number);
CREATE UNIQUE INDEX scheduled_changes_day ON scheduled_changes (tenant_id, member_id, effective_on) WHERE state = 'scheduled';
CREATE INDEX scheduled_changes_member ON scheduled_changes (tenant_id, member_id, state, effective_on, id);
CREATE INDEX scheduled_changes_state ON scheduled_changes (tenant_id, state, effective_on, id);
CREATE INDEX scheduled_changes_all ON scheduled_changes (tenant_id, effective_on, id);
CREATE INDEX scheduled_changes_due ON scheduled_changes (state, effective_on, tenant_id);
CREATE INDEX scheduled_changes_ended ON scheduled_changes (ended_at) WHERE ended_at IS NOT NULL;
