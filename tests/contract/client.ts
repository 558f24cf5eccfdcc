// A client as a frontend team would write it: compiles only while the generated types say what the story needs.
import type { components, operations, paths } from "./gongpai";

type Started = operations["start_registration"]["responses"]["201"]["content"]["application/json"];
type Begin = paths["/v1/registrations"]["post"]["requestBody"]["content"]["application/json"];
type Certification = components["schemas"]["Certification"];
type Problem = components["schemas"]["Problem"];

export const begin: Begin = {
  organization: {
    name: "深圳市工牌科技有限公司", type: "enterprise", industry: "I65", staff_size: "50_199",
    address: { region: "440305", line: "科技园路 1 号" }, phone: "0755-86001234",
  },
  administrator: { name: "王小明", position: "行政经理", mobile: "13800138000", is_legal_representative: true },
  accepted_agreements: [],
};

export const token = (started: Started): string | null | undefined => started.registration_token;
export const blocking = (certification: Certification) =>
  certification.application.findings.filter((finding) => finding.blocking).map((finding) => finding.message);
export const explain = (problem: Problem): string => (problem.errors ?? []).map((error) => error.pointer).join(", ");
