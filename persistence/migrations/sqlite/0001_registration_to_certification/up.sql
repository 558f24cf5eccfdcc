CREATE TABLE accounts (
    id BLOB NOT NULL PRIMARY KEY,
    mobile TEXT NOT NULL UNIQUE,
    email TEXT UNIQUE,
    seen_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE operators (
    id BLOB NOT NULL PRIMARY KEY,
    mobile TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE devices (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB,
    operator_id BLOB,
    token BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    platform TEXT NOT NULL,
    serial TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB,
    tenant_id BLOB,
    member_id BLOB,
    operator_id BLOB,
    factors TEXT NOT NULL,
    device_id BLOB,
    current_token BLOB NOT NULL,
    previous_token BLOB,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    used_from TEXT,
    idle_until INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE challenges (
    id BLOB NOT NULL PRIMARY KEY,
    token BLOB NOT NULL,
    account_id BLOB,
    operator_id BLOB,
    device_name TEXT NOT NULL,
    device_platform TEXT NOT NULL,
    device_serial TEXT,
    known_device_id BLOB,
    factors TEXT NOT NULL,
    tenant_id BLOB,
    ends_by INTEGER,
    expires_at INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE registrations (
    id BLOB NOT NULL PRIMARY KEY,
    token BLOB NOT NULL,
    organization TEXT NOT NULL,
    administrator TEXT NOT NULL,
    accepted TEXT NOT NULL,
    code_expires_at INTEGER NOT NULL,
    code_resend_after INTEGER NOT NULL,
    tenant_id BLOB,
    completed_at INTEGER,
    created_at INTEGER NOT NULL,
    begun_from TEXT,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE verifications (
    id BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    requester TEXT NOT NULL,
    contact TEXT NOT NULL,
    salt BLOB NOT NULL,
    generation INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts_left INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (purpose, subject, requester)
) STRICT;

CREATE TABLE code_sends (
    id BLOB NOT NULL PRIMARY KEY,
    contact TEXT NOT NULL,
    prefix TEXT,
    purpose TEXT NOT NULL,
    requester TEXT NOT NULL,
    realm TEXT NOT NULL,
    tenant_id BLOB,
    network TEXT,
    sent_at INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    UNIQUE (contact, realm, purpose, requester, slot)
) STRICT;

CREATE TABLE agreement_acceptances (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL,
    registration_id BLOB,
    agreement_id BLOB NOT NULL,
    version TEXT NOT NULL,
    accepted_at INTEGER NOT NULL,
    ip TEXT
) STRICT;

CREATE TABLE tenants (
    tenant_id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    organization_type TEXT NOT NULL,
    industry TEXT NOT NULL,
    staff_size TEXT NOT NULL,
    region TEXT NOT NULL,
    address_line TEXT NOT NULL,
    phone TEXT NOT NULL,
    short_name TEXT,
    website TEXT,
    contact_name TEXT,
    contact_phone TEXT,
    logo TEXT,
    created_at INTEGER NOT NULL,
    dissolves_at INTEGER,
    policy_version INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE departments (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    parent_id BLOB,
    number INTEGER NOT NULL,
    path TEXT NOT NULL,
    level INTEGER NOT NULL,
    sort_order INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    english_name TEXT,
    hidden INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    UNIQUE (tenant_id, path),
    UNIQUE (tenant_id, parent_id, name_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    account_id BLOB,
    userid TEXT NOT NULL,
    userid_key TEXT NOT NULL,
    name TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    alias TEXT,
    employee_number TEXT,
    position TEXT,
    gender TEXT,
    mobile TEXT,
    email TEXT,
    telephone TEXT,
    work_location TEXT,
    address TEXT,
    hire_date TEXT,
    leader_id BLOB,
    avatar TEXT,
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    department_id BLOB NOT NULL,
    hidden INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    invited_at INTEGER,
    joined_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, userid_key),
    UNIQUE (tenant_id, account_id),
    UNIQUE (tenant_id, mobile),
    UNIQUE (tenant_id, email)
) STRICT, WITHOUT ROWID;

CREATE TABLE certification_applications (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    number TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    organization_type TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_sealed BLOB,
    registration_key TEXT,
    state TEXT NOT NULL,
    attempt INTEGER,
    submitted_by BLOB,
    submitted_at INTEGER,
    due_at INTEGER,
    review_left INTEGER,
    due_provisional INTEGER,
    decided_at INTEGER,
    proposed_by BLOB,
    proposed_at INTEGER,
    respond_by INTEGER,
    ended_at INTEGER,
    retryable INTEGER,
    claim_holder BLOB,
    claim_expires_at INTEGER,
    last_decision_sealed BLOB,
    consent TEXT,
    hold TEXT,
    evidence TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE certification_attempts (
    tenant_id BLOB NOT NULL,
    application_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    subject TEXT NOT NULL,
    subject_sealed BLOB,
    documents TEXT NOT NULL,
    submitted_by BLOB NOT NULL,
    submitted_at INTEGER NOT NULL,
    proposal_sealed BLOB,
    outcome TEXT,
    decided_at INTEGER,
    decision_sealed BLOB,
    PRIMARY KEY (tenant_id, application_id, number)
) STRICT;

CREATE TABLE documents (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    application_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    page INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    kept_sha256 TEXT NOT NULL,
    width INTEGER,
    height INTEGER,
    sharpness INTEGER,
    pages INTEGER,
    reading TEXT,
    key_sealed BLOB NOT NULL,
    uploaded_by BLOB NOT NULL,
    uploaded_at INTEGER NOT NULL,
    removed_at INTEGER,
    erased_at INTEGER,
    PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE certificates (
    tenant_id BLOB NOT NULL PRIMARY KEY,
    application_id BLOB NOT NULL,
    registration_key TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_sealed BLOB,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    suspension TEXT,
    barred TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE certified_registrations (
    registration_key TEXT NOT NULL PRIMARY KEY,
    tenant_id BLOB NOT NULL,
    certified_at INTEGER NOT NULL
) STRICT;

CREATE TABLE reviews (
    id BLOB NOT NULL PRIMARY KEY,
    tenant_id BLOB NOT NULL,
    number TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    waiting INTEGER NOT NULL,
    state TEXT NOT NULL,
    legal_name TEXT NOT NULL,
    organization_type TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    submitted_by BLOB NOT NULL,
    submitted_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    review_left INTEGER NOT NULL,
    due_provisional INTEGER NOT NULL,
    respond_by INTEGER,
    claim_holder BLOB,
    claim_expires_at INTEGER
) STRICT;

CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL,
    tenant_id BLOB,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    session_id BLOB,
    ip TEXT,
    request_id TEXT NOT NULL,
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id BLOB NOT NULL,
    changes TEXT NOT NULL,
    person_id BLOB,
    personal BLOB,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE person_keys (
    person_id BLOB NOT NULL PRIMARY KEY,
    wrapped BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE jobs (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    lease_until INTEGER,
    lease_id BLOB,
    last_error TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE idempotency_records (
    scope BLOB NOT NULL PRIMARY KEY,
    fingerprint BLOB NOT NULL,
    answer_sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE notices (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    params TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    read_at INTEGER,
    PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE review_notes (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    application_id BLOB NOT NULL,
    operator_id BLOB NOT NULL,
    text_sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE saved_replies (
    id BLOB NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    code TEXT,
    remedy TEXT,
    message TEXT NOT NULL,
    changed_by BLOB NOT NULL,
    changed_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE review_work (
    id BLOB NOT NULL PRIMARY KEY,
    operator_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    application_id BLOB NOT NULL,
    attempt INTEGER NOT NULL,
    done_at INTEGER NOT NULL,
    took INTEGER NOT NULL,
    late INTEGER NOT NULL
) STRICT;

CREATE TABLE tickets (
    id BLOB NOT NULL PRIMARY KEY,
    tenant_id BLOB,
    member_id BLOB,
    registration_id BLOB,
    application_id BLOB,
    number TEXT,
    topic TEXT NOT NULL,
    card_sealed BLOB NOT NULL,
    priority INTEGER NOT NULL,
    state TEXT NOT NULL,
    assignee BLOB,
    resolved_at INTEGER,
    waiting_since INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    attachments INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE ticket_messages (
    ticket_id BLOB NOT NULL,
    id BLOB NOT NULL,
    author_kind TEXT NOT NULL,
    author_id BLOB,
    internal INTEGER NOT NULL,
    text_sealed BLOB,
    attachment_id BLOB,
    attachment TEXT,
    key_sealed BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ticket_id, id)
) STRICT;

CREATE TABLE dissolved_tenants (
    tenant_id BLOB NOT NULL PRIMARY KEY,
    dissolved_at INTEGER NOT NULL
) STRICT;

CREATE TABLE takeovers (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    number TEXT NOT NULL,
    registration_key TEXT NOT NULL,
    from_tenant BLOB NOT NULL,
    account_id BLOB NOT NULL,
    applicant BLOB NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    objection_until INTEGER NOT NULL,
    objection_sealed BLOB,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE permission_uses (
    tenant_id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    permission TEXT NOT NULL,
    used_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, member_id, permission)
) STRICT, WITHOUT ROWID;

CREATE TABLE ownership_offers (
    tenant_id BLOB NOT NULL PRIMARY KEY,
    member_id BLOB NOT NULL,
    offered_by BLOB NOT NULL,
    offered_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sms_messages (
    id BLOB NOT NULL PRIMARY KEY,
    mobile TEXT NOT NULL,
    template TEXT NOT NULL,
    carrier TEXT NOT NULL,
    reference TEXT,
    delivery TEXT NOT NULL,
    failure TEXT,
    sent_at INTEGER NOT NULL,
    reported_at INTEGER
) STRICT;

CREATE TABLE passwords (
    account_id BLOB NOT NULL PRIMARY KEY,
    hashes_sealed BLOB NOT NULL,
    set_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE guesses (
    guarded TEXT NOT NULL,
    subject TEXT NOT NULL,
    requester TEXT NOT NULL,
    count INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (guarded, subject, requester)
) STRICT;

CREATE TABLE signing_keys (
    id BLOB NOT NULL PRIMARY KEY,
    pkcs8_sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    signs_from INTEGER NOT NULL,
    retires_at INTEGER
) STRICT;

CREATE TABLE security_policies (
    tenant_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    changed_by BLOB NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, version)
) STRICT;

CREATE TABLE totps (
    owner_id BLOB NOT NULL PRIMARY KEY,
    realm TEXT NOT NULL,
    secrets_sealed BLOB NOT NULL,
    confirmed_at INTEGER,
    last_step INTEGER,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE member_devices (
    tenant_id BLOB NOT NULL,
    device_id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    decided_by BLOB,
    decided_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, device_id)
) STRICT;

CREATE TABLE corporate_serials (
    tenant_id BLOB NOT NULL,
    serial TEXT NOT NULL,
    added_by BLOB NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, serial)
) STRICT;

CREATE TABLE department_trees (
    tenant_id BLOB NOT NULL PRIMARY KEY,
    last_number INTEGER NOT NULL,
    departments INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE placements (
    tenant_id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    department_id BLOB NOT NULL,
    sort_order INTEGER NOT NULL,
    sort_key TEXT NOT NULL,
    leads INTEGER,
    PRIMARY KEY (tenant_id, member_id, department_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_fields (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    options TEXT NOT NULL,
    required INTEGER NOT NULL,
    is_unique INTEGER NOT NULL,
    visible INTEGER NOT NULL,
    sort_order INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_values (
    tenant_id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    field_id BLOB NOT NULL,
    value TEXT NOT NULL,
    unique_key TEXT,
    PRIMARY KEY (tenant_id, member_id, field_id),
    UNIQUE (tenant_id, field_id, unique_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitation_sends (
    id BLOB NOT NULL PRIMARY KEY,
    tenant_id BLOB NOT NULL,
    mobile TEXT NOT NULL,
    sent_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE invitation_links (
    id BLOB NOT NULL PRIMARY KEY,
    tenant_id BLOB NOT NULL,
    token TEXT NOT NULL UNIQUE,
    department_id BLOB NOT NULL,
    needs_approval INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE join_requests (
    id BLOB NOT NULL PRIMARY KEY,
    tenant_id BLOB NOT NULL,
    department_id BLOB NOT NULL,
    name TEXT NOT NULL,
    mobile TEXT NOT NULL,
    remark TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (tenant_id, mobile)
) STRICT, WITHOUT ROWID;

CREATE TABLE departures (
    tenant_id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    document TEXT NOT NULL,
    departed_at INTEGER NOT NULL,
    restorable_until INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, member_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_terms (
    tenant_id BLOB NOT NULL,
    term TEXT NOT NULL,
    member_id BLOB NOT NULL,
    groups INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, term, member_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE department_relations (
    tenant_id BLOB NOT NULL,
    from_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    to_id BLOB NOT NULL,
    PRIMARY KEY (tenant_id, from_id, kind, to_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_imports (
    id BLOB NOT NULL PRIMARY KEY,
    tenant_id BLOB NOT NULL,
    state TEXT NOT NULL,
    document TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    executed_at INTEGER,
    ended_at INTEGER,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE member_import_sheets (
    tenant_id BLOB NOT NULL,
    import_id BLOB NOT NULL,
    sheet BLOB NOT NULL,
    PRIMARY KEY (tenant_id, import_id)
) STRICT;

CREATE TABLE member_import_departments (
    tenant_id BLOB NOT NULL,
    import_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    id BLOB NOT NULL,
    parent_id BLOB NOT NULL,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    PRIMARY KEY (tenant_id, import_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_import_rows (
    tenant_id BLOB NOT NULL,
    import_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    sheet_row INTEGER,
    member_id BLOB NOT NULL,
    action TEXT NOT NULL,
    failed INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, import_id, position)
) STRICT;

CREATE TABLE scheduled_changes (
    id BLOB PRIMARY KEY,
    tenant_id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    effective_on TEXT NOT NULL,
    state TEXT NOT NULL,
    document TEXT NOT NULL,
    by_account BLOB NOT NULL,
    by_member BLOB NOT NULL,
    by_session BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tags (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE taggings (
    tenant_id BLOB NOT NULL,
    tag_id BLOB NOT NULL,
    member_id BLOB NOT NULL,
    PRIMARY KEY (tenant_id, tag_id, member_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE roles (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    description TEXT,
    permissions TEXT NOT NULL,
    fields TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE role_assignments (
    tenant_id BLOB NOT NULL,
    id BLOB NOT NULL,
    role_id BLOB NOT NULL,
    holder_kind TEXT NOT NULL,
    holder_id BLOB NOT NULL,
    range_kind TEXT NOT NULL,
    until INTEGER,
    granted_by BLOB NOT NULL,
    granted_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE role_assignment_departments (
    tenant_id BLOB NOT NULL,
    assignment_id BLOB NOT NULL,
    department_id BLOB NOT NULL,
    PRIMARY KEY (tenant_id, assignment_id, department_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE pictures (
    tenant_id BLOB NOT NULL,
    owner_id BLOB NOT NULL,
    size INTEGER NOT NULL,
    digest TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (tenant_id, owner_id, size)
) STRICT;

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
