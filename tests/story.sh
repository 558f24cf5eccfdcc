#!/usr/bin/env bash
# The main job over plain HTTP, against a running server: a company registers with an SMS code, uploads its documents,
# submits them; a reviewer sends them back, the company answers, the reviewer approves; anyone with the number looks up. In
# the second act a license is blurred, a number does not fit, the clock is paused, two reviewers reject for good, and a ticket names
# the certification. In the third, the owner sets a password and an email address, sets an authenticator up, and asks a second factor of all administrators.
#
#   tests/story.sh [base URL, default http://127.0.0.1:8080]
#
# Needs curl and python3. GONGPAI names the binary that adds the operator (default: the one of target/debug or
# target/release that was built last); it works on the same settings as the server.
set -euo pipefail
cd "$(dirname "$0")/.."
base=${1:-http://127.0.0.1:8080}
binary=${GONGPAI:-}
[ -n "$binary" ] || binary=$({ ls -t target/debug/gongpai target/release/gongpai 2>/dev/null || true; } | head -n 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
field() { python3 -c 'import json,sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."):
    value = value[int(key)] if key.isdigit() else value[key]
print(value)' "$work/body" "$1"; }
show() { python3 -c 'import json,sys
text = json.dumps(json.load(open(sys.argv[1])), ensure_ascii=False, indent=2)
lines = text.split("\n")
print("\n".join(lines[:24] + (["  …"] if len(lines) > 24 else [])))' "$work/body"; }
# call METHOD PATH EXPECTED_STATUS [curl arguments…]: prints the request, checks the status, shows the answer.
call() {
  local method=$1 path=$2 expected=$3; shift 3
  local status
  status=$(curl -sS -o "$work/body" -D "$work/head" -w '%{http_code}' -X "$method" "$base$path" "$@")
  printf '%s %s → %s\n' "$method" "$path" "$status"
  [ -s "$work/body" ] && { show 2>/dev/null || true; }
  if [ "$status" != "$expected" ]; then echo "expected $expected" >&2; exit 1; fi
}
etag() { tr -d '\r' < "$work/head" | awk 'tolower($1)=="etag:" {print $2}'; }
code_for() { # the newest code sent to a number or an email address, from the development outbox
  local to=mobile; case "$1" in *@*) to=email;; esac
  curl -sS "$base/dev/outbox?kind=code&wait=5&limit=1&$to=$1${2:+&after=$2}" > "$work/body"; field data.0.code; }
# The steps that both acts take.
register() { # register NAME MOBILE: leaves the company's token in `auth`
  call POST /v1/registrations 201 -H 'content-type: application/json' -H "idempotency-key: story-$2" -d "{
  \"organization\": {\"name\": \"$1\", \"type\": \"enterprise\", \"industry\": \"I65\", \"staff_size\": \"50_199\",
    \"address\": {\"region\": \"440305\", \"line\": \"科技园路 1 号\"}, \"phone\": \"0755-86001234\"},
  \"administrator\": {\"name\": \"王小明\", \"position\": \"行政经理\", \"mobile\": \"$2\", \"is_legal_representative\": true},
  \"accepted_agreements\": $agreements}"
  registration=$(field id); registration_token=$(field registration_token)
}
operator() { # operator MOBILE NAME ROLE: leaves the operator's token in `operator`
  "$binary" operator add --mobile "$1" --name "$2" --role "$3" --json
  call POST /v1/codes 202 -H 'content-type: application/json' -d "{\"purpose\": \"sign_in\", \"realm\": \"platform\", \"mobile\": \"$1\"}"
  local code; code=$(code_for "$1")
  call POST /v1/sessions 201 -H 'content-type: application/json' -d "{\"realm\": \"platform\", \"method\": \"sms_code\", \"mobile\": \"$1\", \"code\": \"$code\", \"device\": $device}"
  operator=(-H "authorization: Bearer $(field session.access_token)")
}
write() { # write JSON: part of the subject, based on the newest version
  call GET /v1/certification 200 "${auth[@]}"
  call PATCH /v1/certification/subject 200 "${auth[@]}" -H "if-match: $(etag)" -H 'content-type: application/json' -d "$1"
}
decide() { call POST "/v1/platform/reviews/$application/decision" 200 "${operator[@]}" -H 'content-type: application/json' -d "$1"; }
submit() { call POST /v1/certification/submission "$1" "${auth[@]}" -H 'content-type: application/json' -d "{\"accepted_agreements\": $consent}"; }
random_mobile() { python3 -c 'import random; print("139%08d" % random.randrange(10**8))'; }

# A real JPEG and a real PDF of our own making.
python3 tests/fixtures/make.py "$work"

owner=$(random_mobile); reviewer=$(random_mobile); senior=$(random_mobile); support=$(random_mobile)
device='{"name": "王小明的浏览器", "platform": "web"}'
name="深圳市工牌科技有限公司"
credit_code=$(python3 tests/fixtures/credit_code.py)

say "What has to be accepted"
call GET /v1/agreements 200
agreements=$(python3 -c 'import json,sys
print(json.dumps([{"id": a["id"], "version": a["version"]} for a in json.load(open(sys.argv[1]))["data"] if a["required"]]))' "$work/body")
consent=$(python3 -c 'import json,sys
print(json.dumps([{"id": a["id"], "version": a["version"]} for a in json.load(open(sys.argv[1]))["data"] if "certification" in a["required_for"]]))' "$work/body")

say "A company begins to register"
register "$name" "$owner"

say "The SMS arrives, and a wrong code costs an attempt"
code=$(code_for "$owner"); echo "code: $code"
wrong=$(printf '%06d' $(( (10#$code + 1) % 1000000 )))
call POST "/v1/registrations/$registration/verification" 422 -H "authorization: Bearer $registration_token" \
  -H 'content-type: application/json' -d "{\"code\": \"$wrong\", \"device\": $device}"

say "The right code makes the tenant, its owner and a session"
call POST "/v1/registrations/$registration/verification" 201 -H "authorization: Bearer $registration_token" \
  -H 'content-type: application/json' -d "{\"code\": \"$code\", \"device\": $device}"
token=$(field session.access_token)
auth=(-H "authorization: Bearer $token")

say "Who am I"
call GET /v1/me 200 "${auth[@]}"

say "What is missing"
call GET /v1/certification 200 "${auth[@]}"
version=$(etag)

say "The subject, in two steps: any subset saves"
call PATCH /v1/certification/subject 200 "${auth[@]}" -H "if-match: $version" -H 'content-type: application/json' -d "{
  \"legal_name\": \"$name\", \"registration\": {\"kind\": \"credit_code\", \"number\": \"$credit_code\"}}"
version=$(etag)
call PATCH /v1/certification/subject 200 "${auth[@]}" -H "if-match: $version" -H 'content-type: application/json' -d "{
  \"registered_address\": {\"region\": \"440305\", \"line\": \"科技园路 1 号\"}, \"license_term\": {\"kind\": \"long_term\"},
  \"representative\": {\"name\": \"王小明\", \"capacity\": \"legal_representative\", \"id_kind\": \"resident_id\",
    \"id_number\": \"11010519491231002X\", \"id_term\": {\"kind\": \"fixed\", \"until\": \"2039-06-30\"}, \"mobile\": \"$owner\"},
  \"applicant\": {\"is_representative\": true}}"

say "The documents: a JPEG and a PDF"
call POST /v1/certification/documents 201 "${auth[@]}" -F kind=business_license -F "file=@$work/license.jpg"
license=$(field id)
call POST /v1/certification/documents 201 "${auth[@]}" -F kind=id_document_front -F "file=@$work/id.pdf"

say "Submitting too early is refused with the findings"
submit 422
call POST /v1/certification/documents 201 "${auth[@]}" -F kind=id_document_back -F "file=@$work/id.pdf"
call POST /v1/certification/precheck 200 "${auth[@]}"

say "Submission"
submit 201
application=$(field application.id); number=$(field application.number); submitted_on=$(field application.submitted_on)

say "gongpai operator add"
operator "$reviewer" "李审核" reviewer
reviewing=("${operator[@]}")

say "The queue, the case, a document, the claim"
call GET "/v1/platform/reviews?limit=5&count=true" 200 "${operator[@]}"
call GET "/v1/platform/reviews/$application" 200 "${operator[@]}"
curl -sS -o "$work/seen.jpg" -w 'document: %{http_code} %{content_type} %{size_download} bytes\n' \
  "$base/v1/platform/reviews/$application/documents/$license/content" "${operator[@]}"
call POST "/v1/platform/reviews/$application/claim" 200 "${operator[@]}"

say "Rejected, with a finding"
decide '{
  "outcome": "reject", "attempt": 1,
  "findings": [{"requirement": "business_license", "code": "document_blurry", "message": "执照右下角看不清，请重新拍摄。"}]}'
call GET /v1/certification 200 "${auth[@]}" -H 'accept-language: zh-CN'
echo "state: $(field application.state); finding: $(field application.findings.0.message)"

say "Only what was found wanting is sent again"
call POST /v1/certification/documents 201 "${auth[@]}" -F kind=business_license -F "replaces=$license" -F "file=@$work/license-2.jpg"
submit 201

say "Approved"
call POST "/v1/platform/reviews/$application/claim" 200 "${operator[@]}"
decide '{"outcome": "approve", "attempt": 2}'
call GET /v1/certification 200 "${auth[@]}"
echo "certificate: $(field certificate.state) until $(field certificate.valid_until)"

say "Anyone with the number and the day looks up"
call GET "/v1/certification-status?number=$number&submitted_on=$submitted_on" 200
[ "$(field state)" = approved ]

say "Signing out"
call DELETE /v1/sessions/current 204 "${auth[@]}"
call GET /v1/me 401 "${auth[@]}"

say "Act two: another company, with a number that fits another type of organization"
owner=$(random_mobile); name="深圳市第二幕有限公司"
credit_code=$(python3 tests/fixtures/credit_code.py 12)
register "$name" "$owner"
code=$(code_for "$owner")
call POST "/v1/registrations/$registration/verification" 201 -H "authorization: Bearer $registration_token" \
  -H 'content-type: application/json' -d "{\"code\": \"$code\", \"device\": $device}"
auth=(-H "authorization: Bearer $(field session.access_token)")
write "{\"legal_name\": \"$name\", \"registration\": {\"kind\": \"credit_code\", \"number\": \"$credit_code\"},
  \"registered_address\": {\"region\": \"440305\", \"line\": \"科技园路 1 号\"}, \"license_term\": {\"kind\": \"long_term\"},
  \"representative\": {\"name\": \"王小明\", \"capacity\": \"legal_representative\", \"id_kind\": \"resident_id\",
    \"id_number\": \"11010519491231002X\", \"id_term\": {\"kind\": \"long_term\"}, \"mobile\": \"$owner\"},
  \"applicant\": {\"is_representative\": true}}"

say "A blurred license is refused with its value and the limit"
call POST /v1/certification/documents 422 "${auth[@]}" -F kind=business_license -F "file=@$work/blurred.jpg"
echo "$(field errors.0.code): sharpness $(field errors.0.measured), needed $(field errors.0.limit)"
[ "$(field errors.0.code)" = document_blurry ]
call POST /v1/certification/documents 201 "${auth[@]}" -F kind=business_license -F "file=@$work/license.jpg"
license=$(field id)
call POST /v1/certification/documents 201 "${auth[@]}" -F kind=id_document_front -F "file=@$work/id.pdf"
call POST /v1/certification/documents 201 "${auth[@]}" -F kind=id_document_back -F "file=@$work/id.pdf"

say "The precheck finds that the number does not fit, and leaves it to the reviewer"
call POST /v1/certification/precheck 200 "${auth[@]}"
[ "$(field findings.0.code) $(field findings.0.blocking)" = "registration_number_mismatch False" ]
submit 201
application=$(field application.id); number=$(field application.number); due=$(field application.due_at)

say "Information is requested: the clock stands still"
operator=("${reviewing[@]}")
call POST "/v1/platform/reviews/$application/claim" 200 "${operator[@]}"
decide '{"outcome": "request_information", "attempt": 1, "findings": [{"requirement": "business_license", "code": "document_blurry"}]}'
call GET /v1/certification 200 "${auth[@]}"
[ "$(field application.due_at)" = None ]; echo "was due $due, now waits until $(field application.respond_by)"
call POST /v1/certification/documents 201 "${auth[@]}" -F kind=business_license -F "replaces=$license" -F "file=@$work/license-2.jpg"
submit 201
echo "due again at $(field application.due_at)"
call GET /v1/inbox 200 "${auth[@]}"

say "Side by side with the submission before"
call GET "/v1/platform/reviews/$application/comparison" 200 "${operator[@]}"

say "Rejected for good: a second, senior reviewer has to confirm"
call POST "/v1/platform/reviews/$application/claim" 200 "${operator[@]}"
decide '{"outcome": "reject", "final": true, "attempt": 2, "findings": [{"pointer": "/legal_name", "code": "prohibited_business"}]}'
echo "operators see: $(field application.state)"
call GET /v1/certification 200 "${auth[@]}"
[ "$(field application.state)" = in_review ]; echo "the applicant sees: $(field application.state)"
call POST "/v1/platform/reviews/$application/confirmation" 403 "${operator[@]}" -H 'content-type: application/json' -d '{"attempt": 2}'
operator "$senior" "赵复核" senior_reviewer
call POST "/v1/platform/reviews/$application/confirmation" 200 "${operator[@]}" -H 'content-type: application/json' -d '{"attempt": 2}'
call GET /v1/certification 200 "${auth[@]}"
echo "state: $(field application.state), may be submitted again: $(field application.retryable)"
[ "$(field application.state) $(field application.retryable)" = "rejected False" ]

say "The company asks for help, naming the certification; support answers"
call POST /v1/tickets 201 "${auth[@]}" -H 'content-type: application/json' -d "{\"topic\": \"certification\",
  \"subject\": \"对最终结果有异议\", \"text\": \"我们不从事该类业务，请复查。\", \"certification_number\": \"$number\"}"
ticket=$(field id)
operator "$support" "钱客服" support
call GET "/v1/platform/tickets?certification_number=$number" 200 "${operator[@]}"
[ "$(field data.0.id)" = "$ticket" ]
call POST "/v1/platform/tickets/$ticket/messages" 201 "${operator[@]}" -H 'content-type: application/json' -d '{"text": "已转交高级审核员复查。"}'
call GET "/v1/tickets/$ticket/messages" 200 "${auth[@]}"
call POST "/v1/tickets/$ticket/resolution" 200 "${auth[@]}"
echo "state: $(field state)"

say "Act three: the owner sets a password, which is to be a good one"
before=$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)
call POST /v1/me/confirmation-codes 202 "${auth[@]}" -H 'content-type: application/json' -d '{"action": "set_password"}'
code=$(code_for "$owner" "$before")
call POST /v1/me/confirmations 201 "${auth[@]}" -H 'content-type: application/json' -d "{\"action\": \"set_password\", \"code\": \"$code\"}"
confirmation=$(field token)
password() { call PUT /v1/me/password "$1" "${auth[@]}" -H "x-confirmation: $confirmation" -H 'content-type: application/json' -d "{\"password\": \"$2\"}"; }
password 422 "woaini1314520"
echo "refused: $(field errors.0.code)"
[ "$(field errors.0.code)" = password_common ]
password 204 "mahogany cartwheel gravity"

say "A stranger guesses; the owner signs in with the password, sees the sessions and ends the others"
sign_in() { call POST /v1/sessions "$1" -H 'content-type: application/json' -d "{\"method\": \"password\", \"mobile\": \"$owner\", \"password\": \"$2\", \"device\": $device}"; }
sign_in 401 "password123456"
sign_in 201 "mahogany cartwheel gravity"
elsewhere=(-H "authorization: Bearer $(field session.access_token)")
call GET /v1/me/sessions 200 "${elsewhere[@]}"
[ "$(field data.0.current)" = True ]
call DELETE /v1/me/sessions 204 "${elsewhere[@]}"
sleep 1
call GET /v1/me 401 "${auth[@]}"
call GET /v1/me 200 "${elsewhere[@]}"

say "An email address is another name to sign in with, once it is proved"
confirm() { call POST /v1/me/confirmations 201 "${elsewhere[@]}" -H 'content-type: application/json' -d "{\"action\": \"$1\", \"password\": \"mahogany cartwheel gravity\"}"; }
email="wang.$owner@example.com"
confirm change_email
confirmed=(-H "x-confirmation: $(field token)" -H 'content-type: application/json')
call POST /v1/me/email/codes 202 "${elsewhere[@]}" "${confirmed[@]}" -d "{\"email\": \"$email\"}"
code=$(code_for "$email")
call PUT /v1/me/email 204 "${elsewhere[@]}" "${confirmed[@]}" -d "{\"email\": \"$email\", \"code\": \"$code\"}"
call POST /v1/sessions 201 -H 'content-type: application/json' -d "{\"method\": \"password\", \"email\": \"$email\", \"password\": \"mahogany cartwheel gravity\", \"device\": $device}"
call GET /v1/members 200 "${elsewhere[@]}"

say "The owner sets an authenticator up, confirmed with the password"
call POST /v1/me/totp 403 "${elsewhere[@]}"
confirm change_second_factor
call POST /v1/me/totp 201 "${elsewhere[@]}" -H "x-confirmation: $(field token)"
secret=$(field secret)
# What an authenticator does (RFC 6238), written once more; a code is taken once, so each call waits for the next one.
totp() { python3 -c 'import base64, hashlib, hmac, struct, sys, time
key, step = base64.b32decode(sys.argv[1]), int(time.time() + float(sys.argv[2])) // 30
tag = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
at = tag[-1] & 15
print("%06d" % ((struct.unpack(">I", tag[at:at + 4])[0] & 0x7fffffff) % 1000000))' "$secret" "${1:-0}"; }
call POST /v1/me/totp/confirmation 200 "${elsewhere[@]}" -H 'content-type: application/json' -d "{\"code\": \"$(totp)\"}"
echo "recovery code: $(field recovery_codes.0)"

say "Every administrator is to have one: the change is looked at, then made"
call POST /v1/security-policy/preview 200 "${elsewhere[@]}" -H 'content-type: application/json' -d '{"sign_in": {"second_factor": "administrators"}, "password": {"max_age_days": 90}}'
echo "warning: $(field changes.0.warning)"
call GET /v1/security-policy 200 "${elsewhere[@]}"
version=$(etag)
confirm change_security_policy
call PATCH /v1/security-policy 200 "${elsewhere[@]}" -H "if-match: $version" -H "x-confirmation: $(field token)" -H 'content-type: application/json' -d '{"sign_in": {"second_factor": "administrators"}}'

say "Signing in asks for the code now, and takes each one once"
sign_in 202 "mahogany cartwheel gravity"
challenge=$(field challenge.id); answer=(-H "authorization: Bearer $(field challenge.token)" -H 'content-type: application/json')
echo "needs: $(field challenge.needs)"
call POST "/v1/challenges/$challenge" 422 "${answer[@]}" -d '{"totp": "000000"}'
# The next step's code is taken a step early, as from a clock that is fast.
call POST "/v1/challenges/$challenge" 201 "${answer[@]}" -d "{\"totp\": \"$(totp 30)\"}"
new=(-H "authorization: Bearer $(field session.access_token)")
call GET /v1/me/devices 200 "${new[@]}"
unused=$(field data.1.id)
call DELETE "/v1/me/devices/$unused" 204 "${new[@]}"

say "Act four: the organization gets its departments and its people; one joins, leaves, and comes back"
as=("${new[@]}" -H 'content-type: application/json')
department() { call POST /v1/departments 201 "${as[@]}" -d "$1"; }
department '{"name": "研发中心", "english_name": "R&D"}'; research=$(field id)
department '{"name": "销售部"}'; sales=$(field id)
department "{\"name\": \"平台组\", \"parent_id\": \"$sales\"}"; platform=$(field id)
call POST /v1/departments 422 "${as[@]}" -d '{"name": "研发 中心"}'
echo "refused: $(field errors.0.code)"
call PATCH "/v1/departments/$platform" 200 "${as[@]}" -d "{\"name\": \"平台部\", \"parent_id\": \"$research\"}"
[ "$(field ancestors.1.name)" = 研发中心 ]
call PATCH "/v1/departments/$research" 422 "${as[@]}" -d "{\"parent_id\": \"$platform\"}"
call DELETE "/v1/departments/$sales?successor_id=$research" 204 "${new[@]}"
call GET "/v1/departments/tree?counts=true" 200 "${new[@]}"
echo "departments below the root: $(field root.child_count), people: $(field root.members.total)"
one=$(random_mobile); two=$(random_mobile)
call POST /v1/members 201 "${as[@]}" -d "{\"name\": \"单雄信\", \"mobile\": \"$one\", \"departments\": [{\"department_id\": \"$platform\", \"is_leader\": true}]}"; shan=$(field id)
call POST /v1/members 201 "${as[@]}" -d "{\"name\": \"李四\", \"mobile\": \"$two\", \"leader_id\": \"$shan\", \"send_invitation\": false}"; li=$(field id)
call GET "/v1/members?search=shanxiong" 200 "${new[@]}"
[ "$(field data.0.id)" = "$shan" ]
call POST /v1/members 422 "${as[@]}" -d "{\"name\": \"李四\", \"mobile\": \"+86 ${two:0:3}-${two:3:4}-${two:7}\"}"
echo "refused: $(field errors.0.code)"
call POST /v1/codes 202 -H 'content-type: application/json' -d "{\"purpose\": \"sign_in\", \"mobile\": \"$one\"}"
call POST /v1/sessions 201 -H 'content-type: application/json' -d "{\"method\": \"sms_code\", \"mobile\": \"$one\", \"code\": \"$(code_for "$one")\", \"device\": $device}"
joined=$(field session.access_token)
day=$(date -d "+2 days" +%F)
call POST "/v1/members/$shan/scheduled-changes" 201 "${as[@]}" -d "{\"effective_on\": \"$day\", \"patch\": {\"position\": \"技术总监\"}, \"note\": \"晋升\"}"
change=$(field id)
call GET "/v1/scheduled-changes?state=scheduled" 200 "${new[@]}"
[ "$(field data.0.id)" = "$change" ]
call POST "/v1/scheduled-changes/$change/cancellation" 200 "${as[@]}" -d "{}"
echo "scheduled for $day, then $(field state)"
call POST /v1/tags 201 "${as[@]}" -d '{"name": "值班"}'
tag=$(field id)
call POST "/v1/tags/$tag/members" 200 "${as[@]}" -d "{\"add\": [\"$shan\", \"$tag\"]}"
echo "tagged: $(field added), not: $(field rejected.0.code)"
call GET "/v1/members?tag_id=$tag" 200 "${new[@]}"
[ "$(field data.0.id)" = "$shan" ]
call GET "/v1/members/$shan/departure-preview" 200 "${new[@]}"
echo "in hand: $(field leaderships.0.name), $(field tags.0.name) and $(field report_count) report"
call POST "/v1/members/$shan/departure" 201 "${as[@]}" -d "{\"successor_id\": \"$li\"}"
call GET /v1/me 401 -H "authorization: Bearer $joined"
call GET "/v1/departments/$platform" 200 "${new[@]}"
[ "$(field leaders.0.id)" = "$li" ]
call POST "/v1/members/$shan/restoration" 200 "${new[@]}"

say "A spreadsheet is looked at, then carried out"
three=$(random_mobile)
printf '姓名,帐号,手机,部门,直属上级\n秦琼,qin.qiong,%s,研发中心/数据部,\n程咬金,,12345,研发中心,nobody\n' "$three" > "$work/members.csv"
import() { call POST /v1/member-imports 201 "${new[@]}" -F "file=@$work/members.csv" -F create_departments=true; import=$(field id)
  for _ in $(seq 100); do call GET "/v1/member-imports/$import" 200 "${new[@]}"; [ "$(field state)" = planning ] || break; sleep 0.1; done; }
import
call GET "/v1/member-imports/$import/rows?action=refuse" 200 "${new[@]}"
echo "row $(field data.0.row), column $(field data.0.faults.0.column): $(field data.0.faults.0.code)"
sed -i 3d "$work/members.csv"
import
echo "people to make: $(field plan.rows.create), departments: $(field plan.departments)"
call POST "/v1/member-imports/$import/execution" 202 "${as[@]}" -d "{\"plan_hash\": \"$(field plan.hash)\"}"
call GET "/v1/member-imports/$import/events" 200 "${new[@]}"
call GET "/v1/member-imports/$import" 200 "${new[@]}"
[ "$(field state)" = completed ]
call GET "/v1/member-export?format=csv&search=qinqiong" 200 "${new[@]}"
call PATCH /v1/organization 200 "${as[@]}" -d '{"short_name": "工牌", "website": "https://example.com/"}'
[ "$(field primary_contact.name)" = 王小明 ]
call PATCH /v1/organization 422 "${as[@]}" -d '{"website": "javascript:alert(1)"}'

say "The story is told."
